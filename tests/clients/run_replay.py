#!/usr/bin/env python3
"""`loopgate replay` against a running sandbox: which packets go where and when, what is told of them, what is written
and what compared.

Usage: run_replay.py BINARY SOURCE_DIR
"""

import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import captures
import run_recipes
from sandbox import Sandbox

PATIENCE = 240  # seconds
QUICK = ("--wait", "500ms")


class Done:
    def __init__(self, binary, arguments, stdin=None):
        ran = subprocess.run([binary, "replay", *map(str, arguments)], capture_output=True, text=True, input=stdin,
                             timeout=PATIENCE, **({} if stdin else {"stdin": subprocess.DEVNULL}))
        self.status, self.out, self.err = ran.returncode, ran.stdout, ran.stderr

    def lines(self, word):
        return [line for line in self.out.splitlines() if word in line]

    def expect(self, status, *texts):
        assert self.status == status, (self.status, self.out, self.err)
        for text in texts:
            assert text in self.out + self.err, f"no {text!r} in\n{self.out}\n{self.err}"
        return self


class Stage:
    """What every test gets: the binary, the sources, a folder, and a sandbox where it asks for one."""

    def __init__(self, binary, source, folder):
        self.binary, self.source, self.folder = binary, source, folder
        self.fleet = source / "fixtures/captures/fleet.pcap"
        self.sandbox = None

    def up(self, template, *arguments):
        return Sandbox(self.binary, [f"{self.source}/fixtures/templates/{template}.yaml", "--quiet", *arguments])

    def replay(self, sandbox, *arguments, stdin=None):
        return Done(self.binary, [*arguments, "--endpoint", sandbox.endpoint, *QUICK], stdin)

    def received(self, sandbox):
        return [json.loads(line) for line in sandbox.get("/_loopgate/journal?event=received").splitlines()]

    def receivers(self, sandbox):
        """The listeners of what was received, by logical id."""
        return [event["listener"].rsplit("-", 1)[1] for event in self.received(sandbox)]


def packet(payload, source=("192.0.2.7", 5000), destination=("198.51.100.1", 9)):
    """Raw IP of either family with UDP inside."""
    udp = struct.pack(">HHHH", source[1], destination[1], 8 + len(payload), 0) + payload
    if ":" in source[0]:
        address = lambda text: socket.inet_pton(socket.AF_INET6, text)
        return struct.pack(">IHBB", 6 << 28, len(udp), 17, 64) + address(source[0]) + address(destination[0]) + udp
    address = lambda text: socket.inet_aton(text)
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0, address(source[0]),
                       address(destination[0])) + udp


def raw(stage, name, packets):
    path = stage.folder / name
    path.write_bytes(captures.pcap(101, packets))
    return path


def clients_alone_are_replayed_or_both(stage):
    with stage.up("fleet") as sandbox:
        clients = stage.replay(sandbox, stage.fleet, "--to", "Coap", "--port", 5683)
        clients.expect(0, "replayed 6 datagrams: 6 delivered\n", "\n6 answers\n",
                       "skipped 6: by a server: who spoke second (--both replays them)\n",
                       "skipped 2: to another port than --port\n")
        both = stage.replay(sandbox, stage.fleet, "--to", "Coap", "--port", 5683, "--both")
        both.expect(0, "replayed 12 datagrams: 12 delivered\n", "\n6 answers\n")


def listeners_are_chosen_by_port_in_recorded_order(stage):
    with stage.up("fleet") as sandbox:
        done = stage.replay(sandbox, stage.fleet, "--map", "5683=Coap", "--map", "514=Syslog")
        done.expect(0, "replayed 8 datagrams: 8 delivered\n", "\n6 answers\n")
        order = stage.receivers(sandbox)
        assert order == ["Coap"] * 2 + ["Syslog"] + ["Coap"] * 3 + ["Syslog", "Coap"], order
        one = stage.replay(sandbox, stage.fleet, "--map", "514=Syslog")
        one.expect(0, "replayed 2 datagrams: 2 delivered\n", "skipped 6: to a port that has no listener\n")


