#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run will cost is told before it is spent, for AWS's S3 alone: a stand-in behind a proxy answers in AWS's name."""
import contextlib
import os
import pathlib
import pty
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import peers
from fault_proxy import Answer, Pass, Proxy, Request

LINE = ('79a5 example-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.VERSIONING - '
        '"GET /example-bucket?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" -\n').encode()
COUNT = "SELECT count(*) AS n FROM s3_access_logs"
ADVICE = "--yes goes on"


def copy_bytes(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            to.sendall(chunk)
    with contextlib.suppress(OSError):
        to.shutdown(socket.SHUT_WR)


class TlsProxy:
    """Takes CONNECT to whatever host, speaks TLS in its name, and hands the plain bytes to a server of ours."""

    def __init__(self, folder: pathlib.Path, port: int):
        self.port = port
        self.certificate = folder / "certificate.pem"
        names = ",".join(f"DNS:*.s3.{region}.amazonaws.com" for region in ("us-east-1", "ap-northeast-1", "sa-east-1"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=stand-in",
                        "-addext", f"subjectAltName={names}", "-keyout", folder / "key.pem", "-out", self.certificate],
                       check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, folder / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.connect, args=self.listener.accept()[:1], daemon=True).start()

    def connect(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            with self.context.wrap_socket(client, server_side=True) as client, \
                    socket.create_connection(("127.0.0.1", self.port)) as server:
                back = threading.Thread(target=copy_bytes, args=(server, client), daemon=True)
                back.start()
                copy_bytes(client, server)
                back.join()


class PriceTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = Proxy(self.answer)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.tls = TlsProxy(self.folder, self.server.server.server_port)
        self.addCleanup(self.tls.listener.close)
        self.objects = 3
        self.size = len(LINE)

    def answer(self, request: Request, _: Pass) -> Answer:
        if not request.is_listing:
            return Answer(200, b"" if request.method == "HEAD" else LINE)
        found = "".join(f"<Contents><Key>logs/{i}</Key><Size>{self.size}</Size><ETag>\"e\"</ETag>"
                        "<LastModified>2026-03-01T00:00:00.000Z</LastModified></Contents>" for i in range(self.objects))
        return Answer(200, f"<ListBucketResult>{found}</ListBucketResult>".encode())

    def environment(self, **more: str) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": peers.KEY, "AWS_SECRET_ACCESS_KEY": peers.SECRET, "HTTPS_PROXY": self.tls.url,
                "AWS_CA_BUNDLE": str(self.tls.certificate)} | more

    def otomo(self, *words: object, code: int = 0, **environment: str) -> str:
        done = peers.otomo(*words, **self.environment(**environment))
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def reads(self) -> int:
        return sum(1 for request in self.server.requests if not request.is_listing)

    def test_below_the_threshold_nothing_is_said(self):
        self.assertEqual(self.otomo("query", COUNT, "--from", "s3://example/logs/", "--output", "csv"), "n\n3\n")
        self.assertNotIn("USD", self.said)

    def test_above_it_nobody_to_ask_ends_the_run(self):
        for words in (("query", COUNT, "--from", "s3://example/logs/"), ("scan", "s3://example/logs/"),
                      ("fetch", "s3://example/logs/", self.folder / "copy")):
            self.otomo(*words, "--ask-above-objects", "2", code=2)
            self.assertIn("at most 3 objects, ", self.said)
            self.assertIn("prices of us-east-1, 2025", self.said)
            self.assertIn(ADVICE, self.said)
            self.assertEqual(self.reads(), 0)
        self.assertEqual(self.otomo("query", COUNT, "--from", "s3://example/logs/", "--ask-above", "100B", "--yes",
                                    "--output", "csv"), "n\n3\n")
        self.assertIn("at most 3 objects, ", self.said)

    def test_the_built_in_threshold_and_what_it_costs(self):
        self.objects = 10_000
        self.otomo("query", COUNT, "--from", "s3://example/logs/", "--ask-above", "1TB", "-q", code=0)
        self.objects, self.size = 10_001, 20 * 1024 * 1024
        self.otomo("scan", "s3://example/logs/", code=2, AWS_REGION="ap-northeast-1")
        self.assertIn("at most 10,001 objects, 209.7 GB, 30,003 requests to S3: about USD 0.01 for the requests, and USD "
                      "23.91 for the way to the internet (none within the Region); prices of ap-northeast-1", self.said)
        self.otomo("scan", "s3://example/logs/", code=2, AWS_REGION="sa-east-1")
        self.assertIn("prices of us-east-1, 2025, as those of sa-east-1 are not known here", self.said)

    def test_the_configuration_says_it(self):
        own = self.folder / "own.toml"
        own.write_text("[defaults]\nask_above_objects = 2\n")
        self.otomo("scan", "s3://example/logs/", "--config", own, code=2)
        self.otomo("scan", "s3://example/logs/", "--config", own, "--ask-above-objects", "3")
        self.otomo("scan", "s3://example/logs/", code=2, OTOMO_DEFAULTS_ASK_ABOVE="100B")

    def test_an_s3_of_ones_own_costs_nothing(self):
        self.otomo("query", COUNT, "--from", "s3://example/logs/", "--ask-above-objects", "1", "--endpoint-url",
                   self.server.url)
        self.assertNotIn("USD", self.said)

    def test_a_person_is_asked(self):
        for answer, code in ((b"y\n", 0), (b"n\n", 130), (b"\n", 130)):
            child, terminal = pty.fork()
            if child == 0:
                for name in [name for name in os.environ if name.startswith(("AWS_", "OTOMO_"))]:
                    del os.environ[name]
                os.environ.update(self.environment(AWS_REGION="us-east-1", OTOMO_CONFIG="/dev/null"))
                os.execv(peers.OTOMO, ["otomo", "query", COUNT, "--from", "s3://example/logs/", "--ask-above-objects", "2"])
            said = b""
            with contextlib.suppress(OSError):
                while chunk := os.read(terminal, 4096):
                    said += chunk
                    if b"go on? [y/N] " in said and answer:
                        time.sleep(0.1)
                        os.write(terminal, answer)
                        answer = b""
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), code, said)
            os.close(terminal)


if __name__ == "__main__":
    if shutil.which("openssl") is None:
        peers.skip("there is no openssl to make a certificate with")
    unittest.main(verbosity=2)
