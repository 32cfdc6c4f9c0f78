#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What S3 and the network do wrong: it passes unnoticed, or it is told; an answer is never quietly another one."""
import pathlib
import shutil
import tempfile
import threading
import unittest

import fault_proxy
import peers
from fault_proxy import Answer, Pass, Proxy, Request, Rule, error

LINE = ("79a5 example-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.VERSIONING - "
        '"GET /example-bucket?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9 SigV2 '
        "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader example-bucket.s3.us-west-1.amazonaws.com TLSV1.1\n")
COUNT = "SELECT count(*) AS n FROM s3_access_logs"
KEYS = ("day/a", "day/b", "day/c")


class FaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "root" / "logs").mkdir(parents=True)
        shutil.copytree(peers.ROOT / "samples", cls.folder / "root" / "samples")
        cls.url = cls.enterClassContext(peers.s3_server(cls.folder / "root", cls.folder / "versitygw.log"))
        cls.client = peers.client("s3", cls.url)

    def setUp(self):
        for key in KEYS:
            self.client.put_object(Bucket="logs", Key=key, Body=LINE.encode())

    def ask(self, rule: Rule, sql: str = COUNT, path: str = "s3://logs/day/", code: int = 0, **environment: str) -> str:
        self.proxy = Proxy(rule, self.url)
        with self.proxy as url:
            done = peers.otomo("query", sql, "--from", path, "--output", "csv",
                               **peers.access_to(url) | environment)
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn(peers.SECRET, done.stdout + done.stderr)
        return done.stdout

    def tells(self, *words: str) -> None:
        for word in words:
            self.assertIn(word, self.said)

    def times_asked(self, key: str) -> int:
        return sum(1 for request in self.proxy.requests if request.path == "/logs/" + key and not request.is_listing)

    def for_key(self, key: str, answer) -> Rule:
        """`answer(pass_on)` for an object, the server's own answer for all else."""
        def rule(request: Request, pass_on: Pass) -> Answer:
            return answer(pass_on) if request.path == "/logs/" + key else pass_on()
        return rule

    def test_a_server_that_does_not_know_ranges(self):
        whole = LINE.encode() * (9 * 1024 * 1024 // len(LINE))
        self.client.put_object(Bucket="logs", Key="large", Body=whole)
        rule = self.for_key("large", lambda pass_on: Answer(200, whole))
        self.ask(rule, path="s3://logs/large", code=3)
        self.tells("the server sends the whole object where a part of it was asked for", "Range")

    def test_a_storm_changes_no_answer(self):
        tables = ("s3_access_logs", "cloudtrail_logs", "alb_access_logs", "vpc_flow_logs", "cloudfront_standard_logs")
        counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in tables)
        for sql in ("SELECT * FROM _objects ORDER BY ALL", "SELECT " + counts):
            calm = self.ask(lambda request, pass_on: pass_on(), sql, "s3://samples/")
            storm = fault_proxy.Storm(seed=20260301, slow_down=0.2, reset=0.02, cut=0.01)
            self.assertEqual(self.ask(storm, sql, "s3://samples/"), calm)
            self.assertTrue(all(storm.met.values()), storm.met)
        self.assertNotIn("\n0,", calm)

    def test_an_object_that_became_shorter_is_unread(self):
        def shorter(pass_on: Pass) -> Answer:
            answer = pass_on()
            answer.body = answer.body[:100]
            return answer
        self.assertEqual(self.ask(self.for_key("day/b", shorter), code=3), "n\n2\n")
        self.tells("s3://logs/day/b", "changed", "ask again")
        self.assertLessEqual(self.times_asked("day/b"), 1)

    def test_an_object_overwritten_after_it_was_listed_is_an_error(self):
        three_parts = 20 * 1024 * 1024 // len(LINE)
        for times, passes_first in ((1, False), (three_parts, True)):
            before, after = LINE * times, LINE.replace("192.0.2.3", "192.0.2.9") * times
            self.client.put_object(Bucket="logs", Key="day/b", Body=before.encode())
            lock = threading.Lock()
            overwritten = []

            def overwrite(pass_on: Pass) -> Answer:
                with lock:  # what is asked for at the same time comes behind the change
                    first = pass_on() if passes_first and not overwritten else None
                    if not overwritten:
                        overwritten.append(self.client.put_object(Bucket="logs", Key="day/b", Body=after.encode()))
                return first or pass_on()
            self.ask(self.for_key("day/b", overwrite), "SELECT DISTINCT remoteip FROM s3_access_logs", code=3)
            self.tells("s3://logs/day/b", "changed", "ask again")
            self.assertEqual(len(overwritten), 1)

    def test_an_object_that_may_not_be_read_leaves_the_others(self):
        denied = self.for_key("day/b", lambda _: error(403, "AccessDenied", "Access Denied"))
        self.assertEqual(self.ask(denied, code=3), "n\n2\n")
        self.tells("s3://logs/day/b", "AccessDenied", "s3:GetObject")
        self.assertEqual(self.times_asked("day/b"), 1)
        sql = "SELECT state, count(*) AS n FROM _objects GROUP BY 1 ORDER BY 1"
        self.assertIn("unread,1", self.ask(denied, sql, code=3))

    def test_an_object_that_is_gone_is_told(self):
        gone = self.for_key("day/b", lambda _: error(404, "NoSuchKey", "The specified key does not exist."))
        self.assertEqual(self.ask(gone, code=3), "n\n2\n")
        self.tells("s3://logs/day/b", "NoSuchKey", "gone since it was listed")

    def test_an_error_that_is_longer_than_its_object_is_told(self):
        self.client.put_object(Bucket="logs", Key="tiny", Body=b"x\n")
        answers = [error(503, "SlowDown"), error(403, "AccessDenied", "Access Denied")]
        self.ask(self.for_key("tiny", lambda _: answers.pop(0)), path="s3://logs/tiny", code=3)
        self.tells("s3://logs/tiny", "AccessDenied", "s3:GetObject")

    def test_a_password_in_a_url_is_not_shown(self):
        url = f"http://me:{peers.SECRET}@127.0.0.1:1"
        for environment, words in (({"AWS_ENDPOINT_URL_S3": url}, "the endpoint's URL holds a user's name"),
                                   ({"http_proxy": url.replace("@", "/@")}, "the proxy that the environment names")):
            self.ask(lambda request, pass_on: pass_on(), code=3, **environment)
            self.tells(words)

    def listed(self, keys: list[str], token: str) -> Answer:
        """A page of a listing; all objects are as day/a is."""
        head = self.client.head_object(Bucket="logs", Key="day/a")
        objects = "".join(f"<Contents><Key>{key}</Key><LastModified>2026-03-01T00:00:00.000Z</LastModified>"
                          f"<ETag>{head['ETag']}</ETag><Size>{head['ContentLength']}</Size></Contents>" for key in keys)
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else ""
        return Answer(200, f"<ListBucketResult>{more}{objects}</ListBucketResult>".encode())

    def test_pages_that_overlap_give_an_object_once(self):
        def rule(request: Request, pass_on: Pass) -> Answer:
            if not request.is_listing:
                return pass_on()
            first = "continuation-token" not in request.query
            return self.listed(["day/a", "day/b"], "one") if first else self.listed(["day/b", "day/c"], "")
        self.assertEqual(self.ask(rule), "n\n3\n")

    def test_two_pages_that_take_turns_end(self):
        def rule(request: Request, pass_on: Pass) -> Answer:
            turns = {"one": "two", "two": "one"}
            token = turns.get(request.query.get("continuation-token", ""), "one")
            return self.listed(["day/a", "day/b"], token) if request.is_listing else pass_on()
        self.ask(rule, code=3)
        self.tells("s3://logs", "the same page again")

    def test_a_page_that_comes_again_and_again_ends(self):
        def rule(request: Request, pass_on: Pass) -> Answer:
            return self.listed(["day/a", "day/b"], "one") if request.is_listing else pass_on()
        self.ask(rule, code=3)
        self.tells("s3://logs", "the same page again")
        self.assertLess(len(self.proxy.requests), 10)

    def test_a_wrong_clock_is_told(self):
        skewed = error(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is "
                       "too large.", "<ServerTime>2026-03-01T00:00:00Z</ServerTime>")
        self.ask(lambda *_: skewed, code=3)
        self.tells("RequestTimeTooSkewed", "2026-03-01T00:00:00Z", "clock is wrong: set it")

    def test_a_bucket_in_another_region_is_followed(self):
        def rule(request: Request, pass_on: Pass) -> Answer:
            if request.signed[1] == "us-east-1":
                return pass_on()
            return error(301, "PermanentRedirect", "use the endpoint", x_amz_bucket_region="us-east-1")
        self.assertEqual(self.ask(rule, AWS_REGION="ap-northeast-1"), "n\n3\n")
        regions = [request.signed[1] for request in self.proxy.requests]
        self.assertEqual(regions[0], "ap-northeast-1")
        self.assertEqual(set(regions[1:]), {"us-east-1"})

    def test_a_redirection_in_a_circle_ends(self):
        def rule(request: Request, _: Pass) -> Answer:
            other = "eu-west-1" if request.signed[1] == "us-east-1" else "us-east-1"
            return error(301, "PermanentRedirect", "use the endpoint", x_amz_bucket_region=other)
        self.ask(rule, code=3)
        self.tells("PermanentRedirect", "--region")
        self.assertLess(len(self.proxy.requests), 10)


if __name__ == "__main__":
    peers.python()
    peers.versitygw()
    unittest.main(verbosity=2)
