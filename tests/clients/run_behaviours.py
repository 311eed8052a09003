#!/usr/bin/env python3
"""Runs every behaviour with one real client against a fresh sandbox with the demo stack.

Usage: run_behaviours.py BINARY SOURCE_DIR CLIENTS_DIR boto3|cli|node|go|java [CLI_PATH]

`boto3` is the one of the interpreter that runs this. Ends with "N passed, N failed"; exit status 77 (skipped)
when the client is not on this machine.
"""

import os
import sys
import traceback

from behaviours import BEHAVIOURS
from drivers import Boto3, Cli, Lines, UnknownOperation
from sandbox import Sandbox

SKIPPED = 77


# Programs of drivers.Lines: their names, what `prepare` made where the tool chain is there, how they run.
PROGRAMS = {
    "node": ("AWS SDK for JavaScript v3", "node/node_modules", ["node", "driver.mjs"], "Node 20"),
    "go": ("AWS SDK for Go v2", "go/driver", ["./driver"], "Go 1.24"),
    "java": ("AWS SDK for Java v2", "java/lib", ["java", "-cp", "target/classes:lib/*", "Driver"], "Java 17 and Maven"),
}


def make_driver(kind, environment, clients_dir, arguments):
    if kind == "boto3":
        return Boto3(environment)
    if kind == "cli":
        return Cli(environment, arguments[0])
    name, _, command, _ = PROGRAMS[kind]
    # Values of DynamoDB are unions in Go, which a driver that assigns by reflection does not make.
    return Lines(name, command, environment, os.path.join(clients_dir, kind),
                 without=("dynamodb",) if kind == "go" else ())


def main():
    binary, source_dir, clients_dir, kind, *arguments = sys.argv[1:]
    if kind in PROGRAMS:
        name, made, _, needs = PROGRAMS[kind]
        if not os.path.exists(os.path.join(clients_dir, made)):
            print(f"skipped: the {name} needs {needs} or newer, which this machine lacks")
            return SKIPPED
    failed = 0
    with Sandbox(binary, [os.path.join(source_dir, "fixtures/demo/template.yaml")]) as sandbox:
        driver = make_driver(kind, sandbox.environment(), clients_dir, arguments)
        print(driver.name)
        for behaviour in BEHAVIOURS:
            try:
                behaviour(driver.call)
                print(f"  ok      {behaviour.__name__}")
            except UnknownOperation as error:
                print(f"  skipped {behaviour.__name__}: {error}")
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
