#!/usr/bin/env python3
"""Runs scenarios twice with one seed: the journals are the same, byte for byte; and with another seed, where ids may
differ but every scenario passes as well.

Only scenarios whose functions are built in: a process of its own has pids and times of its own in its output.

Usage: same_journal.py LOOPGATE SOURCE_DIR
"""

import difflib
import pathlib
import re
import subprocess
import sys


def run(binary, files, seed):
    command = [binary, "run", "--seed", str(seed), "--journal", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr)
    return done.stdout


def has_real_function(scenario):
    templates = re.findall(r"template: ([^\s,}]+)", scenario.read_text())
    return any("Runtime: python" in (scenario.parent / name).read_text() for name in templates)


def main():
    binary, root = sys.argv[1], pathlib.Path(sys.argv[2])
    files = [path for path in sorted((root / "scenarios").glob("*.yaml")) if not has_real_function(path)]
    first, second = run(binary, files, 7), run(binary, files, 7)
    if first != second:
        for line in list(difflib.unified_diff(first.splitlines(), second.splitlines(), lineterm="", n=0))[:40]:
            print(line)
        return 1
    run(binary, files, 8)
    print(f"{len(files)} scenarios, {len(first.splitlines())} lines, twice the same")
    return 0 if files and first.count('"event":"received"') > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
