"""Reading captures, beside what is asked for and libpcap."""

import pathlib
import subprocess
import tempfile

from figures import AT_LEAST, alternate
from processes import load

ROUNDS = 7
ASKED = 1_500_000  # packets a second on one core, from the file to the datagram


def reading(build, report):
    tool = build.tool("capture_bench")
    with tempfile.TemporaryDirectory() as folder:
        for size, count in [(64, 1_000_000), (1400, 200_000)]:
            path = str(pathlib.Path(folder) / f"{size}.pcap")
            subprocess.run([tool, "write", path, str(size), str(count)], check=True)
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


BENCHES = [reading]
