#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Answers written to S3: there whole or not at all, never over another object unasked, whatever goes wrong on the way."""
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import fault_proxy
import peers
from fault_proxy import Answer, Pass, Proxy, Request, Rule, error

SMALL = "SELECT range AS n FROM range(1000)"
LARGE = "SELECT range AS n, repeat('x', 80) AS text FROM range(400000)"  # 35 MB: five parts


class WriteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "root" / "out").mkdir(parents=True)
        cls.url = cls.enterClassContext(peers.s3_server(cls.folder / "root", cls.folder / "versitygw.log"))
        cls.client = peers.client("s3", cls.url)
        for name, sql in (("small", SMALL), ("large", LARGE)):
            done = peers.otomo("query", sql, "-o", cls.folder / f"{name}.csv")
            assert done.returncode == 0, done.stderr

    def write(self, sql: str, key: str, *words: str, code: int = 0, url: str = "") -> None:
        done = peers.otomo("query", sql, "-o", f"s3://out/{key}", *words, **peers.access_to(url or self.url))
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(self.uploads(), [])

    def write_through(self, rule: Rule, *words: str, **more: object) -> None:
        self.proxy = Proxy(rule, self.url)
        with self.proxy as url:
            self.write(*words, url=url, **more)

    def uploads(self) -> list:
        return self.client.list_multipart_uploads(Bucket="out").get("Uploads", [])

    def there(self, key: str) -> bytes:
        return self.client.get_object(Bucket="out", Key=key)["Body"].read()

    def keys(self) -> set[str]:
        return {found["Key"] for found in self.client.list_objects_v2(Bucket="out").get("Contents", [])}

    def file(self, name: str) -> bytes:
        return (self.folder / f"{name}.csv").read_bytes()

    def test_every_form_small_and_large(self):
        for ending, content_type in (("csv", "text/csv"), ("tsv", "text/tab"), ("json", "application/json"),
                                     ("jsonl", "application/x-ndjson"), ("md", "text/markdown"), ("txt", "text/plain"),
                                     ("parquet", "application/vnd.apache.parquet")):
            self.write(SMALL, f"forms/日本 {ending}.{ending}")
            done = peers.otomo("query", SMALL, "-o", self.folder / f"form.{ending}")
            self.assertEqual(done.returncode, 0, done.stderr)
            key = f"forms/日本 {ending}.{ending}"
            self.assertEqual(self.there(key), (self.folder / f"form.{ending}").read_bytes())
            self.assertTrue(self.client.head_object(Bucket="out", Key=key)["ContentType"].startswith(content_type))
        self.write(LARGE, "large.csv", "--overwrite")
        self.assertEqual(self.there("large.csv"), self.file("large"))
        self.write("SELECT 1 AS n WHERE false", "empty.csv")
        self.assertEqual(self.there("empty.csv"), b"n\n")

    def test_another_object_is_replaced_only_where_it_is_asked_for(self):
        for name, sql in (("small", SMALL), ("large", LARGE)):
            self.client.put_object(Bucket="out", Key="theirs.csv", Body=b"theirs")
            self.write(sql, "theirs.csv", code=3)
            self.assertIn("s3://out/theirs.csv: there is such an object already", self.said)
            self.assertIn("--overwrite", self.said)
            self.assertEqual(self.there("theirs.csv"), b"theirs")
            self.write(sql, "theirs.csv", "--overwrite")
            self.assertEqual(self.there("theirs.csv"), self.file(name))

    def test_an_object_that_came_meanwhile_stays(self):
        for name, sql in (("small", SMALL), ("large", LARGE)):
            key = f"meanwhile-{name}.csv"

            def other_first(request: Request, pass_on: Pass) -> Answer:
                is_last = request.method == "PUT" and "partNumber" not in request.query
                if is_last or (request.method == "POST" and "uploadId" in request.query):
                    self.client.put_object(Bucket="out", Key=key, Body=b"theirs")
                return pass_on()
            self.write_through(other_first, sql, key, code=3)
            self.assertIn("there is such an object already", self.said)
            self.assertEqual(self.there(key), b"theirs")

    def test_a_write_whose_answer_is_lost_is_settled(self):
        for name, sql in (("small", SMALL), ("large", LARGE)):
            lost = []

            def lose_first_answer(request: Request, pass_on: Pass) -> Answer:
                answer = pass_on()
                is_last = request.method == "PUT" and "partNumber" not in request.query
                if (is_last or (request.method == "POST" and "uploadId" in request.query)) and not lost:
                    lost.append(request)
                    return Answer(200, is_reset=True)
                return answer
            self.write_through(lose_first_answer, sql, f"lost-{name}.csv")
            self.assertEqual(len(lost), 1)
            self.assertEqual(self.there(f"lost-{name}.csv"), self.file(name))

    def test_a_storm_changes_nothing(self):
        storm = fault_proxy.Storm(seed=20260303, slow_down=0.2, reset=0.1, cut=0.05)

        def rule(request: Request, pass_on: Pass) -> Answer:
            # An upload whose beginning was not told cannot be aborted.
            return pass_on() if "uploads" in request.query else storm(request, pass_on)
        for name, sql in (("small", SMALL), ("large", LARGE)):
            self.write_through(rule, sql, f"storm-{name}.csv")
            self.assertEqual(self.there(f"storm-{name}.csv"), self.file(name))

    def test_what_is_refused_leaves_nothing(self):
        def no_part(request: Request, pass_on: Pass) -> Answer:
            return error(403, "AccessDenied", "Access Denied") if request.query.get("partNumber") == "2" else pass_on()

        def no_end(request: Request, pass_on: Pass) -> Answer:
            if request.method == "POST" and "uploadId" in request.query:
                return Answer(200, b"<Error><Code>InvalidPart</Code><Message>a part is gone</Message></Error>")
            return pass_on()

        for rule, word in ((no_part, "s3:PutObject"), (no_end, "a part is gone (InvalidPart)")):
            self.write_through(rule, LARGE, "refused.csv", code=3)
            self.assertIn(word, self.said)
            self.assertNotIn("refused.csv", self.keys())

    def test_a_wrong_question_writes_nothing(self):
        self.write("SELECT nothing FROM nowhere", "wrong.csv", code=1)
        self.assertNotIn("wrong.csv", self.keys())
        for url in ("s3://out", "s3://out/", "s3://out/folder/"):
            done = peers.otomo("query", SMALL, "-o", url, "--output", "csv", **peers.access_to(self.url))
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("an object's name is missing", done.stderr)

    def test_interrupted_it_leaves_nothing(self):
        parts = threading.Event()

        def slow(request: Request, pass_on: Pass) -> Answer:
            answer = pass_on()
            if "partNumber" in request.query:
                parts.set()
                time.sleep(0.3)
            return answer
        with Proxy(slow, self.url) as url:
            given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OTOMO_"))}
            given |= {"AWS_REGION": "us-east-1", "OTOMO_CONFIG": "/dev/null"} | peers.access_to(url)
            sql = LARGE.replace("400000", "40000000")
            running = subprocess.Popen([peers.OTOMO, "query", sql, "-o", "s3://out/interrupted.csv"], env=given,
                                       stderr=subprocess.PIPE, text=True)
            self.assertTrue(parts.wait(30))
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=20)
        self.assertEqual(running.returncode, 130, said)
        self.assertEqual(self.uploads(), [])
        self.assertNotIn("interrupted.csv", self.keys())

    def test_a_file_is_not_taken_for_encrypted(self):
        for words in (("--sse", "AES256"), ("--sse-kms-key-id", "alias/logs")):
            done = peers.otomo("query", SMALL, "-o", self.folder / "plain.csv", *words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertFalse((self.folder / "plain.csv").exists())

    def test_encryption_is_asked_for(self):
        own = self.folder / "own.toml"
        own.write_text('[defaults]\nsse = "aws:kms"\nsse_kms_key_id = "alias/logs"\n')
        for sql in (SMALL, LARGE):
            for words, kind, key in ((("--sse", "AES256"), "AES256", None), (("--config", str(own)), "aws:kms", "alias/logs"),
                                     ((), None, None)):
                def drop_encryption(request: Request, pass_on: Pass) -> Answer:
                    return pass_on() if request.method in ("HEAD", "GET") else error(501, "NotImplemented")
                self.proxy = Proxy(drop_encryption, self.url)
                with self.proxy as url:
                    peers.otomo("query", sql, "-o", "s3://out/encrypted.csv", *words, **peers.access_to(url) |
                                {"OTOMO_CONFIG": "" if "--config" in words else "/dev/null"})
                begun = next(request for request in self.proxy.requests if request.method in ("PUT", "POST"))
                self.assertEqual(begun.headers.get("x-amz-server-side-encryption"), kind)
                self.assertEqual(begun.headers.get("x-amz-server-side-encryption-aws-kms-key-id"), key)
                self.assertEqual(begun.headers.get("content-type"), "text/csv; charset=utf-8")


if __name__ == "__main__":
    peers.python()
    peers.versitygw()
    unittest.main(verbosity=2)
