#!/usr/bin/env python3
"""Plays one corpus of requests (corpus.py) against the sandbox and a peer emulator, and lists where they differ.

Usage: run_differential.py BINARY CLIENTS_DIR [--peer URL] [--only PART]

Each difference must be explained by a line of differences.txt, and each line there must explain one:
`CASE  OURS  PEER  | who is right, and by what`, the first three as patterns. Ends with "N passed, N failed"; exit
status 77 (skipped) without the peer.
"""

import argparse
import fnmatch
import os
import pathlib
import subprocess
import sys

from corpus import SERVICES, Player, corpus
from sandbox import Sandbox

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77


class Peer:
    """The npm package fauxqs, on a port of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen(["node", "peer.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True)
        self.endpoint = self.process.stdout.readline().strip()
        if not self.endpoint:
            raise RuntimeError("the peer did not start")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Explanations:
    def __init__(self, path):
        self.rows = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            what, _, why = line.partition("|")
            name, ours, peer = what.split()
            if not why.strip():
                sys.exit(f"{path.name}:{number}: no explanation")
            self.rows.append({"line": number, "name": name, "ours": ours, "peer": peer, "used": False})

    def explain(self, name, ours, peer):
        for row in self.rows:
            if (fnmatch.fnmatchcase(name, row["name"]) and fnmatch.fnmatchcase(ours, row["ours"]) and
                    fnmatch.fnmatchcase(peer, row["peer"])):
                row["used"] = True
                return True
        return False


def word(outcome):
    """One word for an outcome: ok, the code of the refusal, or what kept it from either."""
    kind, what = outcome
    return {"ok": "ok", "refused": what or "refused", "not sent": "not-sent", "unreadable": "unreadable"}[kind]


def differences(cases, ours, peer):
    for case in cases:
        left, right = ours.play(case), peer.play(case)
        if word(left) != word(right):
            yield case.name, word(left), word(right)
        elif left[0] == "ok" and left[1] != right[1]:
            more, less = set(left[1]) - set(right[1]), set(right[1]) - set(left[1])
            signs = [f"+{path}" for path in sorted(more)] + [f"-{path}" for path in sorted(less)]
            yield case.name, "ok:" + ",".join(signs), "ok"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("clients")
    parser.add_argument("--peer", help="an endpoint that runs already")
    parser.add_argument("--only", default="", help="cases whose name has this")
    options = parser.parse_args()
    folder = os.path.join(options.clients, "node")
    if not options.peer and not os.path.isdir(os.path.join(folder, "node_modules", "fauxqs")):
        print("skipped: the peer emulator fauxqs is not installed, or Node 20 is missing")
        return SKIPPED

    explanations = Explanations(HERE / "differences.txt")
    cases = [case for service in SERVICES for case in corpus(service) if options.only in case.name]
    peer = None if options.peer else Peer(folder)
    try:
        with Sandbox(options.binary, ["--quiet"]) as sandbox:
            found = list(differences(cases, Player(sandbox.endpoint), Player(options.peer or peer.endpoint)))
            sandbox.get("/_loopgate/health")
    finally:
        if peer is not None:
            peer.close()
    unexplained = [row for row in found if not explanations.explain(*row)]
    for row in unexplained:
        print("  ".join(row))
    idle = [] if options.only else [row for row in explanations.rows if not row["used"]]
    for row in idle:
        print(f"differences.txt:{row['line']}: explains nothing: {row['name']}")
    print(f"{len(cases)} requests, {len(found)} differences")
    print(f"{len(cases) - len(unexplained)} passed, {len(unexplained) + len(idle)} failed")
    return 1 if unexplained or idle else 0


if __name__ == "__main__":
    sys.exit(main())
