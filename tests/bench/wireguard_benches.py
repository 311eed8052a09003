"""WireGuard in memory, and through sockets beside wireguard-go and the bare cost."""

import json
import shutil
import subprocess

from figures import AT_LEAST, AT_MOST, alternate
from processes import LOAD_CORE, SERVER_CORE, Failed, Server, load

PEERS = "500"  # each may begin fifty handshakes a second
HANDSHAKES = "10000"
PACKETS = "200000"


def in_memory(build, report):
    for line in load(build.tool("wireguard_bench"), "--json").splitlines():
        figure = json.loads(line)
        if figure["unit"] == "bytes":
            report.line(figure["name"], "bytes", figure["ours"], figure["anchor"], 1.0, AT_MOST)
        else:
            report.line(figure["name"], "/s", figure["ours"], figure["anchor"], figure["goal"], AT_LEAST)


# In a network namespace of its own, where it may make its interface: both ends run inside. The interface's
# address is never used; handshakes arrive at the UDP port, over loopback.
GO = """
set -e
ip link set lo up
mount -t tmpfs tmpfs /var/run
mkdir -p /var/run/wireguard
umask 077
wg genkey > /var/run/key
LOG_LEVEL=silent taskset -c {server} wireguard-go -f bench0 >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
for attempt in $(seq 100); do [ -S /var/run/wireguard/bench0.sock ] && break; sleep 0.05; done
wg set bench0 listen-port 51820 private-key /var/run/key
{tool} keys {peers} | while read key; do echo "[Peer]"; echo "PublicKey = $key"; done > /var/run/peers
wg addconf bench0 /var/run/peers
ip link set bench0 up
taskset -c {load} {tool} handshakes 127.0.0.1:51820 $(wg show bench0 public-key) {peers} {count}
"""


def wireguard_go(build):
    script = GO.format(server=SERVER_CORE, load=LOAD_CORE, tool=build.tool("wireguard_load"), peers=PEERS,
                       count=HANDSHAKES)
    done = subprocess.run(["unshare", "--net", "--mount", "--map-root-user", "bash", "-c", script],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    if done.returncode != 0 or not done.stdout.strip():
        raise Failed(done.stderr.strip() or "wireguard-go answered nothing")
    return float(done.stdout)


def why_not_go():
    missing = [name for name in ("wireguard-go", "wg", "ip", "unshare") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not installed"
    tried = subprocess.run(["unshare", "--net", "--mount", "--map-root-user", "sh", "-c", "test -w /dev/net/tun"],
                           stderr=subprocess.PIPE, text=True)
    return "" if tried.returncode == 0 else f"no network namespace or no /dev/net/tun: {tried.stderr.strip()}"


def handshakes(build, report):
    tool = build.tool("wireguard_load")
    reason = why_not_go()
    if reason:
        return report.skipped("handshakes-by-socket", reason)

    def ours():
        with Server(tool, "serve", PEERS) as server:
            return float(load(tool, "handshakes", server.address, server.hello[1], PEERS, HANDSHAKES))

    mine, go = alternate(3, ours, lambda: wireguard_go(build))
    report.line("handshakes-by-socket", "/s", mine, go, 1.9, AT_LEAST, "anchor wireguard-go; the device alone")


def echo(build, report):
    tool = build.tool("wireguard_load")
    for size in ("64", "1200"):
        with Server(tool, "serve", "1") as server, Server(tool, "serve-bare") as bare:
            ours, anchor = alternate(
                5, lambda: float(load(tool, "echo", server.address, server.hello[1], size, PACKETS)),
                lambda: float(load(tool, "echo-bare", bare.address, size, PACKETS)))
        report.line(f"wireguard-echo-{size}", "/s", ours, anchor, 0.6, AT_LEAST, "the device alone")


BENCHES = [in_memory, handshakes, echo]
