"""Small captures: every form and link layer that we open, made byte by byte."""

import struct

ADDRESSES = bytes.fromhex("020000000001020000000002")
AIR = bytes.fromhex("0000" "020000000001" "020000000002" "020000000003" "0000")
SNAP = bytes.fromhex("AAAA03000000")
START = 1_793_610_930


def udp(payload=b"ping\n", source=40112, destination=2061):
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(inside=None, protocol=17, identification=0, flags=0, length=None):
    inside = udp() if inside is None else inside
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(inside) if length is None else length, identification,
                         flags, 64, protocol, 0, bytes([198, 51, 100, 23]), bytes([192, 0, 2, 1]))
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + inside


def ip6(inside=None, next_header=17):
    inside = udp() if inside is None else inside
    address = bytes.fromhex("20010db8000000000000000000000023")
    return struct.pack(">IHBB", 6 << 28, len(inside), next_header, 64) + address + address[:15] + b"\x01" + inside


def ethernet(inside, ether_type=0x0800):
    return ADDRESSES + struct.pack(">H", ether_type) + inside


def plain(count, size=5):
    return [ethernet(ip4(udp(b"x" * size, source=1024 + i % 60000))) for i in range(count)]


# A link layer of each kind: name → (LINKTYPE_, frames).
def link_layers():
    four, six = ip4(), ip6()
    tag = lambda kind, inside: struct.pack(">HH", kind, 5) + inside
    vlan = struct.pack(">H", 5)
    mpls = lambda *labels: b"".join(struct.pack(">I", label << 12 | (0x100 if label == labels[-1] else 0) | 64)
                                    for label in labels)
    pppoe = lambda inside: struct.pack(">BBHH", 0x11, 0, 1, len(inside)) + inside
    nflog = lambda order, family, packet: (struct.pack(">BBH", family, 0, 7) + struct.pack(order + "HH", 5, 10) +
                                           b"x\0\0\0" + struct.pack(order + "HH", 4 + len(packet), 9) + packet +
                                           bytes(-len(packet) % 4))
    sll = lambda protocol, inside, hardware=1: struct.pack(">HHH8sH", 0, hardware, 6, ADDRESSES[:8], protocol) + inside
    sll2 = lambda protocol, inside: struct.pack(">HHIHBB8s", protocol, 0, 1, 1, 0, 6, ADDRESSES[:8]) + inside
    pflog = lambda family, inside: (bytes([61, family]) + b"\0\0em0").ljust(64, b"\0") + inside
    pktap = lambda dlt, inside: struct.pack("<III24sIIII", 108, 1, dlt, b"en0", 0, 2, 14, 0).ljust(108, b"\0") + inside
    prism = struct.pack("<II16s", 0x44, 144, b"wlan0").ljust(144, b"\0")
    avs = struct.pack(">II", 0x80211001, 64).ljust(64, b"\0")
    data = lambda inside, kind=0x00, flags=2, extra=b"": bytes([0x08 | kind, flags]) + AIR + extra + SNAP + inside
    layers = {
        "ethernet": (1, [ethernet(four), ethernet(six, 0x86DD)]),
        "padded": (1, [ethernet(four).ljust(60, b"\0")]),
        "vlan": (1, [ethernet(vlan + b"\x08\0" + four, 0x8100)]),
        "qinq": (1, [ethernet(vlan + tag(0x8100, b"\x86\xdd" + six), 0x88A8)]),
        "three_tags": (1, [ethernet(vlan + tag(0x8100, tag(0x8100, b"\x08\0" + four)), 0x88A8)]),
        "mpls": (1, [ethernet(mpls(100, 200, 300) + four, 0x8847), ethernet(mpls(100) + six, 0x8847)]),
        "mpls_alone": (219, [mpls(16, 17) + four]),
        "pppoe": (1, [ethernet(pppoe(b"\0\x21" + four), 0x8864), ethernet(pppoe(b"\0\x57" + six), 0x8864),
                      ethernet(bytes.fromhex("110900000000"), 0x8863)]),
        "ppp_ether": (51, [pppoe(b"\0\x21" + four)]),
        "snap": (1, [ethernet(SNAP + b"\x08\0" + four, 8 + len(four))]),
        "snap_vlan": (1, [ethernet(vlan + struct.pack(">H", 8 + len(six)) + SNAP + b"\x86\xdd" + six, 0x8100)]),
        "llc_ip": (1, [ethernet(b"\x06\x06\x03" + four, 3 + len(four))]),
        "raw": (101, [four, six]),
        "raw_12": (12, [four, six]),
        "raw_14": (14, [four]),
        "ipv4": (228, [four]),
        "ipv6": (229, [six]),
        "cooked": (113, [sll(0x0800, four), sll(0x86DD, six), sll(0x8100, vlan + b"\x08\0" + four),
                         sll(4, SNAP + b"\x08\0" + four), sll(0x0806, bytes(28))]),
        "cooked2": (276, [sll2(0x0800, four), sll2(0x86DD, six), sll2(0x8100, vlan + b"\x08\0" + four)]),
        "null": (0, [struct.pack(order + "I", family) + packet for order in "<>"
                     for family, packet in [(2, four), (24, six), (28, six), (30, six)]]),
        "loop": (108, [struct.pack(">I", family) + packet for family, packet in [(2, four), (24, six)]]),
        "ppp": (9, [b"\xff\x03\0\x21" + four, b"\xff\x03\0\x57" + six, b"\0\x21" + four, b"\x21" + four,
                    b"\xff\x03\xc0\x21" + bytes(8)]),
        "ppp_hdlc": (50, [b"\xff\x03\0\x21" + four, b"\x0f\0\x08\0" + four]),
        "ppp_direction": (204, [b"\0\xff\x03\0\x21" + four]),
        "cisco_hdlc": (104, [b"\x0f\0\x08\0" + four, b"\x8f\0\x86\xdd" + six]),
        "nflog_little": (239, [nflog("<", 2, four), nflog("<", 10, six)]),
        "pflog": (117, [pflog(2, four), pflog(24, six)]),
        "enc": (109, [struct.pack("<III", 2, 1, 2) + four, struct.pack("<III", 24, 1, 2) + six]),
        "air": (105, [data(b"\x08\0" + four), data(b"\x86\xdd" + six), data(b"\x08\0" + four, 0x80, 1, b"\0\0"),
                      data(b"\x08\0" + four, 0, 3, ADDRESSES[:6]), b"\x80\0" + AIR + bytes(16)]),
        "radiotap": (127, [bytes.fromhex("0000080000000000") + data(b"\x08\0" + four),
                           bytes.fromhex("000009000200000010") + data(b"\x08\0" + four) + b"\xde\xad\xbe\xef",
                           bytes.fromhex("000009000200000020") +
                           data(b"\x08\0" + four, 0x80, 1, b"\0\0\0\0")]),
        "prism": (119, [prism + data(b"\x08\0" + four)]),
        "avs": (163, [avs + data(b"\x08\0" + four)]),
        "ppi": (192, [struct.pack("<BBHI", 0, 0, 8, 105) + data(b"\x08\0" + four),
                      struct.pack("<BBHI", 0, 0, 8, 1) + ethernet(four)]),
        "pktap": (258, [pktap(1, ethernet(four)), pktap(12, six), pktap(0, struct.pack("<I", 2) + four)]),
        "length_0": (1, [ethernet(ip4(length=0))]),
        "ipip": (101, [ip4(four, 4)]),
        "6in4": (101, [ip4(six, 41)]),
        "gre": (101, [ip4(b"\0\0\x08\0" + four, 47)]),
        "gre_ethernet": (101, [ip4(b"\x20\0\x65\x58\0\0\0\1" + ethernet(four), 47)]),
        "extension_headers": (101, [ip6(bytes([60, 0]) + bytes(6) + bytes([17, 0]) + bytes(6) + udp(), 0),
                                    ip6(bytes([17, 0]) + bytes(6) + udp(), 44)]),
        "icmp_error": (101, [ip4(struct.pack(">BBHI", 3, 3, 0, 0) + four, 1), four]),
        "other_protocols": (101, [ip4(bytes(20), 6), ip6(bytes(8), 58), four]),
    }
    aggregate = b"".join(
        (ADDRESSES + struct.pack(">H", 8 + len(four)) + SNAP + b"\x08\0" + four).ljust(60, b"\0") for _ in range(2))
    layers["air_aggregate"] = (105, [b"\x88\x02" + AIR + b"\x80\0" + aggregate])
    return layers


