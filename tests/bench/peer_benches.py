"""SQS and SNS beside a peer emulator: the same raw HTTP clients, 1 KB bodies, one core for the server."""

import pathlib
import shutil
import statistics
import subprocess
import tempfile

from figures import AT_LEAST, AT_MOST
from processes import Sandbox, Server, load

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATE = "fixtures/templates/topic_to_queue.yaml"
ROUNDS = 5
MESSAGES = {"ours": 6000, "peer": 1500}

# Name, our flags (the peer stores when we do, and flushes), goal of the ratio.
KINDS = [("memory", [], 1.6),
         ("data", ["--data", "{data}"], 12),
         ("full", ["--data", "{data}", "--durability", "full"], 8)]


def install_peer(build):
    """The peer's modules in the build folder; None when npm or the registry is not there."""
    folder = build.folder / "bench-peer"
    folder.mkdir(exist_ok=True)
    for file in (HERE / "peer").iterdir():
        shutil.copy(file, folder)
    node = folder / "node_modules" / ".bin" / "node"
    if not node.exists() and shutil.which("npm"):
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder,
                       check=False)
    return folder if node.exists() else None


def run(build, host, url, count, topic=""):
    words = load(build.tool("queue_load"), host, url, str(count), *([topic] if topic else [])).split()
    return [float(word) for word in words]


def measure(build, report, name, flags, folder, goal):
    """Medians of rounds that alternate between the sandbox and the peer."""
    figures = {}
    with tempfile.TemporaryDirectory(prefix="loopgate-peer-") as data, \
            Sandbox(build, TEMPLATE, *flags) as sandbox, \
            Server(str(folder / "node_modules" / ".bin" / "node"), "--no-warnings", str(folder / "peer.mjs"),
                   *([data] if "--data" in flags else [])) as peer:
        outputs = sandbox.stack["outputs"]
        ours = (sandbox.endpoint.netloc, outputs["Direct"], outputs["Topic"], outputs["Behind"])
        theirs = (peer.address, *peer.hello[1:])
        for _ in range(ROUNDS):
            for who, (host, direct, topic, behind) in (("ours", ours), ("peer", theirs)):
                figures.setdefault((who, "send"), []).append(run(build, host, direct, MESSAGES[who]))
                figures.setdefault((who, "publish"), []).append(run(build, host, behind, MESSAGES[who], topic))
    median = lambda who, way, field: statistics.median(figure[field] for figure in figures[who, way])
    for way in ("send", "publish"):
        note = f"p50 {median('ours', way, 1):.0f} us, peer {median('peer', way, 1):.0f} us"
        rates = median("ours", way, 0), median("peer", way, 0)
        report.line(f"{way}-receive-delete-{name}", "/s", *rates, goal, AT_LEAST, note)
        if name == "data":
            report.line(f"{way}-p99-{name}", "ms", median("ours", way, 2) / 1e3, 2, 1.0, AT_MOST, "goal 2 ms")


def beside_a_peer(build, report):
    folder = install_peer(build)
    if folder is None:
        return report.skipped("send-receive-delete", "the peer emulator cannot be installed: npm, or its registry")
    for name, flags, goal in KINDS:
        measure(build, report, name, flags, folder, goal)


BENCHES = [beside_a_peer]
