#!/usr/bin/env python3
"""Subjects of commits read `area: statement` and have at most 100 characters, from the commit below on. Without git, or
in a clone that has not that commit, this is skipped, with status 77.

Usage: subjects.py SOURCE_DIR
"""

import re
import subprocess
import sys

SINCE = "bd3653b88ff8340461bfb2d47d5eec84cb6bfb3a"
LIMIT = 100
SUBJECT = re.compile(r"[\w./+-]+(,? [\w./+-]+)*: \S")
# Hash → why it may stay. A subject that others have built on is not rewritten.
EXCEPTIONS = {}


def git(root, *arguments):
    """The lines that it prints; None when it fails or is not there."""
    try:
        ran = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return ran.stdout.splitlines() if ran.returncode == 0 else None


def problem(subject):
    if len(subject) > LIMIT:
        return f"{len(subject)} characters; the limit is {LIMIT}"
    if not SUBJECT.match(subject):
        return "does not read `area: statement`"
    if subject.endswith("."):
        return "ends with a full stop"
    return None


def main():
    root = sys.argv[1]
    if git(root, "merge-base", "--is-ancestor", SINCE, "HEAD") is None:
        print(f"SKIPPED: git does not know {SINCE[:7]} here, from which on subjects are checked")
        return 77
    commits = [line.split("\t", 1) for line in git(root, "log", "--no-merges", "--format=%H\t%s", f"{SINCE}..HEAD")]
    faults = [
        f"{commit[:9]} {subject}: {found}"
        for commit, subject in commits
        if commit not in EXCEPTIONS and (found := problem(subject))
    ]
    for fault in faults:
        print(fault)
    print(f"{len(commits)} commits, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
