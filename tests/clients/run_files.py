#!/usr/bin/env python3
"""The files of a sandbox and what it says at its start: modes of folders and databases, what `replay` reads, how
many answers it gets, and the warning of an open --bind.

Usage: run_files.py BINARY SOURCE_DIR
"""

import os
import pathlib
import socket
import stat
import struct
import subprocess
import sys
import tempfile

from sandbox import Sandbox

PATIENCE = 240  # seconds


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def run(binary, *arguments):
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL)


def a_folder_keeps_its_mode(binary, source, folder):
    data = folder / "data"
    data.mkdir()
    data.chmod(0o755)
    with Sandbox(binary, [f"{source}/fixtures/templates/crash.yaml", "--data", str(data), "--quiet"]):
        assert mode(data) == 0o755, oct(mode(data))
        for file in data.glob("loopgate.db*"):
            assert mode(file) == 0o600, f"{file}: {mode(file):o}"
    for file in data.glob("loopgate.db*"):
        file.chmod(0o644)
    with Sandbox(binary, ["--data", str(data), "--quiet"]):
        files = list(data.glob("loopgate.db*"))
        assert files and all(mode(file) == 0o600 for file in files), [(file, oct(mode(file))) for file in files]


def a_folder_serves_one_sandbox(binary, source, folder):
    data = folder / "one"
    for mode_before in (0o600, 0o644):  # of a database that is narrowed at the start, too
        with Sandbox(binary, ["--data", str(data), "--quiet"]) as first:
            second = run(binary, "exec", "--data", str(data), "--", "true")
            assert second.returncode == 125, second
            assert "loopgate.db is in use by another process: stop the sandbox" in second.stderr, second.stderr
            assert first.process.poll() is None
        (data / "loopgate.db").chmod(mode_before)


def temporary_folders_of_the_living_stay(binary, source, folder):
    environment = {"TMPDIR": str(folder)}
    with Sandbox(binary, ["--quiet"], environment) as first:
        mine = list(folder.glob("loopgate-*"))
        with Sandbox(binary, ["--quiet"], environment):
            assert mine and all(path.exists() for path in mine), mine
        first.kill()
        with Sandbox(binary, ["--quiet"], environment):
            assert not any(path.exists() for path in mine), f"not swept: {mine}"


def replay_reads_regular_files_only(binary, source, folder):
    fifo, unix = folder / "fifo", folder / "socket"
    os.mkfifo(fifo)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(unix))
        for path, what in [(folder, "a folder"), (fifo, "a pipe"), (unix, "a socket"), ("/dev/zero", "a device")]:
            done = run(binary, "replay", str(path), "--to", "UdpListener")
            assert done.returncode == 1, done
            assert f"{path}: is {what}; replay reads a whole capture from a regular file" in done.stderr, done.stderr
    missing = run(binary, "replay", str(folder / "missing"), "--to", "UdpListener")
    assert missing.returncode == 1 and "no such file" in missing.stderr.lower(), missing.stderr


def capture_of(sizes):
    """A pcap of raw IPv4 with one UDP datagram to port 9 of each size."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
    for number, size in enumerate(sizes):
        udp = struct.pack(">HHHH", 1024 + number, 9, 8 + size, 0) + bytes([65 + number % 26]) * size
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0, bytes([127, 0, 0, 9]),
                         bytes([127, 0, 0, 1]))
        out += struct.pack("<IIII", number, 0, len(ip + udp), len(ip + udp)) + ip + udp
    return out


def replay_loses_no_answer(binary, source, folder):
    count, size = 290, 60_000  # more than the sandbox keeps of answers
    capture = folder / "large.pcap"
    capture.write_bytes(capture_of([size] * count))
    with Sandbox(binary, [f"{source}/fixtures/templates/crash.yaml", "--quiet"]) as sandbox:
        done = run(binary, "replay", str(capture), "--to", "UdpListener", "--endpoint", sandbox.endpoint)
    tail = done.stdout[-200:]
    assert done.returncode == 0 and f"\n{count} answers\n" in done.stdout, (done.returncode, tail, done.stderr)


def an_open_bind_warns(binary, source, folder):
    sentence = "everyone who can reach this address over the network can run code on this machine"
    for bind, warns in [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("127.0.0.2", False), ("::1", False)]:
        done = run(binary, "exec", "--bind", bind, "--", "true")
        assert done.returncode == 0, done.stderr
        assert (sentence in done.stderr) == warns, (bind, done.stderr)


def main():
    binary, source = sys.argv[1:3]
    tests = [a_folder_keeps_its_mode, a_folder_serves_one_sandbox, temporary_folders_of_the_living_stay,
             replay_reads_regular_files_only, replay_loses_no_answer, an_open_bind_warns]
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            test(binary, source, pathlib.Path(folder))
        print(f"{test.__name__}: passed", flush=True)
    print(f"{len(tests)} passed, 0 failed")


if __name__ == "__main__":
    main()
