#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows tools/tidy.py failing: each tree below breaks one rule."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TIDY = pathlib.Path(__file__).resolve().parents[2] / "tools/tidy.py"
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def tidy(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run([sys.executable, TIDY, "--root", folder], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout


class Tidy(unittest.TestCase):
    def refused(self, files, message):
        code, out = tidy(files)
        self.assertEqual(code, 1, out)
        self.assertIn(message, out)

    def test_right_tree_passes(self):
        code, out = tidy({"src/engine/a.cpp": SPDX + '#include "io/b.h"\n#include <duckdb.hpp>\n',
                          "src/io/b.h": SPDX + "//\n// What it is.\n#pragma once\n"})
        self.assertEqual(code, 0, out)

    def test_wrong_arrow(self):
        self.refused({"src/io/a.cpp": SPDX + '#include "engine/database.h"\n'}, "src/io/a.cpp:2: wrong arrow io -> engine")

    def test_pure_folder(self):
        self.refused({"src/formats/a.cpp": SPDX + '#include "io/b.h"\n'}, "wrong arrow formats -> io")

    def test_formats_do_not_know_each_other(self):
        self.refused({"src/formats/x/x.cpp": SPDX + '#include "formats/y/y.h"\n'}, "wrong arrow formats/x -> formats/y")
        self.refused({"src/formats/x/x.cpp": SPDX + '#include "formats/x_json/x.h"\n'}, "wrong arrow formats/x -> ")
        self.refused({"src/formats/y_json/y.cpp": SPDX + '#include "formats/x/x.h"\n'}, "wrong arrow formats/y_json -> ")

    def test_duckdb_outside_engine(self):
        self.refused({"src/app/a.cpp": SPDX + "#include <duckdb.hpp>\n"}, "DuckDB stays behind its wall")

    def test_missing_licence(self):
        self.refused({"src/app/a.cpp": "int a;\n"}, "SPDX")

    def test_missing_pragma(self):
        self.refused({"src/app/a.h": SPDX + "// A.\n"}, "no #pragma once")

    def test_bad_names(self):
        self.refused({"src/app/string_utils.cpp": SPDX}, "says nothing")
        self.refused({"src/app/CamelCase.cpp": SPDX}, "not snake_case")

    def test_unfinished(self):
        self.refused({"src/app/a.cpp": SPDX + "// TO" + "DO\n"}, "unfinished")

    def test_format_without_line(self):
        self.refused({"src/formats/formats.def": SPDX, "src/formats/x/x.cpp": SPDX}, "a folder without a line")


if __name__ == "__main__":
    unittest.main()
