"""Reading captures, beside what is asked for and libpcap; sending them, beside sendmmsg alone."""

import pathlib
import socket
import subprocess
import tempfile
import time

from figures import AT_LEAST, alternate
from processes import LOAD_CORE, load, on_core

ROUNDS = 7
HEADERS = 14 + 20 + 8
ASKED = 1_500_000  # packets a second on one core, from the file to the datagram


def reading(build, report):
    tool = build.tool("capture_bench")
    with tempfile.TemporaryDirectory() as folder:
        for size, count in [(64, 1_000_000), (1400, 200_000)]:
            path = str(pathlib.Path(folder) / f"{size}.pcap")
            subprocess.run([tool, "write", path, str(size), str(count), "1000"], check=True)
            ours = lambda: float(load(tool, "ours", path))
            theirs = lambda: float(load(tool, "libpcap", path))
            if subprocess.run([tool, "libpcap", path], capture_output=True).returncode != 0:
                report.skipped(f"capture_read_{size}", "capture_bench was built without libpcap")
                continue
            measured, anchor = alternate(ROUNDS, ours, theirs)
            if size == 64:
                report.line("capture_read_64_asked", "/s", measured, ASKED, 1.0, AT_LEAST)
            report.line(f"capture_read_{size}_libpcap", "/s", measured, anchor, 1.0 if size > 64 else 0.0, AT_LEAST,
                        "all layers, beside frames alone")


# One client's datagrams through `replay --send`: from the process's start to its end, reading included. Nobody reads
# what arrives, here and at the anchor.
def sending(build, report):
    peer, count = build.tool("udp_peer"), 1_000_000
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        to = f"127.0.0.1:{sink.getsockname()[1]}"
        for size in (64, 1400):
            path = str(pathlib.Path(folder) / f"{size}.pcap")
            subprocess.run([build.tool("capture_bench"), "write", path, str(size), str(count), "1"], check=True)

            def ours():
                start = time.monotonic()
                subprocess.run([build.loopgate, "replay", path, "--to", to, "--send", "--quiet", "--wait", "0s"],
                               stdout=subprocess.DEVNULL, check=True, preexec_fn=on_core(LOAD_CORE))
                return count / (time.monotonic() - start)
            bare = lambda: float(load(peer, "flood", to, str(size - HEADERS), str(count)))
            measured, anchor = alternate(ROUNDS, ours, bare)
            report.line(f"capture_send_{size}", "/s", measured, anchor, 0.95, AT_LEAST, "from the file on")


BENCHES = [reading, sending]
