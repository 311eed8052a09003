#!/usr/bin/env python3
"""The architecture check on a small house of good and bad files (cases/): each line that says `// refused: …` must be
refused at its place in words that hold these, and no other line may be.

Usage: check_test.py
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
CASES = HERE / "cases"


def expected():
    """(place, words) of each line that is to be refused."""
    for path in sorted(CASES.rglob("*")):
        if path.suffix not in {".h", ".cpp"}:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            marked = re.search(r"// refused: (.+)$", line)
            if marked:
                yield f"{path.relative_to(CASES).as_posix()}:{number}", marked.group(1)


def main():
    ran = subprocess.run([sys.executable, HERE / "check.py", CASES], capture_output=True, text=True)
    told = {}
    for line in ran.stdout.splitlines()[:-1]:
        place, _, sentence = line.partition(": ")
        told.setdefault(place, []).append(sentence)
    faults = [f"the status is {ran.returncode}: {ran.stderr}"] if ran.returncode != 1 else []
    wanted = dict(expected())
    for place, words in wanted.items():
        if not any(words in sentence for sentence in told.get(place, [])):
            faults.append(f"{place}: not refused with '{words}': {told.get(place, 'nothing was said')}")
    for place in told.keys() - wanted.keys():
        faults.append(f"{place}: refused, but sound: {told[place]}")
    for fault in faults:
        print(fault)
    print(f"{len(wanted)} lines to refuse, {len(faults)} faults")
    return 1 if faults or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
