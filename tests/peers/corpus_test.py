#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What third parties' logs answer from a folder they answer over s3://, and from the copy that fetch makes."""
import pathlib
import shutil
import tempfile
import unittest

import peers

SHARED = peers.ROOT.parent / "shared" / "data"
# Rows as they are, whatever their order: every value of every one has a say.
ROWS = "SELECT count(*) AS n, bit_xor(hash(t)) AS sum FROM cloudtrail_logs t"
OBJECTS = "SELECT * FROM _objects ORDER BY ALL"


class CorpusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.copy = cls.folder / "copy"
        # The server writes attributes beside objects: it gets files of its own.
        cls.bucket = cls.folder / "root" / "corpus"
        shutil.copytree(SHARED, cls.bucket)
        cls.url = cls.enterClassContext(peers.s3_server(cls.folder / "root", cls.folder / "versitygw.log"))

    def ask(self, *words: object) -> tuple[int, str]:
        done = peers.otomo(*words, **peers.access_to(self.url))
        self.assertIn(done.returncode, (0, 3), done.stderr)  # 3: damaged objects are among them
        return done.returncode, done.stdout

    def same_everywhere(self, ask) -> None:
        answers = []
        for place in (f"{self.bucket}/", "s3://corpus/", f"{self.copy}/corpus/"):
            code, answer = ask(place)
            answers.append((code, answer.replace(place, "").splitlines()))
        self.assertGreater(len(answers[0][1]), 1)
        for other in answers[1:]:
            self.assertEqual(other[0], answers[0][0])
            self.assertEqual([line for line in other[1] if line not in answers[0][1]], [])
            self.assertEqual(other, answers[0])

    def test_the_answers_are_the_same(self):
        self.ask("fetch", "-q", "s3://corpus/", self.copy)
        self.same_everywhere(lambda place: self.ask("scan", "-q", "--output", "csv", place))
        self.same_everywhere(lambda place: self.ask("query", "-q", OBJECTS, "--output", "csv", "--from", place))
        self.same_everywhere(lambda place: self.ask("query", "-q", ROWS, "--output", "csv", "--from", place))
        files = {path.relative_to(self.bucket): path for path in self.bucket.rglob("*") if path.is_file()}
        self.assertEqual({path.relative_to(self.copy / "corpus") for path in (self.copy / "corpus").rglob("*")
                          if path.is_file()}, set(files))
        for name, path in files.items():
            self.assertEqual((self.copy / "corpus" / name).read_bytes(), path.read_bytes(), name)


if __name__ == "__main__":
    if not SHARED.is_dir():
        peers.skip(f"{SHARED} is not there")
    peers.python()
    peers.versitygw()
    unittest.main(verbosity=2)