def listeners_take_what_was_sent_to_their_ports(stage):
    with stage.up("fleet") as sandbox:
        ports = {name: sandbox.listener(name)["port"] for name in ("Coap", "Syslog")}
        path = raw(stage, "ports.pcap", [packet(b"<30>x", destination=("192.0.2.1", ports["Syslog"])), packet(b"y")])
        stage.replay(sandbox, path).expect(0, "replayed 1 datagrams: 1 delivered\n",
                                           "skipped 1: to a port that has no listener\n")
        assert stage.receivers(sandbox) == ["Syslog"]
        nothing = stage.replay(sandbox, stage.fleet)
        nothing.expect(1, "nothing was replayed: of its packets are ", "8 to a port that has no listener",
                       f"the listeners have {min(ports.values())}, {max(ports.values())}; --to or --map names others")


def packets_are_chosen_by_address_and_time(stage):
    with stage.up("fleet") as sandbox:
        to = ("--to", "Coap", "--port", 5683)
        for filters, count in [(["--client", "198.51.100.32"], 2), (["--client", "198.51.100.32/31"], 4),
                               (["--client", "198.51.100.32", "--client", "198.51.100.31"], 4),
                               (["--server", "192.0.2.0/24"], 6), (["--since", "5s"], 4), (["--until", "5s"], 2),
                               (["--since", "2026-11-02T09:15:37Z", "--until", "9s"], 1), (["--only", "2"], 1)]:
            done = stage.replay(sandbox, stage.fleet, *to, *filters, "--quiet")
            done.expect(0, f"replayed {count} datagrams: {count} delivered\n")
        stage.replay(sandbox, stage.fleet, *to, "--client", "203.0.113.0/24").expect(
            1, "nothing was replayed", "6 of other clients than --client")
        for arguments, sentence in [(["--client", "x"], "--client 'x' is no address or network"),
                                    (["--since", "x"], "--since: 'x' is neither a date"),
                                    (["--map", "x"], "--map 'x' is not PORT=TARGET"),
                                    (["--advance", "--pps", "1"], "no --pps"),
                                    (["--advance", "--send"], "leave out --send"),
                                    (["--compare", "--loop", "2"], "leave out --loop"),
                                    (["--compare", "--mutate", "2"], "nothing to compare with"),
                                    (["--mask", "ids"], "--mask is of --compare"),
                                    (["--compare", "--mask", "3-1"], "the mask 3-1 is an empty range")]:
            stage.replay(sandbox, stage.fleet, *to, *arguments).expect(1, sentence)
        stage.replay(sandbox, stage.fleet, "--to", "127.0.0.1:9").expect(
            1, "127.0.0.1:9 is an address: --send sends there; without it, name a listener")


# Lower bounds alone: a machine may be slow.
def time_is_kept_as_it_was_recorded_or_by_a_rate(stage):
    with stage.up("fleet") as sandbox:
        def seconds(*arguments):
            start = time.monotonic()
            stage.replay(sandbox, stage.fleet, "--map", "514=Syslog", *arguments).expect(0, "2 delivered")
            return time.monotonic() - start
        assert seconds("--speed", 20) >= 6.428 / 20
        assert seconds("--pps", 5) >= 0.2
        done = stage.replay(sandbox, stage.fleet, "--to", "Syslog", "--loop", 3)
        done.expect(0, "replayed 24 datagrams: 24 delivered\n")


def the_clock_moves_as_the_captures_did(stage):
    with stage.up("fleet") as sandbox:
        done = stage.replay(sandbox, stage.fleet, "--map", "514=Syslog", "--map", "5683=Coap", "--advance")
        done.expect(0, "replayed 8 datagrams: 8 delivered\n")
        at = [event["at"] for event in stage.received(sandbox)]
        gaps = [seconds_of(later) - seconds_of(earlier) for earlier, later in zip(at, at[1:])]
        recorded = [2.408, 2.408, 0.204, 2.408, 2.408, 1.408, 1.204]
        # The system's own time goes on beside it: none comes before its time, however slow the machine.
        for count in range(1, len(gaps) + 1):
            assert sum(gaps[:count]) >= sum(recorded[:count]) - 0.02, gaps
        assert json.loads(sandbox.get("/_loopgate/clock"))["ahead"] != "0s"


def seconds_of(date):
    hours, minutes, seconds = re.search(r"T(\d+):(\d+):([\d.]+)Z", date).groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def each_source_sends_through_its_own_socket(stage):
    sources = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
        echo.bind(("127.0.0.1", 0))
        echo.settimeout(PATIENCE)

        def answer():
            for _ in range(6):
                data, peer = echo.recvfrom(65536)
                sources.add(peer)
                echo.sendto(b"echo " + data[:4].hex().encode(), peer)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        done = Done(stage.binary, [stage.fleet, "--to", f"127.0.0.1:{echo.getsockname()[1]}", "--port", "5683",
                                   "--send", *QUICK])
        thread.join()
    done.expect(0, "replayed 6 datagrams\n", "\n6 answers\n", "to 198.51.100.32:5683: echo 41020001\n")
    assert len(sources) == 3, sources


