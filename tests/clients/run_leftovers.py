#!/usr/bin/env python3
"""Nothing outlives the sandbox: what functions left running is gone when the sandbox is, after SIGTERM and after
SIGKILL. What the command of `exec` left is its user's, and stays.

Usage: run_leftovers.py BINARY
"""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import urllib.request

from sandbox import Sandbox

PATIENCE = 20  # seconds

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Leaves:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: leaves
      Runtime: python3.11
      Handler: index.handler
      Timeout: 30
      InlineCode: |
        import os, subprocess

        def daemon():
            # As daemons do it: fork, a session of its own, fork again; and deaf to what one sends to daemons.
            read, write = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() != 0:
                    os._exit(0)
                os.write(write, str(os.getpid()).encode())
                os.execvp("sh", ["sh", "-c", "trap '' HUP INT TERM; while :; do sleep 1000; done"])
            os.close(write)
            os.wait()
            return int(os.read(read, 20))

        def handler(event, context):
            child = subprocess.Popen(["sleep", "1000"])
            session = subprocess.Popen(["setsid", "sleep", "1000"])
            return {"function": os.getpid(), "child": child.pid, "setsid": session.pid, "daemon": daemon()}
"""


def invoke(endpoint, name):
    url = f"{endpoint}/2015-03-31/functions/{name}/invocations"
    request = urllib.request.Request(url, method="POST", data=b"{}", headers={
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/lambda/aws4_request, "
                         "SignedHeaders=host, Signature=0"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def gone(pidfd, patience=PATIENCE):
    return bool(select.select([pidfd], [], [], patience)[0])


def after(binary, template, number):
    with Sandbox(binary, [template, "--quiet"]) as sandbox:
        left = {name: os.pidfd_open(pid) for name, pid in invoke(sandbox.endpoint, "leaves").items()}
        running = [name for name, pidfd in left.items() if not gone(pidfd, 0)]
        assert len(running) == 4, f"not running while the sandbox is: {set(left) - set(running)}"
        sandbox.process.send_signal(number)
        sandbox.process.wait(PATIENCE)
        # A goodbye waits for them; after a SIGKILL it takes a moment.
        patience = 0 if number == signal.SIGTERM else PATIENCE
        for name, pidfd in left.items():
            assert gone(pidfd, patience), f"{name} outlived the sandbox, which {number.name} ended"
            os.close(pidfd)
    print(f"after {number.name}: all gone")


def command_of_exec_keeps_its_own(binary, folder):
    written = folder / "pid"
    subprocess.run([binary, "exec", "--", "sh", "-c", f"setsid sleep 1000 & echo $! > {written}"],
                   check=True, timeout=60)
    pid = int(written.read_text())
    pidfd = os.pidfd_open(pid)
    assert not gone(pidfd, 0), "what the command left was ended"
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
    print("what the command of exec left is still there")


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        template = folder / "template.yaml"
        template.write_text(TEMPLATE)
        after(binary, str(template), signal.SIGTERM)
        after(binary, str(template), signal.SIGKILL)
        command_of_exec_keeps_its_own(binary, folder)
    print("3 passed, 0 failed")


if __name__ == "__main__":
    main()
