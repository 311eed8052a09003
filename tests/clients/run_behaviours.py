#!/usr/bin/env python3
"""Runs every behaviour with one real client against a fresh sandbox with the demo stack.

Usage: run_behaviours.py BINARY SOURCE_DIR CLIENTS_DIR boto3|cli|node [CLI_PATH]

`boto3` is the one of the interpreter that runs this. Ends with "N passed, N failed"; exit status 77 (skipped)
when the client is not on this machine.
"""

import os
import sys
import traceback

from behaviours import BEHAVIOURS
from drivers import Boto3, Cli, Node
from sandbox import Sandbox

SKIPPED = 77


def make_driver(kind, environment, clients_dir, arguments):
    if kind == "boto3":
        return Boto3(environment)
    if kind == "cli":
        return Cli(environment, arguments[0])
    return Node(environment, os.path.join(clients_dir, "node"))


def main():
    binary, source_dir, clients_dir, kind, *arguments = sys.argv[1:]
    if kind == "node" and not os.path.isdir(os.path.join(clients_dir, "node", "node_modules")):
        print("skipped: the AWS SDK for JavaScript v3 needs Node 20 or newer, which this machine lacks")
        return SKIPPED
    failed = 0
    with Sandbox(binary, [os.path.join(source_dir, "fixtures/demo/template.yaml")]) as sandbox:
        driver = make_driver(kind, sandbox.environment(), clients_dir, arguments)
        print(driver.name)
        for behaviour in BEHAVIOURS:
            try:
                behaviour(driver.call)
                print(f"  ok      {behaviour.__name__}")
            except Exception:  # one list of behaviours: the others still run
                failed += 1
                print(f"  FAILED  {behaviour.__name__}\n{traceback.format_exc()}")
        driver.close()
        if failed:
            print(sandbox.log())
    print(f"{len(BEHAVIOURS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