def what_is_sent_to_a_listener_has_its_story(stage):
    with stage.up("fleet") as sandbox:
        done = stage.replay(sandbox, stage.fleet, "--map", "5683=Coap", "--map", "514=Syslog", "--send")
        done.expect(0, "replayed 8 datagrams: 8 delivered\n", "\n6 answers\n", "to 198.51.100.31:5683: hex: 6144")


def discards_are_counted_by_reason(stage):
    with stage.up("python", "--parameter", "Handler=misbehave.handler") as sandbox:
        path = raw(stage, "wishes.pcap", [packet(wish) for wish in (b"raise", b"fine", b"die", b"raise", b"no object")])
        done = stage.replay(sandbox, path, "--to", "UdpListener")
        done.expect(0, "replayed 5 datagrams: 2 delivered, 1 discarded [function-crashed], 2 discarded "
                    "[function-error], 1 answers discarded [reply-malformed]\n", "\n1 answers\n")
        failed = stage.replay(sandbox, path, "--to", "UdpListener", "--fail-on-discard")
        failed.expect(1, "something was discarded; 'loopgate trace --event discarded' tells of each")
        fine = raw(stage, "fine.pcap", [packet(b"fine")])
        stage.replay(sandbox, fine, "--to", "UdpListener", "--fail-on-discard").expect(0, "1 delivered\n")


def no_answer_is_lost(stage):
    count = 300
    path = raw(stage, "large.pcap", [packet(bytes([65 + i % 26]) * 65_000) for i in range(count)])
    with stage.up("echo") as sandbox:
        done = stage.replay(sandbox, path, "--to", "UdpListener")
        done.expect(0, f"replayed {count} datagrams: {count} delivered\n", f"\n{count} answers\n")
        order = [line.split(": ")[1][0] for line in done.lines("to 192.0.2.7:5000: ")]
        assert order == [chr(65 + i % 26) for i in range(count)], order


def tshark(path, *arguments):
    done = subprocess.run(["tshark", "-r", str(path), *arguments], capture_output=True, text=True, timeout=PATIENCE)
    # As root it says so in any case.
    complaints = [line for line in done.stderr.splitlines() if line and not line.startswith("Running as user")]
    assert done.returncode == 0 and not complaints, (path, complaints)
    return [line.split("\t") for line in done.stdout.splitlines()]


def fields(*names):
    return ["-T", "fields", *(argument for name in names for argument in ("-e", name))]


def what_is_written_is_between_the_captures_own_endpoints(stage):
    path = stage.folder / "out.pcapng"
    with stage.up("fleet") as sandbox:
        done = stage.replay(sandbox, stage.fleet, "--map", "5683=Coap", "--map", "514=Syslog", "--write", path)
        done.expect(0, f"wrote 14 packets to {path}\n")
        tags = {event["tag"] for event in stage.received(sandbox)}
    assert path.stat().st_mode & 0o777 == 0o600
    found = tshark(path, *fields("ip.src", "udp.srcport", "ip.dst", "udp.dstport", "coap.code", "frame.comment"))
    assert len(found) == 14, found
    assert found[0][:4] == ["198.51.100.32", "5683", "192.0.2.1", "5683"], found[0]
    answers = [line for line in found if line[0] == "192.0.2.1"]
    assert [line[4] for line in answers].count("68") == 5 and len(answers) == 6, answers  # 2.04 Changed
    for line in found:
        story = re.fullmatch(r"tag ([0-9a-f]{8}) (to (Coap|Syslog): delivered|from Coap)", line[5])
        assert story and story[1] in tags, line
    # The time line is the capture's.
    times = [line[0] for line in tshark(path, "-Y", "!coap.code || coap.code < 32", *fields("frame.time_epoch"))]
    recorded = [line[0] for line in tshark(stage.fleet, "-Y", "ip.dst == 192.0.2.1", *fields("frame.time_epoch"))]
    assert times == recorded, (times, recorded)
    expert = tshark(path, "-q", "-z", "expert,warn")
    assert not any("Malformed" in line[0] or "Checksum" in line[0] for line in expert), expert


