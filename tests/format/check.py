#!/usr/bin/env python3
"""C++ sources are as clang-format-19 leaves them, and lines of all texts are not too long. Without clang-format-19 the
first half is skipped, with status 77.

Usage: check.py SOURCE_DIR
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

FORMATTER = "clang-format-19"
ROOMS = ("src", "emulators", "tests", "fixtures")
FILES_A_CALL = 40

# What clang-format cannot break it leaves: long texts in C++ have no limit here, comments have clang-format's own.
LIMITS = {".py": 120, ".cmake": 120, ".txt": 120, ".md": 125, ".yaml": 120, ".yml": 120, ".mjs": 120, ".js": 120}
TEXTS = ("src", "emulators", "tests", "helpers", "cmake", "docs", "scenarios")
# Generated, or with lines that cannot be broken: tables and addresses.
UNBREAKABLE = re.compile(r"^\s*\||https?://\S{60,}")


def sources(root):
    return sorted(
        path
        for room in ROOMS
        for path in (root / room).rglob("*")
        if path.suffix in {".h", ".cpp"} and path.is_file()
    )


def unformatted(files):
    """What clang-format says about these files; "" when they are as it would have them."""
    ran = subprocess.run([FORMATTER, "--dry-run", "-Werror", *files], capture_output=True, text=True)
    # Of each complaint the line with its place; the excerpt below it says nothing more.
    places = [line for line in ran.stderr.splitlines() if "-Wclang-format-violations" in line]
    return "\n".join(places) if places or ran.returncode == 0 else ran.stderr


def format_problems(root):
    files = sources(root)
    groups = [files[at : at + FILES_A_CALL] for at in range(0, len(files), FILES_A_CALL)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = [text for text in pool.map(unformatted, groups) if text]
    return len(files), said


def line_problems(root):
    """Lines over the limit of their kind of file, but for those that nothing can break."""
    files = [path for top in TEXTS for path in (root / top).rglob("*")] + list(root.glob("*"))
    for path in sorted(files):
        limit = LIMITS.get(path.suffix)
        if limit is None or not path.is_file() or "corpus" in path.parts:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if len(line) > limit and not UNBREAKABLE.search(line):
                yield f"{path.relative_to(root)}:{number}: {len(line)} characters; the limit is {limit}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = list(line_problems(root))
    if shutil.which(FORMATTER):
        count, said = format_problems(root)
        problems += said
        if said:
            problems.append("./dev fmt mends these")
        if count == 0:
            problems.append(f"no sources below {root}")
        print(f"{count} sources, {len(problems)} problems")
    else:
        print(f"SKIPPED: {FORMATTER} is not installed (./dev test installs it); {len(problems)} long lines")
    for problem in problems:
        print(problem)
    if problems:
        return 1
    return 0 if shutil.which(FORMATTER) else 77


if __name__ == "__main__":
    sys.exit(main())
