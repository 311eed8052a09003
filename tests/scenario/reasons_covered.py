#!/usr/bin/env python3
"""Every reason why a packet can be discarded is shown by a scenario.

A scenario covers a reason when it names it in `reason:` with an expectation that it occurs. What cannot be shown yet
stands below, with its reason.

Usage: reasons_covered.py SOURCE_DIR
"""

import pathlib
import re
import sys

# Set only by what no scenario can bring about; the value says where it is tested instead.
ELSEWHERE = {
    "handshake-failed": "tests/wireguard: needs a message that no client makes",
    "too-many-peers": "tests/wireguard: needs 131072 peers",
    "storage-full": "tests/sandbox: needs a full disk",
    "internal-error": "tests/sandbox: needs a fault of ours",
}


def main():
    root = pathlib.Path(sys.argv[1])
    table = (root / "src/base/reason.cpp").read_text()
    codes = set(re.findall(r'return \{"(?:in|destination|back|sourced|sandbox)", "([a-z0-9-]+)"', table))
    shown = set()
    for path in sorted((root / "scenarios").glob("*.yaml")):
        for line in path.read_text().splitlines():
            if "times: 0" not in line and "never:" not in line:
                shown.update(re.findall(r"\breason: ([a-z0-9-]+)", line))
    problems = [f"no scenario shows {code}" for code in sorted(codes - shown - ELSEWHERE.keys())]
    problems += [f"{code} is not a reason (any more)" for code in sorted((ELSEWHERE.keys() | shown) - codes)]
    for problem in problems:
        print(problem)
    print(f"{len(codes)} reasons, {len(codes & shown)} shown, {len(problems)} problems")
    return 1 if problems or not codes else 0


if __name__ == "__main__":
    sys.exit(main())