def a_written_discard_has_its_reason(stage):
    path = stage.folder / "out.pcapng"
    with stage.up("python", "--parameter", "Handler=misbehave.handler") as sandbox:
        wishes = raw(stage, "wishes.pcap", [packet(b"raise"), packet(b"fine"),
                                            packet(b"six", ("2001:db8::7", 5000), ("2001:db8::1", 9))])
        stage.replay(sandbox, wishes, "--to", "UdpListener", "--write", path).expect(0, "wrote 4 packets")
        # One whose network the listener does not admit.
        refused = stage.folder / "refused.pcapng"
        foreign = raw(stage, "foreign.pcap", [packet(b"x", ("2001:db8::7", 5000), ("2001:db8::1", 9))])
        stage.replay(sandbox, foreign, "--to", "UdpListener", "--write", refused).expect(0, "wrote 1 packets")
    comments = [line[0] for line in tshark(path, *fields("frame.comment"))]
    assert re.fullmatch(r"tag \w+ to UdpListener: discarded \[function-error\]: .*the packet asked for it.*",
                        comments[0]), comments
    assert [bool(re.search("discarded", comment)) for comment in comments] == [True, False, True, False], comments
    assert "[source-not-allowed]" in tshark(refused, *fields("frame.comment"))[0][0]


# Also what `up --capture` writes: an IPv6 client of a listener on 127.0.0.1.
def clients_of_another_family_are_written(stage):
    capture, out = stage.folder / "up.pcapng", stage.folder / "out.pcapng"
    template = stage.source / "fixtures/templates/echo.yaml"
    six = raw(stage, "six.pcap", [packet(b"six", ("2001:db8::7", 5000), ("2001:db8::1", 9))])
    with Sandbox(stage.binary, [str(template), "--quiet", "--parameter", "Networks=0.0.0.0/0,::/0", "--capture",
                                str(capture)]) as sandbox:
        done = stage.replay(sandbox, six, "--to", "UdpListener", "--write", out)
        done.expect(0, "1 delivered", "\n1 answers\n")
    wanted = [["2001:db8::7", "2001:db8::1"], ["2001:db8::1", "2001:db8::7"]]
    assert tshark(out, *fields("ipv6.src", "ipv6.dst")) == wanted
    wanted = [["2001:db8::7", "::ffff:127.0.0.1"], ["::ffff:127.0.0.1", "2001:db8::7"]]
    assert tshark(capture, *fields("ipv6.src", "ipv6.dst")) == wanted


def answers_are_compared_with_the_captures_own(stage):
    to = ("--map", "5683=Coap", "--map", "514=Syslog")
    with stage.up("fleet") as sandbox:
        same = stage.replay(sandbox, stage.fleet, *to, "--compare", "--mask", "times")
        same.expect(0, "compared with the capture's own answers: 6 same, 0 missing, 0 new, 0 different\n")
        times = stage.replay(sandbox, stage.fleet, *to, "--compare", "--quiet")
        times.expect(1, "1 same, 0 missing, 0 new, 5 different\n", "they differ in:\n  5 of 5: payload.at\n",
                     "the answers are not the same")
    with stage.up("fleet", "--parameter", "Decimals=0") as sandbox:
        done = stage.replay(sandbox, stage.fleet, *to, "--compare", "--mask", "times")
        done.expect(1, "compared with the capture's own answers: 2 same, 0 missing, 0 new, 4 different\n",
                    "first different: 192.0.2.1:5683 to 198.51.100.32:5683 (2026-11-02T09:15:31.204Z), CoAP\n"
                    "  payload.kept: expected 21.4, got 21.0\n")
        by_field = stage.replay(sandbox, stage.fleet, *to, "--compare", "--mask", "times", "--mask", "payload.kept")
        by_field.expect(0, "6 same")


def answers_are_compared_with_an_earlier_run(stage):
    to = ("--map", "5683=Coap", "--map", "514=Syslog")
    run = stage.folder / "run.pcapng"
    with stage.up("fleet") as sandbox:
        stage.replay(sandbox, stage.fleet, *to, "--write", run).expect(0)
        same = stage.replay(sandbox, stage.fleet, *to, "--against", run, "--mask", "times")
        same.expect(0, "compared with the earlier run: 6 same, 0 missing, 0 new, 0 different\n")
        fewer = stage.replay(sandbox, stage.fleet, *to, "--against", run, "--mask", "times", "--until", "5s")
        fewer.expect(1, "compared with the earlier run: 2 same, 4 missing, 0 new, 0 different\n",
                     "first missing: 192.0.2.1:5683 to 198.51.100.31:5683 (")
        stage.replay(sandbox, stage.fleet, *to, "--against", stage.folder / "none").expect(1, "o such file")


