#!/usr/bin/env python3
"""A sandbox whose data folder lies on a disk of 4 MB that fills up: every packet is told to be delivered or
discarded, the queue has exactly those that were delivered, what only reads works, with room everything does again, and
a start on the full disk says that it is full.

The disk is a tmpfs in a mount namespace of our own; where that is not permitted, the test says so and is skipped (77).

Usage: run_full_disk.py BINARY SOURCE_DIR
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from sandbox import Sandbox

PACKETS = 400
BYTES = 1200

def in_own_namespace():
    """Runs this very script again where it may mount; gives its status."""
    probe = subprocess.run(["unshare", "-m", "--propagation", "private", "true"], capture_output=True)
    if probe.returncode != 0:
        print("skipped: a mount namespace of our own is not permitted here:", probe.stderr.decode().strip())
        return 77
    command = ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv]
    return subprocess.run(command, env={**os.environ, "FULL_DISK_INSIDE": "1"}).returncode


def call(endpoint, operation, body):
    """Status and document."""
    request = urllib.request.Request(endpoint, method="POST", data=json.dumps(body).encode(), headers={
        "X-Amz-Target": "AmazonSQS." + operation, "Content-Type": "application/x-amz-json-1.0"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def post(endpoint, route, body):
    request = urllib.request.Request(endpoint + "/_loopgate/" + route, method="POST", data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main():
    if "FULL_DISK_INSIDE" not in os.environ:
        return in_own_namespace()
    binary, source = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
        if mounted.returncode != 0:
            print("skipped: a tmpfs cannot be mounted here:", mounted.stderr.decode().strip())
            return 77
        try:
            fill_and_look(binary, pathlib.Path(source), pathlib.Path(folder))
        finally:
            subprocess.run(["umount", "-l", folder])
    print("ok")
    return 0


def fill_and_look(binary, source, disk):
    data = disk / "data"
    with Sandbox(binary, [str(source / "fixtures/templates/queue.yaml"), "--data", str(data)]) as sandbox:
        queue = next(iter(call(sandbox.endpoint, "ListQueues", {})[1]["QueueUrls"]))
        ballast = disk / "ballast"
        fill(ballast)
        listener = next(iter(next(iter(sandbox.info["stacks"].values()))["listeners"]))
        inject(sandbox, listener)
        told = look(sandbox)
        assert told["discarded"] > 0, told
        assert told["delivered"] + told["discarded"] == PACKETS, told
        assert waiting(sandbox, queue) == told["delivered"], (waiting(sandbox, queue), told)

        status, error = call(sandbox.endpoint, "SendMessage", {"QueueUrl": queue, "MessageBody": "x" * 200_000})
        assert status == 500 and "InternalFailure" in error["__type"], (status, error)
        assert call(sandbox.endpoint, "ListQueues", {})[0] == 200

        ballast.unlink()
        inject(sandbox, listener)
        again = look(sandbox)
        assert again["delivered"] == told["delivered"] + PACKETS, (told, again)
        assert waiting(sandbox, queue) == again["delivered"]
    fill(disk / "ballast")
    refused = subprocess.run([binary, "up", "--port", "0", "--data", str(data)], capture_output=True, timeout=60)
    assert refused.returncode == 1, refused
    assert b"the disk is full" in refused.stderr, refused.stderr
    (disk / "ballast").unlink()
    with Sandbox(binary, ["--data", str(data)]) as sandbox:
        assert waiting(sandbox, queue_here(sandbox)) == again["delivered"]


def fill(path):
    """Until not a byte more fits."""
    with open(path, "wb", buffering=0) as ballast:
        for size in (65536, 4096, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                pass


def inject(sandbox, listener):
    data = base64.b64encode(b"x" * BYTES).decode()
    post(sandbox.endpoint, "inject", {"listener": listener, "datagrams": [
        {"from": "192.0.2.1:5000", "data": data} for _ in range(PACKETS)]})
    # An answer means that its turn is over, and with the clock's move every batch's age.
    post(sandbox.endpoint, "clock", {"advance": "5s"})


def look(sandbox):
    for _ in range(600):
        events = sandbox.journal()
        delivered = sum(event["count"] for event in events if event["event"] == "delivered")
        discarded = sum(event.get("reason") == "storage-full" for event in events)
        received = sum(event["event"] == "received" for event in events)
        if delivered + discarded >= received:
            return {"delivered": delivered, "discarded": discarded}
    raise AssertionError("packets without an end of their story: %d of %d" % (delivered + discarded, received))


def queue_here(sandbox):
    return next(iter(call(sandbox.endpoint, "ListQueues", {})[1]["QueueUrls"]))


def waiting(sandbox, queue):
    status, answer = call(sandbox.endpoint, "GetQueueAttributes", {"QueueUrl": queue, "AttributeNames": ["All"]})
    assert status == 200, answer
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


if __name__ == "__main__":
    sys.exit(main())
