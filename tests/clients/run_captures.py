#!/usr/bin/env python3
"""Captures of every form and link layer, counted by us and by tshark: both must see the same UDP packets, or the
difference is listed below with its reason.

Usage: run_captures.py BINARY SOURCE_DIR SHARED
"""

import gzip
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import captures

PATIENCE = 240  # seconds

# file → what we skip that tshark counts: it shows what there is of a packet, we need its whole datagram.
DIFFERENCES = {
    "udp-length-heapoverflow.pcap": {"truncated": 1},  # 38 bytes of 262144 were captured
    "snapped.pcap": {"truncated": 1},
    "ipip.pcap": {"ip-in-ip": 1},
    "6in4.pcap": {"ipv6-in-ip": 1},
    "gre.pcap": {"gre": 1},
    "gre_ethernet.pcap": {"gre": 1},
    "fragments_late.pcap": {"fragment": 4},  # tshark has no clock for fragments
    "air_aggregate.pcap": {"air-aggregate": 1},
}

# file → what tshark 4.0 does not open.
OURS_ALONE = {"mpls_alone.pcap": 1}  # LINKTYPE_MPLS


# UDP quoted in an ICMP error was not sent as such.
def tshark_count(path):
    done = subprocess.run(["tshark", "-r", str(path), "-Y", "udp && !icmp && !icmpv6", "-T", "fields", "-e",
                           "frame.number"], capture_output=True, text=True, timeout=PATIENCE)
    return len(done.stdout.split()), done.stderr


def inspect(binary, path, *flags):
    stdin = None
    arguments = [str(path)]
    if isinstance(path, bytes):
        stdin, arguments = path, ["-"]
    done = subprocess.run([binary, "inspect", "--json", *flags, *arguments], capture_output=True, input=stdin,
                          timeout=PATIENCE)
    assert done.returncode == 0, f"{path}: {done.stderr.decode()}"
    return json.loads(done.stdout)


def skipped(found):
    return {line["reason"]: line["count"] for line in found["skipped"]}


def compare(binary, path, known=DIFFERENCES):
    theirs, _ = tshark_count(path)
    found = inspect(binary, path)
    listed = known.get(path.name, {})
    ours = found["datagrams"]
    reasons = skipped(found)
    for reason, count in listed.items():
        assert reasons.get(reason) == count, f"{path.name}: {reason} must be {count}: {reasons}"
    explained = (1 if "fragment" in listed else sum(listed.values())) - OURS_ALONE.get(path.name, 0)
    assert ours + explained == theirs, f"{path.name}: {ours} datagrams, tshark has {theirs}; skipped {reasons}"
    # Nothing goes without a word.
    held = found["joined_fragments"]
    assert ours + found["skipped_total"] + held >= found["records"], (path.name, found)
    return found


def shared_captures_count_as_with_tshark(binary, folder, shared):
    files = [path for name in ("captures", "reports") for path in sorted((shared / name).glob("*"))
             if ".pcap" in path.name]
    for path in files:
        compare(binary, path)
    return len(files)


def every_link_layer_counts_as_with_tshark(binary, folder, shared):
    made = captures.link_layers()
    for name, (link_type, frames) in made.items():
        path = folder / f"{name}.pcap"
        path.write_bytes(captures.pcap(link_type, frames))
        found = compare(binary, path)
        if name not in {file.removesuffix(".pcap") for file in DIFFERENCES}:
            assert found["datagrams"] >= 1, f"{name}: {skipped(found)}"
    return len(made)


def tunnels_are_opened_on_demand(binary, folder, shared):
    names = ["ipip", "6in4", "gre", "gre_ethernet"]
    for name in names:
        path = folder / f"{name}.pcap"
        link_type, frames = captures.link_layers()[name]
        path.write_bytes(captures.pcap(link_type, frames))
        assert inspect(binary, path, "--tunnels")["datagrams"] == tshark_count(path)[0] == 1, name
    return len(names)


def every_form_counts_as_with_tshark(binary, folder, shared):
    forms = captures.forms()
    for name, data in forms.items():
        path = folder / name
        path.write_bytes(data)
        compare(binary, path)
    return len(forms)


def fragments_are_put_together(binary, folder, shared):
    made = captures.fragments()
    for name, frames in made.items():
        path = folder / f"{name}.pcap"
        path.write_bytes(captures.pcap(101, frames))
        compare(binary, path)
    return len(made)


