#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules as a test: prints each finding as `file:line: what is wrong` and exits with 1 if there is any."""

import argparse
import pathlib
import re
import subprocess
import sys

# Which folder of src/ may include which. base is open to all; what is not here is wrong.
LAYERS = {
    "base": [],
    "formats": [],
    "query": [],
    "sigma": [],
    "ocsf": [],
    "pricing": [],
    "net": [],
    "aws": ["net"],
    "io": ["aws"],
    "engine": ["io", "formats"],
    "lake": ["engine", "io", "formats"],
    "catalog": ["query"],
    "trust": ["lake", "engine", "io"],
    "app": ["catalog", "trust", "lake", "engine", "io", "query", "sigma", "ocsf", "pricing", "formats"],
    "server": ["app", "aws", "net"],
    "cli": ["server", "app", "engine"],
}

SOURCES = {".cpp", ".h", ".inl", ".def", ".py", ".sh", ".cmake", ".ts"}
BAD_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager|impl)(_|\.|$)|_?\d+\.(cpp|h)$")
GOOD_NAME = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")
# A number that is the thing's own.
KERNEL_NAMES = {"avx2.cpp", "avx512.cpp", "utf8.cpp", "utf8.h", "base64.cpp", "base64.h", "bzip2.cpp", "sigv4.cpp", "sigv4.h"}
# Formats that are made at run time: in no list.
UNLISTED_FORMATS = {"custom"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|DIS" r"ABLED_)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def listed_files(root):
    """The files git knows or would take; every file where there is no git."""
    try:
        out = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                             capture_output=True, check=True).stdout
        names = [n for n in out.decode().split("\0") if n]
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(root)) for p in root.rglob("*")]
    return [pathlib.PurePosixPath(n) for n in sorted(names) if (root / n).is_file()]


def check_include(path, number, quote, target, found):
    top = path.parts[1] if path.parts[0] == "src" and len(path.parts) > 2 else None
    if "duckdb" in target and not target.startswith("engine/") and path.parts[:2] != ("src", "engine") \
            and path.parts[0] != "bench":
        found(path, number, f"{target} outside src/engine: DuckDB stays behind its wall")
    if quote == "<":
        return
    if target.startswith("../") or "/../" in target:
        found(path, number, f"{target}: includes are relative to src/")
    other = target.split("/")[0]
    if top is None or "/" not in target:
        return
    if other not in LAYERS:
        found(path, number, f"{target}: no such folder in the layers")
    elif other not in (top, "base") and other not in LAYERS.get(top, []):
        allowed = ", ".join(["base"] + LAYERS.get(top, []))
        found(path, number, f"wrong arrow {top} -> {other} ({target}); {top} may use: {allowed}")
    parts = target.split("/")
    # x_json is x delivered as JSON: the same table, the same rows.
    if top == other == "formats" and len(parts) > 2 and len(path.parts) > 3 \
            and path.parts[2] not in (parts[1], parts[1] + "_json"):
        found(path, number, f"wrong arrow formats/{path.parts[2]} -> formats/{parts[1]}: formats do not know each other")


def check_file(root, path, found):
    text = (root / path).read_bytes()
    if b"\0" in text or path.parts[0] == "samples" or "samples" in path.parts:
        return
    if path.name == "package-lock.json":
        return
    lines = text.decode("utf-8", "replace").split("\n")
    is_source = path.suffix in SOURCES or path.name == "CMakeLists.txt" or lines[0].startswith("#!")
    if text and not text.endswith(b"\n"):
        found(path, len(lines), "no newline at the end")
    if not is_source:
        return
    first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    if "SPDX-License-Identifier: Apache-2.0" not in first:
        found(path, 1, "the first line is not `SPDX-License-Identifier: Apache-2.0`")
    if path.suffix == ".h":
        if "#pragma once" not in lines:
            found(path, 1, "no #pragma once")
        if not any(line.startswith("// ") for line in lines[1:4]):
            found(path, 2, "the header does not open with what it is")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            found(path, number, "white space at the end")
        if "\t" in line:
            found(path, number, "a tab")
        if UNFINISHED.search(line):
            found(path, number, "unfinished: " + line.strip()[:60])
        include = INCLUDE.match(line)
        if include and path.suffix in {".cpp", ".h", ".inl"}:
            check_include(path, number, include.group(1), include.group(2), found)


def check_names(path, found):
    for part in path.parts[1:] if path.parts[0] in {"src", "tests", "bench", "tools"} else []:
        if part.startswith(".") or part in {"CMakeLists.txt", "README.md"} or "samples" in path.parts:
            continue
        if not GOOD_NAME.match(part) and not part.endswith(".md"):
            found(path, 0, f"{part} is not snake_case")
        if BAD_NAMES.search(part) and part not in KERNEL_NAMES:
            found(path, 0, f"{part}: a name that says nothing, or a numbered twin")


def check_formats(root, files, found):
    table = root / "src/formats/formats.def"
    if not table.exists():
        return
    listed = re.findall(r"^X\((\w+)\)", table.read_text(), re.M)
    folders = sorted({p.parts[2] for p in files if p.parts[:2] == ("src", "formats") and len(p.parts) > 3})
    where = pathlib.PurePosixPath("src/formats/formats.def")
    for name in sorted(set(listed) ^ (set(folders) - UNLISTED_FORMATS)):
        found(where, 0, f"{name}: a line without a folder, or a folder without a line")
    for name in folders:
        for needed in (f"{name}.cpp", f"{name}.test"):
            if pathlib.PurePosixPath(f"src/formats/{name}/{needed}") not in files:
                found(where, 0, f"src/formats/{name}/ has no {needed}")
        if not any(p.parts[:4] == ("src", "formats", name, "samples") for p in files):
            found(where, 0, f"src/formats/{name}/ has no samples")


def check_map(root, files, found):
    page = root / "ARCHITECTURE.md"
    if not page.exists():
        return
    text = page.read_text()
    for top in sorted({p.parts[0] for p in files}):
        if top.endswith(".md") or top.startswith(".") and top != ".ci" or top in {"LICENSE"}:
            continue
        if f"`{top}`" not in text and f"`{top}/" not in text:
            found(pathlib.PurePosixPath("ARCHITECTURE.md"), 0, f"{top} is not on the map")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    findings = []

    def found(path, number, what):
        findings.append(f"{path}:{number}: {what}")

    files = listed_files(root)
    for path in files:
        check_names(path, found)
        check_file(root, path, found)
    check_formats(root, set(files), found)
    check_map(root, files, found)
    print("\n".join(findings) if findings else f"tidy: {len(files)} files, nothing to say")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
