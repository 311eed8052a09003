#!/usr/bin/env python3
"""wireguard-go with a real TUN device against a sandbox on another host of its network (a namespace each), and what
tshark reads of the capture that the sandbox wrote meanwhile.

Usage: run_wireguard.py BINARY SOURCE_DIR

Skipped (status 77) with a printed reason where namespaces or TUN devices are not allowed or a tool is missing.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
import urllib.parse
import urllib.request

from sandbox import Sandbox
from wireguard_go import Namespace, Unavailable, WireGuardGo, probe_tun, run, wait_until

SKIPPED = 77
TOOLS = ["ip", "wg", "wg-quick", "wireguard-go", "tshark"]

# Outside the tunnels (RFC 5737), and inside.
SANDBOX, CLIENT, CLIENT_ELSEWHERE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
PING_SERVER, PING_CLIENT = "10.77.0.1", "10.77.0.2"
PING_SERVER_V6, PING_CLIENT_V6 = "fd77::1", "fd77::2"
ECHO_SERVER, ECHO_CLIENT = "10.78.0.1", "10.78.0.2"
ECHO_PORT, PUSH_PORT = 7, 5000
# RFC 792, RFC 4443 §4
ECHO_REQUEST, ECHO_REPLY, ECHO_REQUEST_V6, ECHO_REPLY_V6 = 8, 0, 128, 129


class Story:
    def __init__(self, binary, template, folder, namespace):
        self.binary, self.folder, self.namespace = binary, folder, namespace
        self.capture = folder / "capture.pcapng"
        self.told = set()  # (inner source, payload) of what went through the echo tunnel
        private_key = run("wg", "genkey").strip()
        self.ping_key = run("wg", "pubkey", stdin=private_key).strip()
        self.cleanup = contextlib.ExitStack()
        try:
            self.sandbox = Sandbox(binary, [
                str(template), "--bind", SANDBOX, "--capture", str(self.capture),
                "--parameter", f"ClientKey={self.ping_key}"])
            self.cleanup.callback(self.sandbox.close)
            self.ping_tunnel = self._open("a", self._ping_config(private_key),
                                          [f"{PING_CLIENT}/24", f"{PING_CLIENT_V6}/64"], [])
            self.echo_tunnel = self._open("b", self._echo_config(), [f"{ECHO_CLIENT}/32"], ["10.78.0.0/24"])
            self.echo_key = self.echo_tunnel.show("public-key")
        except BaseException:
            self.cleanup.close()
            raise

    def _open(self, letter, config, addresses, routes):
        # Sockets of wireguard-go are files of the whole machine: the name must be unique on it.
        tunnel = WireGuardGo(self.namespace, f"lg{os.getpid()}{letter}", config, addresses, routes)
        self.cleanup.callback(tunnel.close)
        return tunnel

    def _ping_config(self, private_key):
        host, port = self.sandbox.address("PingListener")
        return (f"[Interface]\nPrivateKey = {private_key}\n[Peer]\n"
                f"PublicKey = {self.sandbox.output('wireguard', 'PingKey')}\nEndpoint = {host}:{port}\n"
                "AllowedIPs = 10.77.0.0/24, fd77::/64\n")

    def _echo_config(self):
        """From wg-config, through wg-quick's own reader: what it makes is what wg-quick takes."""
        text = self.loopgate("wg-config", "EchoListener", "--add-peer", "--psk", "--address", f"{ECHO_CLIENT}/32",
                             "--allowed-ips", "10.78.0.0/24")
        assert f"Address = {ECHO_CLIENT}/32" in text, text
        file = self.folder / "echo.conf"
        file.touch(mode=0o600)
        file.write_text(text)
        return run("wg-quick", "strip", str(file))

    def loopgate(self, verb, *arguments):
        return run(self.binary, verb, *arguments, "--endpoint", self.sandbox.endpoint)

    def close(self):
        self.cleanup.close()

    # What the sandbox says.

    def peer(self, listener, key):
        peers = json.loads(self.loopgate("peers", listener, "--json"))["peers"]
        return next(row for row in peers if row["peer"] == key)

    def echo_peer(self):
        return self.peer("EchoListener", self.echo_key)

    def reasons(self, reason):
        return len(self.sandbox.journal(f"?reason={reason}"))

    # What goes through the tunnels.

    def ping(self, family, source, destination, payload):
        """By the kernel's ping socket: what has a wrong checksum, IP or ICMP, never gets here."""
        v4 = family == socket.AF_INET
        protocol = socket.IPPROTO_ICMP if v4 else socket.IPPROTO_ICMPV6
        request, reply = (ECHO_REQUEST, ECHO_REPLY) if v4 else (ECHO_REQUEST_V6, ECHO_REPLY_V6)
        with self.namespace.socket(family, socket.SOCK_DGRAM, protocol, (source, 0)) as pinger:
            pinger.sendto(struct.pack("!BBHHH", request, 0, 0, 0, 3) + payload, (destination, 0))
            answer, sender = pinger.recvfrom(2048)
        kind, code, _, _, sequence = struct.unpack("!BBHHH", answer[:8])
        assert (kind, code, sequence, answer[8:]) == (reply, 0, 3, payload), answer
        assert sender[0] == destination, sender

    def udp(self, source=ECHO_CLIENT, port=0):
        return self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM, 0, (source, port))

    def echo(self, text):
        payload = text.encode()
        with self.udp() as client:
            client.sendto(payload, (ECHO_SERVER, ECHO_PORT))
            assert client.recvfrom(2048) == (payload, (ECHO_SERVER, ECHO_PORT))
        self.told |= {(ECHO_CLIENT, payload), (ECHO_SERVER, payload)}

    def publish(self, text, remote):
        message = {"Messages": [{
            "Remote": {"Address": remote[0], "Port": remote[1], "PeerKey": self.echo_key},
            "Inner": {"SourceAddress": ECHO_SERVER, "SourcePort": PUSH_PORT,
                      "DestinationAddress": ECHO_CLIENT, "DestinationPort": PUSH_PORT},
            "Formatter": "utf8", "Data": text}]}
        attribute = "MessageAttributes.entry.1."
        body = urllib.parse.urlencode({
            "Action": "Publish", "Version": "2010-03-31", "Message": json.dumps(message),
            "TopicArn": self.sandbox.output("wireguard", "TopicArn"),
            attribute + "Name": "EgressRegion", attribute + "Value.DataType": "String",
            attribute + "Value.StringValue": "us-west-2"})
        with urllib.request.urlopen(self.sandbox.endpoint, data=body.encode(), timeout=30) as answer:
            assert b"<MessageId>" in answer.read()

    def push(self, text, remote):
        with self.udp(port=PUSH_PORT) as client:
            self.publish(text, remote)
            assert client.recvfrom(2048) == (text.encode(), (ECHO_SERVER, PUSH_PORT))
        self.told.add((ECHO_SERVER, text.encode()))

    def advance(self, seconds):
        """Moves the sandbox's clock. Before, the echo tunnel's client speaks last, with what nobody answers: a side
        that sent and hears nothing for 15 s takes the other for dead, and no client can speak while the clock jumps."""
        before = self.echo_peer()["rx_packets"]
        with self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP, (ECHO_CLIENT, 0)) as pinger:
            pinger.sendto(struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, 0, 4), (ECHO_SERVER, 0))
        wait_until("the listener hears its client", lambda: self.echo_peer()["rx_packets"] > before)
        self.loopgate("clock", "advance", f"{seconds}s")

    # The checks, in this order.

    def a_function_answers_pings_without_a_preshared_key(self):
        self.ping(socket.AF_INET, PING_CLIENT, PING_SERVER, b"sixteen bytes...")
        self.ping(socket.AF_INET, PING_CLIENT, PING_SERVER, b"an odd number")
        self.ping(socket.AF_INET6, PING_CLIENT_V6, PING_SERVER_V6, b"and by IPv6")
        assert self.ping_tunnel.show("preshared-keys") == "(none)"
        assert int(self.ping_tunnel.show("latest-handshakes")) > 0
        row = self.peer("PingListener", self.ping_key)
        assert row["named"] and row["session"] == "live", row

    def udp_goes_both_ways_with_a_preshared_key(self):
        assert len(self.echo_tunnel.show("preshared-keys")) == 44
        self.echo("both ways")
        self.echo("both ways, once more and longer: " + "x" * 1200)
        assert int(self.echo_tunnel.show("latest-handshakes")) > 0
        row = self.echo_peer()
        assert row["session"] == "live", row
        assert row["endpoint"] == f"{CLIENT}:{self.echo_tunnel.show('listen-port')}", row

    def a_packet_source_reaches_the_inner_client(self):
        self.push("pushed", (CLIENT, int(self.echo_tunnel.show("listen-port"))))

    def the_listener_replaces_a_session_that_is_about_to_expire(self):
        """Only the side that began a session renews it at 120 s, and wireguard-go's clock cannot be moved. But the
        sandbox's can: 166 s on, a listener with something to send begins a handshake itself; wireguard-go answers."""
        self.advance(166)
        assert self.echo_peer()["handshake_ago_s"] >= 166
        self.echo("at 166 s")
        self._expect_new_handshake()
        self.echo("after the listener's handshake")

    def a_session_is_renewed_after_120_seconds(self):
        """The session is the listener's own now, so renewing it at 120 s is its duty (REKEY_AFTER_TIME)."""
        self.advance(100)
        self.echo("at 100 s")
        assert self.echo_peer()["handshake_ago_s"] >= 100, "renewed too early"
        self.advance(21)
        self.echo("at 121 s")
        self._expect_new_handshake()
        self.echo("after renewal")

    def _expect_new_handshake(self):
        row = wait_until("the sandbox has a new session", lambda: next(
            (row for row in [self.echo_peer()] if row["handshake_ago_s"] < 60), None))
        assert row["session"] == "live", row

    def replies_follow_the_client_to_another_port(self):
        old = int(self.echo_tunnel.show("listen-port"))
        new = old + 1 if old < 65535 else old - 1
        self.echo_tunnel.wg("set", "listen-port", str(new))
        self.echo("from another port")
        assert self.echo_peer()["endpoint"] == f"{CLIENT}:{new}", self.echo_peer()
        # To the old one by its Remote; the session knows better.
        self.push("pushed to another port", (CLIENT, old))

    def replies_follow_the_client_to_another_address(self):
        self.namespace.ip("address", "del", f"{CLIENT}/24", "dev", "wan")
        self.namespace.ip("address", "add", f"{CLIENT_ELSEWHERE}/24", "dev", "wan")
        port = int(self.echo_tunnel.show("listen-port"))
        # As clients do when their network changes: else wireguard-go keeps the old source address until it shakes
        # hands again, 15 s later.
        self.echo_tunnel.wg("set", "listen-port", str(port))
        self.echo("from another address")
        assert self.echo_peer()["endpoint"] == f"{CLIENT_ELSEWHERE}:{port}", self.echo_peer()
        self.push("pushed to another address", (CLIENT, port))

    def an_expired_session_is_explained_and_replaced(self):
        self.advance(200)
        assert self.echo_peer()["session"] == "expired", self.echo_peer()
        self.publish("lost", (CLIENT, int(self.echo_tunnel.show("listen-port"))))
        wait_until("the expired session is given as the reason", lambda: self.reasons("session-expired"))
        # wireguard-go shakes hands again by itself when nothing came back for 15 s: those are real.
        with self.udp() as client:
            client.settimeout(0.25)
            payload = b"after a new handshake of the client"

            def answered():
                client.sendto(payload, (ECHO_SERVER, ECHO_PORT))
                try:
                    return client.recvfrom(2048) == (payload, (ECHO_SERVER, ECHO_PORT))
                except TimeoutError:
                    return False

            wait_until("the client is answered again", answered, seconds=40)
        self.told |= {(ECHO_CLIENT, payload), (ECHO_SERVER, payload)}
        assert self.reasons("inbound-session-expired") + self.reasons("unknown-session") > 0
        self._expect_new_handshake()

    def tshark_reads_what_was_inside(self):
        """Of the outer datagrams: the capture holds the inner packets too, as another interface, which is left out."""
        self.sandbox.close()
        inside = set()
        for sources, payloads in self._tshark("wg.type == 4 && udp.srcport", "ip.src", "udp.payload"):
            inside.add((sources.split(",")[-1], bytes.fromhex(payloads.split(",")[-1].replace(":", ""))))
        missing = self.told - inside
        assert not missing, f"not decrypted: {missing}"
        # The pings' tunnel carried nothing else of this kind.
        assert len(self._tshark(f"wg.type == 4 && icmp.type == {ECHO_REPLY}", "icmp.seq")) == 2
        assert len(self._tshark(f"wg.type == 4 && icmpv6.type == {ECHO_REPLY_V6}", "ipv6.src")) == 1
        port = self.sandbox.address("EchoListener")[1]
        for initiator in [SANDBOX, CLIENT, CLIENT_ELSEWHERE]:
            assert self._tshark(f"wg.type == 1 && udp.port == {port} && ip.src == {initiator}", "wg.sender"), initiator

    def _tshark(self, condition, *fields):
        # A home of its own: no setting of somebody's is read.
        done = subprocess.run(
            ["tshark", "-r", str(self.capture), "-Y", f'frame.interface_name == "listeners" && {condition}',
             "-T", "fields", *(word for field in fields for word in ("-e", field))],
            capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(self.folder),
                                                             "WIRESHARK_CONFIG_DIR": str(self.folder)})
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]