# As editcap rewrites them, in every format it knows that we read.
def editcap_forms_count_as_with_tshark(binary, folder, shared):
    if shutil.which("editcap") is None:
        return 0
    source = folder / "source.pcap"
    source.write_bytes(captures.pcap(1, captures.plain(20)))
    forms = ["pcap", "nsecpcap", "pcapng", "modpcap", "aixpcap"]
    tried = 0
    for form in forms:
        path = folder / f"edited.{form}"
        done = subprocess.run(["editcap", "-F", form, str(source), str(path)], capture_output=True, text=True)
        if done.returncode != 0 or form == "aixpcap":
            continue
        assert compare(binary, path)["datagrams"] == 20, form
        tried += 1
    return tried


def compressed_and_piped_are_the_same(binary, folder, shared):
    plain = captures.pcap(1, captures.plain(500))
    packed = {"plain": plain, "gzip": gzip.compress(plain), "two members": gzip.compress(plain[:1000]) +
              gzip.compress(plain[1000:])}
    if shutil.which("zstd"):
        packed["zstd"] = subprocess.run(["zstd", "-c"], input=plain, capture_output=True, check=True).stdout
    for name, data in packed.items():
        path = folder / "packed"
        path.write_bytes(data)
        for found in (inspect(binary, path), inspect(binary, data)):
            assert found["datagrams"] == 500, name
    return 2 * len(packed)


# A pcap and a pcapng cut at every byte: up to the cut, with a word.
def a_cut_file_is_read_up_to_the_cut(binary, folder, shared):
    cuts = 0
    for name, data, head in [("cut.pcap", captures.pcap(1, captures.plain(3)), 24),
                             ("cut.pcapng", captures.pcapng([(1, captures.plain(3))]), 28)]:
        for size in range(head, len(data), 7):
            path = folder / name
            path.write_bytes(data[:size])
            found = inspect(binary, path)
            ends = captures.ends(data)
            whole = sum(1 for end in ends if end <= size)
            assert found["datagrams"] == whole, (name, size, found)
            at_boundary = size in ends or size in captures.boundaries(data)
            assert bool(found["warnings"]) != at_boundary, (name, size, found["warnings"])
            cuts += 1
    return cuts


def damage_is_told_with_its_place(binary, folder, shared):
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    cases = [
        (b"", "is empty"),
        (b"hello, world", "neither pcap nor pcapng"),
        (head[:10], "ends inside its header"),
        (head + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF), "record 1 at byte 24: says it has 4294967295"),
        (captures.pcap(1, captures.plain(2)) + struct.pack("<IIII", 0, 0, 1 << 30, 1), "record 3 at byte"),
        (captures.section() + struct.pack("<III", 6, 0xFFFFFFF0, 0), "total length 4294967280"),
        (captures.section() + captures.block(6, struct.pack("<IIIII", 7, 0, 0, 0, 0)), "interface 7"),
        (captures.section() + captures.interface(1) * 65537, "more than 65536 interfaces"),
        (gzip.compress(b"hello, world"), "neither pcap nor pcapng"),
        (b"\xfd7zXZ\x00\x00\x00", "xz -dc"),
    ]
    for data, words in cases:
        done = subprocess.run([binary, "inspect", "-"], input=data, capture_output=True, timeout=PATIENCE)
        assert done.returncode == 1, (words, done)
        assert words in done.stderr.decode(), (words, done.stderr)
    return len(cases)


# 64 MB and 4 MB need the same.
def memory_does_not_grow_with_the_file(binary, folder, shared):
    peaks = []
    for count in (2_600, 42_000):
        path = folder / "large.pcap"
        path.write_bytes(captures.pcap(1, captures.plain(1, size=1400) * count))
        done = subprocess.run(["/usr/bin/env", "python3", "-c",
                               "import resource, subprocess, sys\n"
                               "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                               binary, "inspect", str(path)], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 4096, f"{peaks} KiB"
    return 2


def main():
    binary, source, shared = sys.argv[1:4]
    shared = pathlib.Path(shared)
    if shutil.which("tshark") is None:
        print("no tshark: skipped")
        sys.exit(77)
    tests = [every_link_layer_counts_as_with_tshark, tunnels_are_opened_on_demand, every_form_counts_as_with_tshark,
             fragments_are_put_together, editcap_forms_count_as_with_tshark, compressed_and_piped_are_the_same,
             a_cut_file_is_read_up_to_the_cut, damage_is_told_with_its_place, memory_does_not_grow_with_the_file]
    if (shared / "captures").is_dir():
        tests.insert(0, shared_captures_count_as_with_tshark)
    else:
        print(f"no captures in {shared}: those of others are skipped")
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{test.__name__}: {test(binary, pathlib.Path(folder), shared)} passed", flush=True)
    print(f"{len(tests)} passed, 0 failed")


if __name__ == "__main__":
    main()