def opaque_answers_are_compared_byte_by_byte(stage):
    talk = lambda payload, answer: [packet(payload), packet(answer, ("198.51.100.1", 9), ("192.0.2.7", 5000))]
    with stage.up("echo") as sandbox:
        ours = bytes.fromhex("fe 01 02 03")
        path = raw(stage, "bytes.pcap", talk(ours, ours) + talk(ours, bytes.fromhex("fe 01 ff 03")))
        done = stage.replay(sandbox, path, "--to", "UdpListener", "--compare")
        done.expect(1, "1 same, 0 missing, 0 new, 1 different\n", "  4 and 4 bytes, from byte 2 on:\n",
                    "  expected 0000: fe 01 ff 03", "  got      0000: fe 01 02 03")
        stage.replay(sandbox, path, "--to", "UdpListener", "--compare", "--mask", "2-3").expect(0, "2 same")


def damage_shows_what_functions_do_wrong(stage):
    with stage.up("python", "--parameter", "Handler=thermometer.handler") as sandbox:
        # It does not expect text that is no JSON: every packet fails, as it was captured too.
        path = raw(stage, "hello.pcap", [packet(b"hello, world"), packet(b"{}")])
        done = stage.replay(sandbox, path, "--to", "UdpListener", "--mutate", 4, "--seed", 7)
        done.expect(1, "replayed 10 datagrams: ", "what functions did wrong:\n", "times function-error: ",
                    f"  loopgate replay {path} --to UdpListener --endpoint {sandbox.endpoint} --mutate 4 --seed 7 "
                    "--only 1\n")
        again = re.search(r"loopgate (replay .* --only \d+)", done.out)[1].split()
        alone = Done(stage.binary, [*again[1:], *QUICK])
        alone.expect(1, "replayed 5 datagrams", "what functions did wrong:\n")
        # Which of them wait together for the function is the machine's affair; which packets there are, the seed's.
        same = stage.replay(sandbox, path, "--to", "UdpListener", "--mutate", 4, "--seed", 7)
        same.expect(1, "replayed 10 datagrams: ", "what functions did wrong:\n")
    with stage.up("echo") as sandbox:
        done = stage.replay(sandbox, path, "--to", "UdpListener", "--mutate", 9)
        done.expect(0, "replayed 20 datagrams: 20 delivered\n", "no function failed\n")


def the_gateways_own_json_is_replayed(stage):
    def request(tag, data):
        return {"Tag": tag, "Remote": {"IpAddress": "198.51.100.23", "Port": 40112},
                "Local": {"Domain": "ingress-1", "Port": 2061, "Protocol": "UDP"},
                "ReceivedAt": "2026-11-02T09:15:30.204Z", "Formatter": "utf8", "Data": data}
    event = {"Messages": [request("0000000a", "one"), request("0000000b", "two")]}
    answer = {"Replies": [{"Tag": "0000000a", "Data": "ONE"}, {"Tag": "0000000b", "Data": "zwei"}]}
    path, lines, out = stage.folder / "event.json", stage.folder / "lines.ndjson", stage.folder / "out.pcapng"
    path.write_text(json.dumps(event, indent=1))
    body = {"Records": [{"body": json.dumps(request("0000000c", "three"))}]}
    lines.write_text("\n".join(json.dumps(document) for document in (event, answer, body, {"level": "INFO"})))
    with stage.up("python") as sandbox:
        done = stage.replay(sandbox, path, "--to", "UdpListener", "--write", out)
        done.expect(0, "replayed 2 datagrams: 2 delivered\n", "to 198.51.100.23:40112: ONE\n")
        compared = stage.replay(sandbox, lines, "--map", "2061=UdpListener", "--compare")
        compared.expect(1, "replayed 3 datagrams: 3 delivered\n", "skipped 1: JSON that is no packet\n",
                        "1 same, 0 missing, 1 new, 1 different\n", "  line[0]: expected zwei, got TWO\n")
        lines.write_text("{}\n{")
        stage.replay(sandbox, lines, "--to", "UdpListener").expect(1, f"{lines}: line 2: is not JSON")
    assert len(tshark(out)) == 4