def pcap(link_type, frames, order="<", magic=0xA1B2C3D4, snap=None, times=None):
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link_type)]
    for i, frame in enumerate(frames):
        second, frame = frame if isinstance(frame, tuple) else (i, frame)
        kept = frame if snap is None else frame[:snap]
        out.append(struct.pack(order + "IIII", START + second, 204, len(kept), len(frame)))
        if magic == 0xA1B2CD34:
            out.append(struct.pack(order + "IHBB", 1, 0x0800, 0, 0))
        out.append(kept)
    return b"".join(out)


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link_type, options=b"", order="<", snap=0):
    return block(1, struct.pack(order + "HHI", link_type, 0, snap) + options, order)


def enhanced(number, frame, time=START * 1_000_000, options=b"", order="<"):
    head = struct.pack(order + "IIIII", number, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
    return block(6, head + frame + bytes(-len(frame) % 4) + options, order)


# [(link type, frames)]: an interface each.
def pcapng(interfaces, order="<"):
    out = section(order) + b"".join(interface(link_type, order=order) for link_type, _ in interfaces)
    for number, (_, frames) in enumerate(interfaces):
        for frame in frames:
            out += enhanced(number, frame, order=order)
    return out


# Where records end.
def ends(data):
    out, at = [], 24
    if data[:4] != b"\x0a\x0d\x0d\x0a":
        while at < len(data):
            at += 16 + struct.unpack_from("<I", data, at + 8)[0]
            out.append(at)
        return out
    return [end for kind, end in blocks(data) if kind == 6]


# Where a file may end without being cut.
def boundaries(data):
    return {24} if data[:4] != b"\x0a\x0d\x0d\x0a" else {end for _, end in blocks(data)}


def blocks(data):
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        at += size
        yield kind, at


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


# The same few packets in every form that a capture may have: file name → bytes.
def forms():
    frames = [ethernet(ip4()), ethernet(ip6(), 0x86DD), ethernet(bytes(28), 0x0806)]
    time = START * 1_000_000
    old = lambda order: block(2, struct.pack(order + "HHIIII", 0, 0, time >> 32, time & 0xFFFFFFFF, len(frames[0]),
                                             len(frames[0])) + frames[0], order)
    simple = lambda order: block(3, struct.pack(order + "I", len(frames[0])) + frames[0], order)
    out = {}
    for name, order in [("little", "<"), ("big", ">")]:
        out[f"micro_{name}.pcap"] = pcap(1, frames, order)
        out[f"nano_{name}.pcap"] = pcap(1, frames, order, 0xA1B23C4D)
        out[f"modified_{name}.pcap"] = pcap(1, frames, order, 0xA1B2CD34)
        out[f"enhanced_{name}.pcapng"] = pcapng([(1, frames), (101, [ip4(), ip6()]), (113, [])], order)
        out[f"blocks_{name}.pcapng"] = (section(order) + interface(1, order=order) + old(order) + simple(order) +
                                        enhanced(0, frames[1], order=order))
        out[f"options_{name}.pcapng"] = (
            section(order) + block(4, bytes(4), order) + block(0xBAD, bytes(8), order) +
            interface(1, option(2, b"eth0", order) + option(9, b"\x09", order) + option(0, b"", order), order) +
            enhanced(0, frames[0], options=option(1, b"a comment", order) + option(0, b"", order), order=order) +
            block(5, struct.pack(order + "III", 0, 0, 0), order) + block(10, struct.pack(order + "II", 0x57474B4C, 4) +
                                                                         b"# a\n", order))
    out["sections.pcapng"] = pcapng([(1, frames)]) + pcapng([(101, [ip4()])], ">") + pcapng([(228, [ip4()])])
    out["snapped.pcap"] = pcap(1, [ethernet(ip4(udp(b"x" * 100))), ethernet(ip4())], snap=80)
    out["fcs.pcap"] = pcap(1 | 1 << 26 | 2 << 28, [frame + b"\xde\xad\xbe\xef" for frame in frames])
    return out


def cut4(inside, size, identification=7):
    out = []
    for begin in range(0, len(inside), size):
        more = 0x2000 if begin + size < len(inside) else 0
        out.append(ip4(inside[begin:begin + size], identification=identification, flags=more | begin // 8))
    return out


def cut6(inside, size, identification=7):
    out = []
    for begin in range(0, len(inside), size):
        more = 1 if begin + size < len(inside) else 0
        out.append(ip6(struct.pack(">BBHI", 17, 0, begin | more, identification) + inside[begin:begin + size], 44))
    return out


# Fragmented packets, raw: name → frames, or (second, frame).
def fragments():
    inside = udp(bytes(range(256)) * 12)
    four, six = cut4(inside, 1000), cut6(inside, 1000)
    return {
        "in_order": four + six,
        "backwards": four[::-1] + six[::-1],
        "interleaved": [part for pair in zip(cut4(inside, 1000, 1), cut4(inside, 1000, 2)) for part in pair],
        "twice": [four[0], four[0]] + four[1:],
        "overlapping": [four[0], cut4(inside[504:1512] + b"x", 1008, 7)[0][:4] +
                        ip4(inside[504:1512], identification=7, flags=0x2000 | 504 // 8)[4:]] + four[1:],
        "missing": four[:2] + [ip4()],
        "another_protocol": [ip4(bytes(1000), 6, 9, 0x2000), ip4(bytes(100), 6, 9, 125), ip4()],
        "fragments_late": [(0, four[0]), (1, four[1])] + [(200, part) for part in four[2:]],
    }
