#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""otomo fetch: copies that are what lies in S3, whatever the keys are, and whatever goes wrong on the way."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import fault_proxy
import peers
from fault_proxy import Answer, Pass, Proxy, Request, Rule, error

RECORD = "_otomo_fetch.jsonl"
ODD = ["../../escaped", "a//b", "a//", "./x", "x/../y", "/abs", "%f", "%0/x", "both", "both/below", "dir/", "é\u202e/\u0001",
       "long/" + "n" * 300 + "/" + "é" * 200, ".."]


def crc(body: bytes, polynomial: int, bits: int) -> str:
    """In base64, as S3 states it; boto3 computes neither CRC32C nor CRC64NVME alone."""
    ones = (1 << bits) - 1
    value = ones
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
    return base64.b64encode((value ^ ones).to_bytes(bits // 8, "big")).decode()


class FetchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        root = cls.folder / "root"
        root.mkdir()
        shutil.copytree(peers.ROOT / "samples", root / "samples")
        (root / "logs").mkdir()
        cls.url = cls.enterClassContext(peers.s3_server(root, cls.folder / "versitygw.log"))
        cls.client = peers.client("s3", cls.url)

    def setUp(self):
        self.to = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "copy"

    def fetch(self, *words: object, code: int = 0, url: str = "") -> str:
        done = peers.otomo("fetch", *words, self.to, **peers.access_to(url or self.url))
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertFalse((self.to / "_otomo_partial").exists())
        return done.stdout

    def fetch_through(self, rule: Rule, *words: object, code: int = 0) -> None:
        self.proxy = Proxy(rule, self.url)
        with self.proxy as url:
            self.fetch(*words, code=code, url=url)

    def record(self) -> list[dict]:
        return [json.loads(line) for line in (self.to / RECORD).read_text().splitlines()]

    def copies(self) -> dict[str, bytes]:
        """By URL, as the record says where they are; each is what the record says of it."""
        found = {}
        for line in self.record():
            if "error" in line:
                continue
            path = self.to / line["path"]
            found[line["url"]] = path.read_bytes()
            self.assertEqual(hashlib.sha256(found[line["url"]]).hexdigest(), line["sha256"])
            self.assertEqual(path.stat().st_size, line["size_bytes"])
            self.assertTrue(path.resolve().is_relative_to(self.to.resolve()))
        return found

    def test_copies_are_what_lies_there_and_are_made_once(self):
        files = {path.relative_to(peers.ROOT / "samples"): path for path in (peers.ROOT / "samples").rglob("*")
                 if path.is_file()}
        planned = self.fetch("s3://samples/", "--dry-run")
        self.assertEqual(len(planned.splitlines()), len(files))
        self.assertFalse(self.to.exists())
        self.fetch("s3://samples/")
        self.assertIn(f"{len(files)} objects", self.said)
        for name, path in files.items():
            copy = self.to / "samples" / name
            self.assertEqual(copy.read_bytes(), path.read_bytes())
            self.assertEqual(int(copy.stat().st_mtime), int(path.stat().st_mtime))
        self.assertEqual(len(self.copies()), len(files))
        self.fetch("s3://samples/")
        self.assertIn("0 objects, 0 B copied", self.said)
        self.assertIn(f"{len(files)} there already", self.said)
        # What is missing or was changed here is copied again; nothing else.
        (self.to / "samples" / "README.md").unlink()
        next((self.to / "samples").rglob("*.gz")).write_bytes(b"changed")
        self.fetch("s3://samples/")
        self.assertIn("2 objects", self.said)
        scanned = peers.otomo("scan", self.to, "-q", "--output", "csv").stdout.splitlines()
        here = peers.otomo("scan", "samples", "-q", "--output", "csv").stdout.splitlines()
        self.assertEqual([line for line in scanned if not line.startswith("otomo_fetch,")], here)

    def test_what_s3_says_is_written_down(self):
        put = self.client.put_object(Bucket="logs", Key="said/日本 語.gz", Body=b"x" * 1000, ContentType="text/x-log",
                                     Metadata={"origin": "a \"quoted\" name"}, ChecksumAlgorithm="SHA256")
        self.fetch("s3://logs/said/")
        line, = self.record()
        self.assertEqual(line["key"], "said/日本 語.gz")
        self.assertEqual(line["etag"], put["ETag"])
        self.assertEqual(line["content_type"], "text/x-log")
        self.assertEqual(line["metadata"], {"origin": "a \"quoted\" name"})
        self.assertEqual(line["checksums"], {"SHA256": put["ChecksumSHA256"]})
        self.assertEqual(line["storage_class"], "STANDARD")
        # A new version is copied over the old one, and the record keeps both.
        self.client.put_object(Bucket="logs", Key="said/日本 語.gz", Body=b"y" * 1000)
        self.fetch("s3://logs/said/")
        self.assertEqual(self.copies_of_last(), b"y" * 1000)
        self.assertEqual(len(self.record()), 2)

    def copies_of_last(self) -> bytes:
        return (self.to / self.record()[-1]["path"]).read_bytes()

    def test_no_key_leaves_the_folder_or_meets_another(self):
        """Of a server that lists such keys: a real one keeps its objects as files."""
        bodies = {key: f"{i}\n".encode() for i, key in enumerate(ODD)}

        rule = self.listing_of(bodies)
        self.fetch_through(rule, "s3://logs/")
        self.assertEqual(self.copies(), {"s3://logs/" + key: body for key, body in bodies.items()})
        plain = {line["key"] for line in self.record() if line["path"] == "logs/" + line["key"]}
        self.assertEqual(plain, {"%f", "%0/x", "both/below", "é\u202e/\u0001"})
        self.assertIn(f"{len(ODD) - len(plain)} objects have keys that are no paths", self.said)
        self.assertEqual({path.name for path in self.to.iterdir()}, {RECORD, "logs", "_odd_keys"})
        self.assertEqual(list(self.to.parent.iterdir()), [self.to])
        self.fetch_through(rule, "s3://logs/")
        self.assertIn(f"{len(ODD)} there already", self.said)

    def test_what_is_no_copy_is_not_overwritten(self):
        self.client.put_object(Bucket="logs", Key="mine/a", Body=b"theirs")
        self.client.put_object(Bucket="logs", Key="mine/b", Body=b"theirs")
        (self.to / "logs" / "mine").mkdir(parents=True)
        (self.to / "logs" / "mine" / "a").write_bytes(b"my own")
        self.fetch("s3://logs/mine/", code=3)
        self.assertIn("logs/mine/a is there already", self.said)
        self.assertEqual((self.to / "logs" / "mine" / "a").read_bytes(), b"my own")
        self.assertEqual((self.to / "logs" / "mine" / "b").read_bytes(), b"theirs")

    def listing_of(self, bodies: dict[str, bytes], meanwhile=lambda key: None) -> Rule:
        """Of a server that has these, whatever their keys are; `meanwhile` is called before it answers for one."""
        def rule(request: Request, _: Pass) -> Answer:
            if request.is_listing:
                found = "".join(f"<Contents><Key>{urllib.parse.quote(key, safe='')}</Key><Size>{len(body)}</Size><LastModified>"
                                f"2026-03-01T00:00:00.000Z</LastModified></Contents>" for key, body in sorted(bodies.items()))
                return Answer(200, f"<ListBucketResult><EncodingType>url</EncodingType>{found}</ListBucketResult>".encode())
            key = request.path.removeprefix("/logs/")
            return meanwhile(key) or Answer(200, bodies[key])
        return rule

    def test_what_came_meanwhile_is_not_overwritten(self):
        def meanwhile(key: str) -> None:
            (self.to / "logs").mkdir(exist_ok=True)
            (self.to / "logs" / "mine").write_bytes(b"my own")
        rule = self.listing_of({"mine": b"theirs", "other": b"theirs"}, meanwhile)
        for _ in range(2):
            self.fetch_through(rule, "s3://logs/", code=3)
            self.assertIn("logs/mine is there already, and no copy of a fetch", self.said)
            self.assertEqual((self.to / "logs" / "mine").read_bytes(), b"my own")
        self.assertEqual(self.copies(), {"s3://logs/other": b"theirs"})

    def test_no_link_leads_out_of_the_folder(self):
        outside = self.to.parent / "outside"
        outside.mkdir(exist_ok=True)
        for link in ("logs", "logs/a"):
            shutil.rmtree(self.to, ignore_errors=True)
            (self.to / link).parent.mkdir(parents=True)
            (self.to / link).symlink_to(outside)
            self.fetch_through(self.listing_of({"a/b/c": b"theirs"}), "s3://logs/", code=3)
            self.assertIn("a symbolic link lies where a folder should", self.said)
            self.assertIn("0 objects, 0 B copied", self.said)
            self.assertEqual(list(outside.iterdir()), [])

    def test_what_is_no_record_is_left_alone(self):
        self.to.mkdir()
        os.mkfifo(self.to / RECORD)
        for words in ((), ("--dry-run",)):
            self.fetch("s3://samples/", *words, code=3)
            self.assertIn(f"{RECORD} is no file", self.said)

    def test_a_full_disk_tears_no_line(self):
        """A limit on a file's size stands for the disk: the record is the largest file here."""
        rule = self.listing_of({f"{i:03}": b"x" for i in range(100)})
        with Proxy(rule, self.url) as url:
            given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OTOMO_"))}
            given |= {"AWS_REGION": "us-east-1", "OTOMO_CONFIG": "/dev/null"} | peers.access_to(url)
            command = f"ulimit -f 8; trap '' XFSZ; exec {peers.OTOMO} fetch s3://logs/ {self.to}"
            done = subprocess.run(["bash", "-c", command], env=given, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(f"writing {self.to}/{RECORD}: File too large", done.stderr)
        self.assertEqual(len(self.copies()), len(list((self.to / "logs").iterdir())))
        self.assertLess(len(self.copies()), 100)
        self.fetch_through(rule, "s3://logs/")
        self.assertEqual(len(self.copies()), 100)

    def test_no_key_steers_the_terminal(self):
        keys = {"a\notomo: fine": "a?otomo: fine", "b\x1b[2J": "b?[2J", "c\u009b2J": "c?2J", "d\u202egpj": "d?gpj"}
        with Proxy(self.listing_of(dict.fromkeys(keys, b"x")), self.url) as url:
            planned = self.fetch("s3://logs/", "--dry-run", url=url)
        self.assertEqual(planned, "".join(f"s3://logs/{key}\t{self.to}/logs/{key}\n" for key in keys.values()))
        denied = self.listing_of(dict.fromkeys(keys, b"x"), lambda _: error(403, "AccessDenied", "Access Denied"))
        self.fetch_through(denied, "s3://logs/", code=3)
        for key in list(keys.values())[1:]:
            self.assertIn(f"otomo: s3://logs/{key}: Access Denied", self.said)
        self.assertIn("otomo: s3://logs/a\n  otomo: fine: Access Denied", self.said)

    def test_a_storm_changes_no_copy(self):
        storm = fault_proxy.Storm(seed=20260302, slow_down=0.2, reset=0.02, cut=0.01)
        self.fetch_through(storm, "s3://samples/")
        for url, copy in self.copies().items():
            self.assertEqual(copy, (peers.ROOT / url.removeprefix("s3://")).read_bytes())
        self.assertTrue(all(storm.met.values()), storm.met)

    def test_a_copy_that_does_not_fit_its_checksum_is_none(self):
        large = os.urandom(20 * 1024 * 1024)
        small = b"x" * 1000
        for key, body, algorithm, stated in (
                ("small", small, "CRC32", {"ChecksumAlgorithm": "CRC32"}),
                ("small", small, "SHA1", {"ChecksumAlgorithm": "SHA1"}),
                ("small", small, "CRC32C", {"ChecksumCRC32C": crc(small, 0x82F63B78, 32)}),
                ("small", small, "CRC64NVME", {"ChecksumCRC64NVME": crc(small, 0x9A6C9329AC4BC9B5, 64)}),
                ("large", large, "SHA256", {"ChecksumAlgorithm": "SHA256"})):
            self.client.put_object(Bucket="logs", Key="sum/" + key, Body=body, **stated)

            def damaged(request: Request, pass_on: Pass) -> Answer:
                answer = pass_on()
                if request.path == "/logs/sum/" + key and answer.body:
                    answer.body = answer.body[:-1] + b"!"
                return answer
            self.fetch_through(damaged, f"s3://logs/sum/{key}", code=3)
            self.assertIn(f"s3://logs/sum/{key}: its bytes do not fit the {algorithm}", self.said)
            self.assertFalse((self.to / "logs" / "sum" / key).exists())
            if key == "small":  # a question reads it in one answer, and checks it, too
                with Proxy(damaged, self.url) as url:
                    done = peers.otomo("query", "SELECT 1 FROM s3_access_logs", "--from", f"s3://logs/sum/{key}",
                                       **peers.access_to(url))
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn(f"do not fit the {algorithm}", done.stderr)
            self.fetch(f"s3://logs/sum/{key}")
            self.assertEqual((self.to / "logs" / "sum" / key).read_bytes(), body)
            shutil.rmtree(self.to)

    def test_what_may_not_be_read_leaves_the_others(self):
        def denied(request: Request, pass_on: Pass) -> Answer:
            return error(403, "AccessDenied", "Access Denied") if request.path.endswith("README.md") else pass_on()
        self.fetch_through(denied, "s3://samples/", code=3)
        self.assertIn("s3://samples/README.md: Access Denied", self.said)
        self.assertIn("1 could not be copied", self.said)
        refused, = [line for line in self.record() if "error" in line]
        self.assertEqual(refused["url"], "s3://samples/README.md")
        self.assertFalse((self.to / "samples" / "README.md").exists())

    def test_interrupted_it_leaves_nothing_half_and_goes_on_later(self):
        for i in range(8):
            self.client.put_object(Bucket="logs", Key=f"slow/{i}", Body=bytes(12 * 1024 * 1024))
        asked = []

        def slow(request: Request, pass_on: Pass) -> Answer:
            if not request.is_listing:
                asked.append(request.path)
                time.sleep(0.05 if len(asked) < 6 else 2)
            return pass_on()
        with Proxy(slow, self.url) as url:
            given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OTOMO_"))}
            given |= {"AWS_REGION": "us-east-1", "OTOMO_CONFIG": "/dev/null"} | peers.access_to(url)
            running = subprocess.Popen([peers.OTOMO, "fetch", "s3://logs/slow/", self.to], env=given,
                                       stderr=subprocess.PIPE, text=True)
            while len(asked) < 7:
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=20)
        self.assertEqual(running.returncode, 130, said)
        self.assertFalse((self.to / "_otomo_partial").exists())
        for path in self.to.rglob("[0-9]"):
            self.assertEqual(path.stat().st_size, 12 * 1024 * 1024)
        self.fetch("s3://logs/slow/")
        self.assertEqual(len(list(self.to.rglob("[0-9]"))), 8)

    def test_a_record_that_ends_inside_a_line_is_gone_on_with(self):
        self.fetch("s3://samples/example-tools-logs/")
        record = self.to / RECORD
        record.write_bytes(record.read_bytes()[:-20])
        self.fetch("s3://samples/example-tools-logs/")
        self.assertIn("1 objects", self.said)
        self.assertEqual(len(self.copies()), 111)

    def test_the_command_line(self):
        for words in (("s3://samples/",), ("samples", "x"), ("s3://samples/", "s3://logs/")):
            done = peers.otomo("fetch", *words, **peers.access_to(self.url))
            self.assertEqual(done.returncode, 2, (words, done.stderr))
        done = peers.otomo("fetch", "s3://../", self.to, **peers.access_to(self.url))
        self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == "__main__":
    peers.python()
    peers.versitygw()
    unittest.main(verbosity=2)