def standard_input_is_replayed_once(stage):
    with stage.up("fleet") as sandbox:
        ran = subprocess.run(
            [stage.binary, "replay", "-", "--map", "514=Syslog", "--endpoint", sandbox.endpoint, *QUICK],
            input=stage.fleet.read_bytes(), capture_output=True, timeout=PATIENCE)
        assert ran.returncode == 0 and b"replayed 2 datagrams: 2 delivered\n" in ran.stdout, ran
        Done(stage.binary, ["-", "--to", "Syslog", "--loop", "2"]).expect(1, "standard input comes once: give a file")


def what_wireguard_carried_is_replayed_as_its_peers(stage):
    capture, out = stage.folder / "wireguard.pcapng", stage.folder / "out.pcapng"
    config = stage.folder / "client.conf"
    with stage.up("wireguard_echo", "--capture", str(capture)) as sandbox:
        to = ("--endpoint", sandbox.endpoint)
        made = subprocess.run([stage.binary, "wg-config", "Wg", "--add-peer", *to], capture_output=True, check=True)
        config.write_bytes(made.stdout)
        subprocess.run([stage.binary, "send", "-", "--wg", str(config), "--text", "ping", *to, "--wait", "20s"],
                       check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
        recorded = stage.folder / "recorded.pcapng"
        recorded.write_bytes(capture.read_bytes())
        done = stage.replay(sandbox, recorded, "--to", "Wg", "--compare", "--write", out)
        done.expect(0, "replayed 1 datagrams: 1 delivered\n", ": ping\n", "a handshake or a keep-alive",
                    "1 same, 0 missing, 0 new, 0 different\n")
        stage.replay(sandbox, recorded, "--to", "Wg", "--send").expect(1, "can only be injected: leave out --send")
        comments = [line[0] for line in tshark(out, *fields("frame.comment"))]
        assert len(comments) == 2 and re.fullmatch(r"tag \w+ to Wg peer .{43}=: delivered", comments[0]), comments


# docs/FLEET.md prints what stands there.
def the_page_of_the_fleet_is_true(stage):
    for name in ("fixtures", "scenarios"):
        shutil.copytree(stage.source / name, stage.folder / name)
    (stage.folder / "loopgate").symlink_to(pathlib.Path(stage.binary).resolve())
    environment = {**os.environ, "PATH": f"{stage.folder}:{os.environ['PATH']}"}
    total, failed = run_recipes.run_blocks((stage.source / "docs/FLEET.md").read_text(), stage.folder, environment)
    assert total >= 5 and failed == 0, f"{failed} of {total} blocks print something else"


NEEDS_TSHARK = {what_is_written_is_between_the_captures_own_endpoints, a_written_discard_has_its_reason,
                clients_of_another_family_are_written, the_gateways_own_json_is_replayed,
                what_wireguard_carried_is_replayed_as_its_peers}
TESTS = [clients_alone_are_replayed_or_both, listeners_are_chosen_by_port_in_recorded_order,
         listeners_take_what_was_sent_to_their_ports, packets_are_chosen_by_address_and_time,
         time_is_kept_as_it_was_recorded_or_by_a_rate, the_clock_moves_as_the_captures_did,
         each_source_sends_through_its_own_socket, what_is_sent_to_a_listener_has_its_story,
         discards_are_counted_by_reason, no_answer_is_lost, what_is_written_is_between_the_captures_own_endpoints,
         a_written_discard_has_its_reason, clients_of_another_family_are_written,
         answers_are_compared_with_the_captures_own, answers_are_compared_with_an_earlier_run,
         opaque_answers_are_compared_byte_by_byte, damage_shows_what_functions_do_wrong,
         the_gateways_own_json_is_replayed, standard_input_is_replayed_once,
         what_wireguard_carried_is_replayed_as_its_peers, the_page_of_the_fleet_is_true]


def main():
    binary, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    wanted = sys.argv[3:]
    passed = 0
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        if test in NEEDS_TSHARK and shutil.which("tshark") is None:
            print(f"{test.__name__}: skipped, there is no tshark")
            continue
        with tempfile.TemporaryDirectory() as folder:
            test(Stage(binary, source, pathlib.Path(folder)))
        passed += 1
        print(f"{test.__name__}: passed", flush=True)
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    main()
