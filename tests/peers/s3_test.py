#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""otomo reads a real S3 server as it reads a folder; what goes wrong there is told with what to do."""
import pathlib
import shutil
import tempfile
import unittest

import peers

LINE = ("79a5 example-bucket [06/Feb/2019:00:00:{second:02} +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.VERSIONING - "
        '"GET /example-bucket?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9 SigV2 '
        "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader example-bucket.s3.us-west-1.amazonaws.com TLSV1.1\n")
COUNT = "SELECT count(*) AS n FROM s3_access_logs"


class S3Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        root = cls.folder / "root"
        root.mkdir()
        shutil.copytree(peers.ROOT / "samples", root / "samples")
        (root / "many").mkdir()
        (root / "upload").mkdir()
        cls.fill_many(root / "many")
        cls.url = cls.enterClassContext(peers.s3_server(root, cls.folder / "versitygw.log"))
        cls.root = root

    @staticmethod
    def fill_many(root: pathlib.Path) -> None:
        """More than a page, of each shape that a listing is split by, and of none."""
        def write(name: str) -> None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(LINE.format(second=len(name) % 60))
        for i in range(1300):
            write(f"flat/2026-03-{1 + i // 50:02}-00-00-{i % 50:02}-{i:016X}")
            write(f"folders/{i // 300}/{i % 300}")
        for i in range(1100):
            write(f"small/{i:05}/x")
            write(f"named/key {i}")
        write("flat/0before")
        write("flat/zbehind")
        write("flat/2026-03-04")
        write("folders-not/x")
        write("folders/z")

    def otomo(self, *words: str, code: int = 0, **environment: str) -> str:
        done = peers.otomo(*words, **peers.access_to(self.url) | {"HOME": str(self.folder)} | environment)
        self.said = done.stderr
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn(peers.SECRET, done.stdout + done.stderr)
        return done.stdout

    def count(self, *paths: str) -> int:
        return int(self.otomo("query", "-q", COUNT, "--from", *paths, "--output", "csv").split()[1])

    def test_gives_what_the_folder_gives(self):
        for sql in ("SELECT replace(\"$path\", 's3://', '') AS path, * EXCLUDE (\"$path\") FROM _objects ORDER BY ALL",
                    "SELECT replace(\"$path\", 's3://', '') AS path, \"$offset\", * FROM cloudtrail_logs ORDER BY ALL"):
            here = self.otomo("query", "-q", sql, "--from", "samples", "--output", "csv")
            there = self.otomo("query", "-q", sql, "--from", "s3://samples/", "--output", "csv")
            self.assertGreater(len(here.splitlines()), 400)
            self.assertEqual(here, there)

    def test_lists_every_key_once_whatever_the_names_are(self):
        for prefix in ("flat/", "folders/", "small/", "named/", ""):
            files = sum(1 for path in (self.root / "many" / prefix).rglob("*") if path.is_file())
            self.assertEqual(self.count(f"s3://many/{prefix}"), files, prefix)

    def test_objects_come_in_the_order_of_their_keys_each_once(self):
        every = sorted("s3://many/" + str(path.relative_to(self.root / "many")) for path in
                       (self.root / "many").rglob("*") if path.is_file())
        for paths, order in ((["s3://many/"], every),
                             (["s3://many/f", "s3://many/"], sorted(every, key=lambda p: not p.startswith("s3://many/f"))),
                             (["s3://many/{flat,{named,f*}}/*"], [p for p in every if "/f" in p or "/named" in p]),
                             (["s3://many/small/", "s3://many/named/", "s3://many/small/00500/", "s3://many/*/*"],
                              sorted(every, key=lambda p: (not p.startswith("s3://many/small/"),
                                                           not p.startswith("s3://many/named/"))))):
            found = self.otomo("query", "-q", 'SELECT "$path" AS p FROM s3_access_logs', "--threads", "1", "--output", "csv",
                               *[word for path in paths for word in ("--from", path)]).split("\n")[1:-1]
            self.assertEqual(found, order, paths)

    def test_paths_mean_objects_folders_patterns_and_beginnings(self):
        self.assertEqual(self.count("s3://many/flat/zbehind"), 1)
        self.assertEqual(self.count("s3://many/folders"), 1301)  # not folders-not
        self.assertEqual(self.count("s3://many/flat/2026-03-04"), 1)  # an object of that very name
        self.assertEqual(self.count("s3://many/flat/2026-03-0"), 9 * 50 + 1)
        self.assertEqual(self.count("s3://many/flat/2026-03-0[12]-*"), 100)
        self.assertEqual(self.count("s3://many/folders/[12]"), 600)
        self.assertEqual(self.count("s3://many/{flat,folders}/z*"), 2)
        self.assertEqual(self.count("s3://many/flat/z*", "s3://many/flat/zbehind"), 1)

    def test_a_choice_means_what_it_means_in_a_folder(self):
        sql = "SELECT replace(\"$path\", 's3://', '') AS path FROM _objects ORDER BY 1"
        for named in ("samples", "samples/example-shop-logs", "samples/*-logs", "samples/{README.md,example-*/AWSLogs}"):
            below = named.removeprefix("samples").removeprefix("/")
            for choice in (("--include", "*.gz"), ("--exclude", "AWSLogs/"), ("--exclude", "/AWSLogs"),
                           ("--include", "*/elasticloadbalancing/*", "--exclude", "[5-9]*"), ("--include", "README.*"),
                           ("--since", "1h"), ("--until", "1h")):
                here = self.otomo("query", sql, "--output", "csv", "--from", named, *choice)
                left_out = [line for line in self.said.splitlines() if "left out" in line]
                there = self.otomo("query", sql, "--output", "csv", "--from", f"s3://samples/{below}", *choice)
                self.assertEqual(here, there, (named, choice))
                self.assertEqual(left_out, [line for line in self.said.splitlines() if "left out" in line])
        beginning = self.otomo("query", sql, "--output", "csv", "--from", "s3://samples/example-shop-logs/AWSL", "--include",
                               "/AWSLogs/*/CloudTrail")
        self.assertIn("/CloudTrail/", beginning)

    def test_keys_may_hold_any_character(self):
        client = peers.client("s3", self.url)
        keys = ["日本語/ログ.log", "a b+c%20d", "q?x=1&y=2", "semi;colon", "quote'\"", "tilde~ (1)", "plus+plus", "x#y", "é"]
        for key in keys:
            client.put_object(Bucket="upload", Key="odd/" + key, Body=LINE.format(second=1).encode())
        found = self.otomo("query", "-q", 'SELECT "$path" FROM s3_access_logs ORDER BY 1', "--from", "s3://upload/odd/",
                           "--output", "jsonl")
        for key in keys:
            self.assertIn(("s3://upload/odd/" + key).replace('"', '\\"'), found)
        for key in keys:
            if not set("?*[{") & set(key):
                self.assertEqual(self.count("s3://upload/odd/" + key), 1, key)

    def test_large_objects_come_in_parts(self):
        lines = "".join(LINE.format(second=i % 60) for i in range(60_000))
        peers.client("s3", self.url).put_object(Bucket="upload", Key="large/log", Body=lines.encode())
        self.assertGreater(len(lines), 16 * 1024 * 1024)
        self.assertEqual(self.count("s3://upload/large/"), 60_000)

    def test_errors_say_what_to_do(self):
        for path, environment, word, hint in (
                ("s3://nothing-here/", {}, "NoSuchBucket", "check the bucket's name"),
                ("s3://many/nowhere/", {}, "no object there", "aws s3 ls"),
                ("s3://many/", {"AWS_ACCESS_KEY_ID": "other"}, "access key ID", "the access key does not exist"),
                ("s3://many/", {"AWS_SECRET_ACCESS_KEY": "other"}, "SignatureDoesNotMatch", "secret access key is wrong"),
                ("s3://many/", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no AWS credentials", "--profile"),
                ("s3://many/", {"AWS_PROFILE": "nobody", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
                 "profile nobody", "aws configure list-profiles"),
                ("s3://many/", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}, "127.0.0.1:1",
                 "--endpoint-url"),
                ("s3:///x", {}, "bucket's name is missing", "s3://BUCKET/PREFIX")):
            self.otomo("query", COUNT, "--from", path, code=2 if path == "s3:///x" else 3, **environment)
            self.assertIn(word, self.said)
            self.assertIn(hint, self.said)


if __name__ == "__main__":
    peers.python()
    peers.versitygw()
    unittest.main(verbosity=2)
