#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A question's times become ranges of the listing: the same answers as over the folder, by far fewer requests."""
import datetime
import json
import pathlib
import re
import tempfile
import unittest

import peers

FIRST = datetime.date(2023, 11, 20)
DAYS = 500
ACCESS = ('79a5 bucket [{at:%d/%b/%Y:%H:%M:%S} +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.OBJECT {name} "GET /x HTTP/1.1" '
          '200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9 SigV2 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader '
          "bucket.s3.us-west-1.amazonaws.com TLSV1.1\n")
FLOW = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
LIST = "list-type=2"  # in versitygw's log
SPANS = (("2024-12-30", "2025-01-03"), ("2024-02-10", "2024-02-12"), ("2023-11-20", "2023-11-21"), ("2025-03-01", None),
         (None, "2023-12-03"), ("2026-01-01", "2024-01-01"), ("2025-03-30", "2025-12-01"), (None, None))


class RangesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.root = cls.folder / "root" / "logs"
        for day in range(DAYS):
            cls.write_day(FIRST + datetime.timedelta(days=day))
        cls.write_undated()
        cls.log = cls.folder / "versitygw.log"
        cls.url = cls.enterClassContext(peers.s3_server(cls.folder / "root", cls.log))

    @classmethod
    def write(cls, name: str, text: str) -> None:
        path = cls.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @classmethod
    def trail(cls, at: datetime.datetime) -> str:
        return json.dumps({"Records": [{"eventVersion": "1.08", "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                                        "eventSource": "s3.amazonaws.com", "eventName": "GetObject"}]})

    @classmethod
    def write_day(cls, date: datetime.date) -> None:
        for number in range(5):
            at = datetime.datetime.combine(date, datetime.time(hour=number * 5))
            # Now and then a record is some days late.
            event = at - datetime.timedelta(days=(date.day + number) % 7 if number == 3 else 0, minutes=5)
            for account in ("111122223333", "444455556666"):
                for region in ("eu-west-1", "us-east-1"):
                    if number < 4:
                        cls.write(f"AWSLogs/{account}/CloudTrail/{region}/{date:%Y/%m/%d}/{account}_CloudTrail_{region}_"
                                  f"{at:%Y%m%dT%H%MZ}_{number}abc.json", cls.trail(event))
            name = f"{at:%Y-%m-%d-%H-%M-%S}-{date.toordinal() * 10 + number:016X}"
            cls.write(f"access/{name}", ACCESS.format(at=event, name=name))
            cls.write(f"parted/111122223333/us-east-1/source/{date:%Y/%m/%d}/{name}", ACCESS.format(at=event, name=name))
            start = int(at.replace(tzinfo=datetime.timezone.utc).timestamp())
            cls.write(f"flows/AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=us-east-1/"
                      f"year={date:%Y}/month={date:%m}/day={date:%d}/111122223333_vpcflowlogs_us-east-1_fl-1234abcd_"
                      f"{at:%Y%m%dT%H%MZ}_0123abcd.log",
                      FLOW + f"2 111122223333 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 {number} {start} {start + 60} ACCEPT OK\n")

    @classmethod
    def write_undated(cls) -> None:
        """Between, before and behind what is dated, each with a record of the last days."""
        at = datetime.datetime(2025, 3, 20, 12)
        for name in ("access/0before", "access/2024-archive/x", "access/2024x", "access/zbehind", "parted/1", "parted/z/y/x",
                     "parted/111122223333/us-east-1/source/2024-notes", "parted/111122223333/us-east-1/sourcf"):
            cls.write(name, ACCESS.format(at=at, name=name))
        for name in ("0.json", "AWSLogs/0.json", "AWSLogs/111122223333/CloudTrail/eu-west-1/2024.json", "z.json",
                     "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/a.json", "AWSLogs/111122223333/CloudTrail/z/a.json",
                     "AWSLogs/111122223333/z.json", "AWSLogs/444455556666/CloudTrail/us-east-1/z/z.json"):
            cls.write(name, cls.trail(at))

    def ask(self, sql: str, path: str, *words: str) -> str:
        done = peers.otomo("query", sql, "--from", path, "--output", "csv", *words,
                           **peers.access_to(self.url), HOME=str(self.folder))
        self.said = done.stderr
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def listed(self, sql: str, path: str, *words: str) -> tuple[str, int]:
        """The answer, and by how many requests for lists it was found."""
        before = self.log.read_text().count(LIST)
        answer = self.ask(sql, path, *words)
        return answer, self.log.read_text().count(LIST) - before

    @staticmethod
    def where(span: tuple[str | None, str | None]) -> str:
        bounds = [f"event_time {sign} '{day}'" for sign, day in zip((">=", "<"), span) if day]
        return " WHERE " + " AND ".join(bounds) if bounds else ""

    def test_answers_are_those_of_the_folder(self):
        for table, path in (("cloudtrail_logs", ""), ("cloudtrail_logs", "AWSLogs/111122223333/"),
                            ("cloudtrail_logs", "AWSLogs/444455556666/CloudTrail/us-east-1/2024/"),
                            ("s3_access_logs", "access/"), ("s3_access_logs", "access/2024-"), ("s3_access_logs", "parted/"),
                            ("vpc_flow_logs", "flows/")):
            for span in SPANS[:-1] if path == "access/" else SPANS[:2]:
                sql = f"SELECT replace(\"$path\", 's3://', '') AS path, event_time FROM {table}{self.where(span)} ORDER BY ALL"
                here = self.ask(sql, str(self.root / path) if (self.root / path).is_dir() else f"{self.root / path}*")
                there = self.ask(sql, f"s3://logs/{path}")
                self.assertEqual(here.replace(str(self.root.parent) + "/", ""), there, (table, path, span))

    def test_few_requests_list_what_is_asked_for(self):
        for table, path, span, words, days in (
                ("s3_access_logs", "access/", SPANS[0], (), "from 2024-12-29 on"),
                ("s3_access_logs", "access/", SPANS[0], ("--late", "2d"), "from 2024-12-29 to 2025-01-06"),
                ("s3_access_logs", "parted/", SPANS[0], ("--late", "2d"), "from 2024-12-29 to 2025-01-06"),
                ("cloudtrail_logs", "AWSLogs/111122223333/CloudTrail/us-east-1/", SPANS[0], (),
                 "from 2024-12-29 to 2025-02-03"),
                ("vpc_flow_logs", "flows/", SPANS[1], (), "from 2024-02-09 to 2024-02-14")):
            answer, narrow = self.listed(f"SELECT count(*) FROM {table}{self.where(span)}", f"s3://logs/{path}", *words)
            self.assertIn(f"listed: keys of days {days}, and those without a day", self.said)
            every, full = self.listed(f"SELECT count(*) FROM {table}", f"s3://logs/{path}")
            self.assertNotIn("listed:", self.said)
            self.assertLessEqual(narrow, 14, (path, full))
            self.assertLess(int(answer.split()[1]), int(every.split()[1]))
            if path == "access/":
                self.assertGreater(full, 10 * narrow)

    def test_tables_of_one_question_need_the_days_of_either(self):
        for one, other in ((SPANS[0], SPANS[1]), (SPANS[2], SPANS[3])):
            sql = (f"SELECT count(*) FROM s3_access_logs{self.where(one)} UNION ALL "
                   f"SELECT count(*) FROM s3_access_logs{self.where(other)} UNION ALL "
                   f"SELECT count(*) FROM cloudtrail_logs{self.where(one)}")
            self.assertEqual(self.ask(sql, "s3://logs/"), self.ask(sql, str(self.root)))

    def test_what_looks_at_objects_lists_them_all(self):
        for sql in ("SELECT count(*) FROM _objects", "SHOW TABLES",
                    f"SELECT (SELECT count(*) FROM _rejects), count(*) FROM s3_access_logs{self.where(SPANS[3])}"):
            self.assertEqual(self.ask(sql, "s3://logs/parted/"), self.ask(sql, str(self.root / "parted")), sql)


if __name__ == "__main__":
    peers.versitygw()
    unittest.main(verbosity=2)
