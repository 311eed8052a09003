"""WireGuard in memory, and through the listener beside wireguard-go and the bare cost."""

import json
import shutil
import subprocess

from figures import AT_LEAST, AT_MOST, alternate
from processes import LOAD_CORE, SERVER_CORE, Failed, Sandbox, Server, load, on_core

TEMPLATE = "fixtures/templates/wireguard_echo.yaml"
LISTENER = "Wg"
PEERS = "500"  # each may begin fifty handshakes a second
HANDSHAKES = "10000"
PACKETS = "200000"
ROUNDS = 5


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


def listener_with_peers(build, count, *flags):
    """A sandbox whose listener knows the load's first `count` clients, and the listener's public key."""
    sandbox = Sandbox(build, TEMPLATE, "--parameter", "Count=100", *flags)
    for key in load(build.tool("wireguard_load"), "keys", count).split():
        sandbox.control("POST", "peers", {"listener": LISTENER, "public_key": key})
    return sandbox, sandbox.control("GET", f"wireguard?listener={LISTENER}")["public_key"]


def handshakes_by_socket(build):
    sandbox, key = listener_with_peers(build, PEERS)
    with sandbox:
        return float(load(build.tool("wireguard_load"), "handshakes", sandbox.listener, key, PEERS, HANDSHAKES))


def bare_x25519(build):
    """As many responses, had the sandbox's core nothing to do but their X25519 operations."""
    command = [build.tool("wireguard_load"), "responses", HANDSHAKES]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=on_core(SERVER_CORE))
    return float(done.stdout)


def handshakes_beside_their_limit(build, report):
    mine, limit = alternate(ROUNDS, lambda: handshakes_by_socket(build), lambda: bare_x25519(build))
    report.line("handshakes-to-their-limit", "/s", mine, limit, 0.85, AT_LEAST, "anchor their bare X25519 operations")


def handshakes_beside_go(build, report):
    reason = why_not_go()
    if reason:
        return report.skipped("handshakes-by-socket", reason)
    ours = lambda: handshakes_by_socket(build)
    mine, go = alternate(ROUNDS, ours, lambda: wireguard_go(build))
    report.line("handshakes-by-socket", "/s", mine, go, 1.5, AT_LEAST, "anchor wireguard-go")


def echo(build, report):
    tool = build.tool("wireguard_load")
    sandbox, key = listener_with_peers(build, "1")
    with sandbox, Server(tool, "serve-bare") as bare:
        for size, goal in (("64", 0.75), ("1200", 0.7)):
            ours, anchor = alternate(
                ROUNDS, lambda: float(load(tool, "echo", sandbox.listener, key, size, PACKETS)),
                lambda: float(load(tool, "echo-bare", bare.address, size, PACKETS)))
            report.line(f"wireguard-echo-{size}", "/s", ours, anchor, goal, AT_LEAST, "by batches of 100")


FORGED = "10000000"
STRANGERS = "100000"


def flood(build, report):
    """Forged initiations, then those of strangers whom the listener takes, all as fast as they can be sent."""
    tool = build.tool("wireguard_load")
    sandbox, key = listener_with_peers(build, "1", "--parameter", "AllowUnknown=true")
    with sandbox:
        load(tool, "echo", sandbox.listener, key, "64", "10000")
        before = sandbox.status("VmRSS")
        forged, strangers = load(tool, "flood", sandbox.listener, key, FORGED, STRANGERS).split()
        if forged != "0":
            raise Failed(f"{forged} of {FORGED} forged initiations were answered")
        growth = (sandbox.status("VmRSS") - before) * 1024 / int(STRANGERS)
        load(tool, "echo", sandbox.listener, key, "64", "10000")  # the known peer is still served
    report.line("flood-memory-a-stranger", "bytes", growth, 2048, 1.0, AT_MOST,
                f"{FORGED} forged: no answer; {strangers} of {STRANGERS} strangers answered")


BENCHES = [in_memory, handshakes_beside_their_limit, handshakes_beside_go, echo, flood]
