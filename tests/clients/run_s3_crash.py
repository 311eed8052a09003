#!/usr/bin/env python3
"""Kills a sandbox with SIGKILL again and again while objects are put, overwritten, uploaded in parts and deleted, and
starts it each time on the same folder. Each time: every acknowledged object is there with its bytes, none is there in
part, and the folder of objects has exactly the files that belong to some.

Usage: run_s3_crash.py BINARY [--rounds N] [--seed N]
"""

import argparse
import hashlib
import http.client
import pathlib
import random
import re
import tempfile
import threading
import urllib.error
import urllib.request

from sandbox import Sandbox

GONE = (OSError, EOFError, ValueError, http.client.HTTPException)
BUCKET = "crash-bucket"
SIZES = (10, 1000, 70_000, 300_000)  # rows, and files
LEAST_PART = 5 * 1024 * 1024


def call(endpoint, method, path, body=b""):
    request = urllib.request.Request(f"{endpoint}/{BUCKET}{path}", body or None, method=method, headers={
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, "
                         "Signature=0", "Content-Type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read(), answer.headers


def bytes_of(name, number, size):
    block = hashlib.sha256(f"{name} {number}".encode()).digest()
    return (block * (size // len(block) + 1))[:size]


class Writer:
    """Changes one key after the other; what was not acknowledged may have happened or not."""

    def __init__(self, name):
        self.name = name
        self.number = 0
        self.kept = {}  # key: number and size
        self.unsure = {}  # key: what it may be besides
        self.refusal = None

    def run(self, endpoint):
        while True:
            self.number += 1
            key = f"{self.name}/{self.number % 20}"
            try:
                self.write(endpoint, key)
            except urllib.error.HTTPError as refusal:
                self.refusal = f"{refusal}: {refusal.read()}"
                return
            except GONE:
                return

    def write(self, endpoint, key):
        size = SIZES[self.number % len(SIZES)]
        wanted = None if self.number % 7 == 0 else (self.number, size)
        self.unsure[key] = wanted
        if wanted:
            call(endpoint, "PUT", f"/{key}", bytes_of(self.name, *wanted))
        else:
            call(endpoint, "DELETE", f"/{key}")
        self.kept[key] = self.unsure.pop(key)


class Uploader(Writer):
    """Two parts that become one object."""

    def write(self, endpoint, key):
        first, second = bytes_of(self.name, self.number, LEAST_PART), bytes_of(self.name, -self.number, 100)
        begun = call(endpoint, "POST", f"/{key}?uploads")[0].decode()
        upload = re.search("<UploadId>(.*?)</UploadId>", begun)[1]
        tags = [call(endpoint, "PUT", f"/{key}?partNumber={number}&uploadId={upload}", part)[1]["ETag"]
                for number, part in ((1, first), (2, second))]
        parts = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
                        for number, tag in enumerate(tags, 1))
        self.unsure[key] = (self.number, "parts")
        call(endpoint, "POST", f"/{key}?uploadId={upload}",
             f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode())
        self.kept[key] = self.unsure.pop(key)


def expected(writer, what):
    if what is None:
        return None
    number, size = what
    if size == "parts":
        return bytes_of(writer.name, number, LEAST_PART) + bytes_of(writer.name, -number, 100)
    return bytes_of(writer.name, number, size)


def check(endpoint, writers):
    for writer in writers:
        assert writer.refusal is None, writer.refusal
        for key in {*writer.kept, *writer.unsure}:
            try:
                found = call(endpoint, "GET", f"/{key}")[0]
            except urllib.error.HTTPError as missing:
                assert missing.code == 404, missing
                found = None
            possible = [writer.kept.get(key)] + ([writer.unsure[key]] if key in writer.unsure else [])
            matching = [what for what in possible if expected(writer, what) == found]
            assert matching, (key, possible, found and len(found))
            writer.kept[key] = matching[0]
        writer.unsure.clear()


def empty(endpoint, folder, writers):
    """Every file was an object's or an upload's: without these there is none."""
    files = lambda: list(pathlib.Path(folder).rglob("objects/*"))
    assert files(), "nothing was kept as a file"
    for key in {key for writer in writers for key in writer.kept}:
        call(endpoint, "DELETE", f"/{key}")
    uploads = call(endpoint, "GET", "?uploads")[0].decode()
    for key, upload in zip(re.findall("<Key>(.*?)</Key>", uploads), re.findall("<UploadId>(.*?)</UploadId>", uploads)):
        call(endpoint, "DELETE", f"/{key}?uploadId={upload}")
    assert not files(), files()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary")
    arguments.add_argument("--rounds", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = arguments.parse_args()
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    writers = [Writer("a"), Writer("b"), Uploader("c")]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds + 1):
            with Sandbox(options.binary, ["--data", folder]) as sandbox:
                if number == 0:
                    call(sandbox.endpoint, "PUT", "")
                check(sandbox.endpoint, writers)
                if number == options.rounds:
                    empty(sandbox.endpoint, folder, writers)
                    break
                threads = [threading.Thread(target=writer.run, args=(sandbox.endpoint,)) for writer in writers]
                for thread in threads:
                    thread.start()
                threads[0].join(chance.uniform(0.2, 1.0))
                sandbox.kill()
                for thread in threads:
                    thread.join()
    print(f"{options.rounds} kills: {sum(writer.number for writer in writers)} changes, none lost, none in part")


if __name__ == "__main__":
    main()
