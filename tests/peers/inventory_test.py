#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An S3 Inventory stands in for listing: the same answers by fewer requests, nothing newer is missing, damage is told."""
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import random
import tempfile
import unittest
import urllib.parse

import peers

FIRST = datetime.date(2023, 11, 20)
DAYS = 390
OLD_DAYS = 900  # since objects were changed
CREATED = datetime.datetime(2024, 12, 20, 1, tzinfo=datetime.timezone.utc)
LINE = ('79a5 bucket [{at:%d/%b/%Y:%H:%M:%S} +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.OBJECT x "GET /x HTTP/1.1" '
        '200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9 SigV2 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader '
        "bucket.s3.us-west-1.amazonaws.com TLSV1.1\n")
SCHEMA = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass"
LIST = "list-type=2"  # in versitygw's log


class InventoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.logs = cls.folder / "root" / "logs"
        cls.lists = cls.folder / "root" / "lists"
        cls.rows = []
        for day in range(DAYS):
            date = FIRST + datetime.timedelta(days=day)
            for number in range(5):
                cls.write(f"access/{date}-00-00-00-{number:016X}", date)
                cls.write(f"access two/111122223333/us-east-1/sou+rce/{date:%Y/%m/%d}/{date}-00-00-00-{number:016X}",
                          date)
        for name in ("access/0before", "access/zbehind", "notes/a", "notes/b"):
            cls.write(name, FIRST)
        for number in range(1200):
            cls.write(f"notes/{number}", FIRST)
        # What came since, and what was there and is not.
        for date in (CREATED.date() - datetime.timedelta(days=1), CREATED.date() + datetime.timedelta(days=3)):
            cls.write(f"access/{date}-12-00-00-{9:016X}", date, listed=False, age_days=0)
        cls.write("access/zzz-new", CREATED.date(), listed=False, age_days=0)
        cls.rows.append(cls.row("access/2024-01-05-00-00-00-00000000000000AA", 5, marker="true"))
        cls.rows.append(cls.row("access/2024-01-05-00-00-00-00000000000000AB", 5, latest="false"))
        cls.inventory("good", cls.rows)
        cls.log = cls.folder / "versitygw.log"
        cls.url = cls.enterClassContext(peers.s3_server(cls.folder / "root", cls.log))

    @classmethod
    def row(cls, key: str, size: int, latest: str = "true", marker: str = "false") -> list[str]:
        return ["logs", urllib.parse.quote_plus(key, safe="/"), "v1", latest, marker, str(size),
                f"{CREATED - datetime.timedelta(days=OLD_DAYS):%Y-%m-%dT%H:%M:%S.000Z}", "", "STANDARD"]

    @classmethod
    def write(cls, name: str, date: datetime.date, listed: bool = True, age_days: int = OLD_DAYS) -> None:
        path = cls.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LINE.format(at=date))
        changed = CREATED.timestamp() - 86400 * age_days
        os.utime(path, (changed, changed))
        if listed:
            cls.rows.append(cls.row(name, path.stat().st_size))

    @classmethod
    def inventory(cls, name: str, rows: list[list[str]], form: str = "CSV", schema: str = SCHEMA,
                  at: datetime.datetime = CREATED, break_file: bool = False, break_manifest: bool = False) -> None:
        """Two files, neither sorted."""
        place = cls.lists / "p" / "logs" / name
        (place / "data").mkdir(parents=True, exist_ok=True)
        rows = random.Random(1).sample(rows, len(rows))
        files = []
        for number, part in enumerate((rows[::2], rows[1::2])):
            data = gzip.compress("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in part).encode(), mtime=0)
            file = f"{number:08x}-0000-4000-8000-{at:%Y%m%d%H%M}.csv.gz"
            (place / "data" / file).write_bytes(data)
            md5 = hashlib.md5(data + b"x" * break_file).hexdigest()
            files.append({"key": f"p/logs/{name}/data/{file}", "size": len(data), "MD5checksum": md5})
        manifest = json.dumps({"sourceBucket": "logs", "destinationBucket": "arn:aws:s3:::lists", "version": "2016-11-30",
                               "creationTimestamp": str(int(at.timestamp() * 1000)), "fileFormat": form,
                               "fileSchema": schema, "files": files})
        dated = place / f"{at:%Y-%m-%dT%H-%MZ}"
        dated.mkdir()
        (dated / "manifest.json").write_text(manifest)
        (dated / "manifest.checksum").write_text(hashlib.md5(manifest.encode() + b"x" * break_manifest).hexdigest())

    def otomo(self, *words: str, code: int = 0) -> str:
        before = self.log.read_text().count(LIST)
        done = peers.otomo(*words, **peers.access_to(self.url), HOME=str(self.folder))
        self.said = done.stderr
        self.lists_asked = self.log.read_text().count(LIST) - before
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def listed(self, path: str, *words: str, code: int = 0) -> list[str]:
        plan = self.otomo("fetch", path, str(self.folder / "copy"), "--dry-run", *words, code=code)
        return [line.split("\t")[0] for line in plan.splitlines()]

    def ask(self, sql: str, path: str, *words: str, code: int = 0) -> str:
        return self.otomo("query", sql, "--from", path, "--output", "csv", *words, code=code)

    def test_answers_are_those_of_a_listing(self):
        every = sorted(f"s3://logs/{path.relative_to(self.logs)}" for path in self.logs.rglob("*") if path.is_file())
        good = ("--inventory", "s3://lists/p/logs/good")
        for path, beginning in (("access/", "access/"), ("access", "access/"), ("access/2024-0", "access/2024-0"),
                                ("acc*", "access"), ("", ""), ("{access,access two}/*", "access")):
            found = self.listed(f"s3://logs/{path}", *good)
            self.assertEqual(found, [url for url in every if url.startswith("s3://logs/" + beginning)], path)
            self.assertRegex(self.said, r"inventory of 2024-12-20T01:00Z: \S+ objects came from it")
        beginning = "s3://logs/access/2024-0"
        for words in (("--exclude", "*-03-*"), ("--since", "2024-01-01"), ("--until", "2022-08-01"), ("--until", "2022-01-01")):
            self.assertEqual(self.listed(beginning, *words), self.listed(beginning, *words, *good), words)
        sql = ("SELECT \"$path\" FROM s3_access_logs WHERE event_time >= '2024-05-01' AND event_time < '2024-05-04' "
               "ORDER BY 1")
        here = self.ask(sql, beginning, "--late", "1d")
        self.assertEqual(len(here.splitlines()), 16)
        self.assertEqual(here, self.ask(sql, beginning, "--late", "1d", *good))

    def test_few_requests_list_what_is_newer(self):
        self.listed("s3://logs/access/")
        every = self.lists_asked
        manifest = "s3://lists/p/logs/good/2024-12-20T01-00Z/manifest.json"
        found = self.listed("s3://logs/access/", "--inventory", manifest)
        self.assertRegex(self.said, r"inventory of 2024-12-20T01:00Z: \S+ objects came from it")
        self.assertLess(self.lists_asked, every / 10)
        for name in ("2024-12-19-12-00-00-0000000000000009", "2024-12-23-12-00-00-0000000000000009", "zzz-new"):
            self.assertIn("s3://logs/access/" + name, found)

    def test_keys_without_days_are_listed(self):
        self.assertEqual(len(self.listed("s3://logs/notes/", "--inventory", "s3://lists/p/logs/good")), 1202)
        self.assertIn("inventory of 2024-12-20T01:00Z: it saved nothing", self.said)

    def test_the_newest_counts_and_what_it_lacks_is_listed(self):
        self.inventory("two", [], at=CREATED - datetime.timedelta(days=1))
        self.inventory("two", [row for row in self.rows if not row[1].startswith("access/")])
        here = self.listed("s3://logs/access/2024-0")
        self.assertEqual(here, self.listed("s3://logs/access/2024-0", "--inventory", "s3://lists/p/logs/two/"))
        self.assertIn("inventory of 2024-12-20T01:00Z: it saved nothing", self.said)
        self.assertIn("it lacks s3://logs/access/", self.said)

    def test_what_is_gone_is_told(self):
        self.inventory("gone", [*self.rows, self.row("access/2024-06-05-00-00-00-00000000000000AC", 400)])
        self.ask("SELECT count(*) FROM s3_access_logs", "s3://logs/access/2024-0", "--inventory", "s3://lists/p/logs/gone",
                 code=3)
        self.assertIn("2024-06-05-00-00-00-00000000000000AC", self.said)
        self.assertIn("gone", self.said)

    def test_what_is_wrong_with_it_is_an_error(self):
        self.inventory("broken-file", self.rows, break_file=True)
        self.inventory("broken-manifest", self.rows, break_manifest=True)
        self.inventory("orc", self.rows, form="ORC")
        self.inventory("sizeless", [row[:5] for row in self.rows], schema="Bucket, Key, VersionId, IsLatest, IsDeleteMarker")
        for name, what in (("broken-file", "csv.gz: its bytes do not fit the MD5"), ("orc", "files in ORC are not read"),
                           ("broken-manifest", "manifest.json: its bytes do not fit the MD5 that manifest.checksum states"),
                           ("sizeless", "add Size and LastModifiedDate"), ("none", "no object there")):
            self.listed("s3://logs/access/", "--inventory", f"s3://lists/p/logs/{name}", code=3)
            self.assertIn(what, self.said)
        self.listed("s3://lists/p/", "--inventory", "s3://lists/p/logs/good", code=2)
        self.assertIn("is an inventory of s3://logs/, not of s3://lists/", self.said)
        self.listed("s3://logs/", "--inventory", "lists", code=2)

    def test_parquet(self):
        self.inventory("parquet", self.rows)
        place = self.lists / "p" / "logs" / "parquet"
        files = sorted((place / "data").glob("*.csv.gz"))
        sql = ("SELECT column0 AS bucket, url_decode(replace(column1, '+', ' ')) AS key, "
               "column3 = 'true' AS is_latest, column4 = 'true' AS is_delete_marker, CAST(column5 AS BIGINT) AS size, "
               "CAST(column6 AS TIMESTAMP) AS last_modified_date FROM rows")
        rows = self.folder / "rows.csv"
        rows.write_text(",".join(f"column{i}" for i in range(9)) + "\n" +
                        "".join(gzip.decompress(file.read_bytes()).decode() for file in files))
        made = place / "data" / "00000000-0000-4000-8000-000000000000.parquet"
        self.otomo("query", sql, "--from", str(rows), "-o", str(made))
        data = made.read_bytes()
        for file in files:
            file.unlink()
        manifest = next(place.glob("20*/manifest.json"))
        said = json.loads(manifest.read_text()) | {"fileFormat": "Parquet", "fileSchema": "message s3.inventory {}"}
        said["files"] = [{"key": f"p/logs/parquet/data/{made.name}", "size": len(data),
                          "MD5checksum": hashlib.md5(data).hexdigest()}]
        manifest.write_text(json.dumps(said))
        manifest.with_name("manifest.checksum").write_text(hashlib.md5(manifest.read_bytes()).hexdigest() + "\n")
        here = self.listed("s3://logs/access/2024-0")
        self.assertEqual(here, self.listed("s3://logs/access/2024-0", "--inventory", "s3://lists/p/logs/parquet"))
        self.assertRegex(self.said, r"inventory of 2024-12-20T01:00Z: \S+ objects came from it")


if __name__ == "__main__":
    peers.versitygw()
    unittest.main(verbosity=2)