CHECKS = [
    Story.a_function_answers_pings_without_a_preshared_key,
    Story.udp_goes_both_ways_with_a_preshared_key,
    Story.a_packet_source_reaches_the_inner_client,
    Story.the_listener_replaces_a_session_that_is_about_to_expire,
    Story.a_session_is_renewed_after_120_seconds,
    Story.replies_follow_the_client_to_another_port,
    Story.replies_follow_the_client_to_another_address,
    Story.an_expired_session_is_explained_and_replaced,
    Story.tshark_reads_what_was_inside,
]


def connect(server, client):
    """One cable between the two."""
    try:
        server.ip("link", "add", "wan", "type", "veth", "peer", "name", "wan", "netns", client.name)
        # Ping sockets are for groups that are named; this one's own.
        with client.entered():
            pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text(f"{os.getgid()} {os.getgid()}")
    except (RuntimeError, OSError) as error:
        raise Unavailable(f"network namespaces may not be set up here: {error}") from error
    for namespace, address in [(server, SANDBOX), (client, CLIENT)]:
        namespace.ip("link", "set", "lo", "up")
        namespace.ip("address", "add", f"{address}/24", "dev", "wan")
        namespace.ip("link", "set", "wan", "up")


def tell(story):
    passed = failed = 0
    for check in CHECKS:
        try:
            check(story)
            print(f"  ok      {check.__name__}", flush=True)
            passed += 1
        except Exception:  # the others still run
            print(f"  FAILED  {check.__name__}\n{traceback.format_exc()}", flush=True)
            failed += 1
    return passed, failed


def show_logs(story):
    for tunnel in (story.ping_tunnel, story.echo_tunnel):
        print(f"--- wireguard-go {tunnel.interface}\n{tunnel.log()}")


def main():
    binary, source_dir = sys.argv[1], pathlib.Path(sys.argv[2])
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise Unavailable(f"not installed: {', '.join(missing)}")
    if os.geteuid() != 0:
        raise Unavailable("only root may make network namespaces")
    if not os.path.exists("/dev/net/tun"):
        raise Unavailable("there is no /dev/net/tun")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left behind
    with contextlib.ExitStack() as cleanup:
        namespaces = []
        for side in ("server", "client"):
            namespaces.append(Namespace(f"loopgate-{os.getpid()}-{side}"))
            cleanup.callback(namespaces[-1].remove)
        server, client = namespaces
        probe_tun(client)
        connect(server, client)
        folder = pathlib.Path(cleanup.enter_context(tempfile.TemporaryDirectory()))
        cleanup.enter_context(server.entered())
        story = Story(binary, source_dir / "fixtures/templates/wireguard.yaml", folder, client)
        cleanup.callback(story.close)
        passed, failed = tell(story)
        if failed:
            show_logs(story)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
