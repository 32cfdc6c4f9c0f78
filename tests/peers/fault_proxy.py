# SPDX-License-Identifier: Apache-2.0
"""A proxy that stands before an S3 server and answers what it is told to: each request goes through a function that
may pass it on, answer itself, or break the connection."""
import dataclasses
import http.client
import http.server
import random
import re
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable


@dataclasses.dataclass
class Request:
    method: str
    target: str  # as it came: path and query
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        return urllib.parse.unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def is_listing(self) -> bool:
        return "list-type" in self.query

    @property
    def signed(self) -> tuple[str, str]:
        """The access key and the Region of the signature; empty where there is none."""
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", self.headers.get("authorization", ""))
        return scope.groups() if scope else ("", "")


@dataclasses.dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    cut_after: int | None = None  # bytes of the body; the content-length is the whole one's
    is_reset: bool = False


def error(status: int, code: str, message: str = "told to", more: str = "", **headers: str) -> Answer:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return Answer(status, body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})


Pass = Callable[[], Answer]  # asks the server behind
Rule = Callable[[Request, Pass], Answer]


class Storm:
    """Faults by chance; which ones a request meets depends on the seed, its target and how often it came alone."""

    def __init__(self, seed: int, slow_down: float, reset: float, cut: float):
        self.seed, self.slow_down, self.reset, self.cut = seed, slow_down, reset, cut
        self.met = {"slow down": 0, "reset": 0, "cut": 0}
        self.came: dict[str, int] = {}
        self.lock = threading.Lock()

    def __call__(self, request: Request, pass_on: Pass) -> Answer:
        with self.lock:
            self.came[request.target] = count = self.came.get(request.target, 0) + 1
            drawn = random.Random(f"{self.seed} {request.target} {count}").random()
            fault = ("slow down" if drawn < self.slow_down else "reset" if drawn < self.slow_down + self.reset else
                     "cut" if drawn < self.slow_down + self.reset + self.cut else "")
            if fault:
                self.met[fault] += 1
        if fault == "slow down":
            return error(503, "SlowDown", "Please reduce your request rate.")
        if fault == "reset":
            return Answer(200, is_reset=True)
        answer = pass_on()
        if fault == "cut":
            answer.cut_after = len(answer.body) // 2
        return answer


class Proxy:
    """`with Proxy(rule, upstream) as url`; without `upstream` the rule answers alone."""

    def __init__(self, rule: Rule, upstream: str = ""):
        self.rule = rule
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.requests: list[Request] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            proxy = self

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def do_GET(self):
                self.proxy.handle(self)

            do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 256

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self.url

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()

    def pass_on(self, request: Request) -> Answer:
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            connection.request(request.method, request.target, request.body or None, request.headers)
            got = connection.getresponse()
            headers = {name.lower(): value for name, value in got.getheaders()}
            for name in ("content-length", "transfer-encoding", "connection"):
                headers.pop(name, None)
            return Answer(got.status, got.read(), headers)
        finally:
            connection.close()

    def handle(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        request = Request(handler.command, handler.path, headers, body)
        self.requests.append(request)
        answer = self.rule(request, lambda: self.pass_on(request))
        if answer.is_reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body[:answer.cut_after])
        if answer.cut_after is not None:
            handler.close_connection = True


def slowly(rule: Rule, seconds: float) -> Rule:
    def answer(request: Request, pass_on: Pass) -> Answer:
        time.sleep(seconds)
        return rule(request, pass_on)
    return answer
