#include "codec/capture/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/capture/dissector.h"
#include "codec/ip.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

const Endpoint kClient = *Endpoint::parse("[2001:db8::23]:40112");
const Endpoint kServer = *Endpoint::parse("[2001:db8::1]:2061");

Bytes six() {
  return build_udp(kClient, kServer, to_bytes("six"));
}

Record record(LinkType link_type, ByteSpan frame, bool whole = true) {
  Record out;
  out.link_type = link_type;
  out.frame = frame;
  out.whole = whole;
  return out;
}

Content dissect(LinkType link_type, ByteSpan frame, bool whole = true, bool tunnels = false) {
  return Dissector({.tunnels = tunnels}).dissect(record(link_type, frame, whole));
}

std::string text_of(const Content& content) {
  if (const auto* skip = std::get_if<Skip>(&content)) return std::string(describe(*skip));
  const auto* datagram = std::get_if<UdpDatagram>(&content);
  return datagram == nullptr ? "held" : to_text(datagram->payload);
}

struct Case {
  const char* name;
  LinkType link_type;
  std::string before;
  std::string behind = "";  // what the link puts after the packet
};

// Headers as tcpdump.org/linktypes.html and the documents it names lay them out.
std::vector<Case> cases() {
  const std::string addresses = "020000000001 020000000002 ";
  const std::string air = "0000 020000000001 020000000002 020000000003 0000 ";
  const std::string snap = "AAAA03 000000 86DD";
  const std::string prism = "00000041 00000090" + std::string(std::size_t{2} * 136, '0');
  const std::string prism_little = "41000000 90000000" + std::string(std::size_t{2} * 136, '0');
  const std::string avs = "80211001 00000040" + std::string(std::size_t{2} * 56, '0');
  const std::string pktap = "6C000000 01000000 01000000" + std::string(std::size_t{2} * 96, '0');
  const std::string pflog = "3D1C" + std::string(std::size_t{2} * 62, '0');
  return {
      {"raw", LinkType::kRaw, ""},
      {"raw as BSD wrote it", LinkType::kRawBsd, ""},
      {"raw as OpenBSD wrote it", LinkType::kRawOpenBsd, ""},
      {"IPv6", LinkType::kIpv6, ""},
      {"Ethernet", LinkType::kEthernet, addresses + "86DD", "00000000"},
      {"a VLAN tag", LinkType::kEthernet, addresses + "8100 0001 86DD"},
      {"old QinQ", LinkType::kEthernet, addresses + "9100 0001 8100 0002 86DD"},
      {"QinQ", LinkType::kEthernet, addresses + "88A8 0001 8100 0002 86DD"},
      {"SNAP", LinkType::kEthernet, addresses + "0040" + snap, "000000000000"},
      {"SNAP of a bridge tunnel", LinkType::kEthernet, addresses + "0040 AAAA03 0000F8 86DD"},
      {"SNAP behind a VLAN tag", LinkType::kEthernet, addresses + "8100 0001 0040" + snap},
      {"SNAP in a jumbo frame", LinkType::kEthernet, addresses + "8870" + snap},
      {"802.2's own number of IP", LinkType::kEthernet, addresses + "0040 0606 03"},
      {"MPLS", LinkType::kEthernet, addresses + "8847 00010040 00020140"},
      {"MPLS from upstream", LinkType::kEthernet, addresses + "8848 00020140"},
      {"Ethernet in MPLS", LinkType::kEthernet,
       addresses + "8847 00020140 00000000" + addresses + "86DD"},
      {"MPLS alone", LinkType::kMpls, "00020140"},
      {"PPPoE", LinkType::kEthernet, addresses + "8864 1100 0001 0035 0057"},
      {"PPPoE behind a VLAN tag", LinkType::kEthernet,
       addresses + "8100 0007 8864 1100 0001 0035 0057"},
      {"PPPoE alone", LinkType::kPppEther, "1100 0001 0035 0057"},
      {"PPP with address and control", LinkType::kPpp, "FF03 0057"},
      {"PPP without", LinkType::kPpp, "0057"},
      {"PPP, protocol shortened", LinkType::kPpp, "FF03 57"},
      {"PPP, both shortened", LinkType::kPpp, "57"},
      {"PPP in HDLC framing", LinkType::kPppHdlc, "FF03 0057"},
      {"Cisco in PPP's number", LinkType::kPppHdlc, "0F00 86DD"},
      {"PPP with direction", LinkType::kPppWithDirection, "01 FF03 0057"},
      {"MPLS in PPP", LinkType::kPpp, "FF03 0281 00020140"},
      {"Cisco HDLC", LinkType::kCiscoHdlc, "0F00 86DD"},
      {"Cisco HDLC, multicast", LinkType::kCiscoHdlc, "8F00 86DD"},
      {"Cisco HDLC with direction", LinkType::kCiscoHdlcWithDirection, "00 0F00 86DD"},
      {"802.2 over ATM", LinkType::kAtmRfc1483, snap},
      {"cooked", LinkType::kLinuxCooked, "0000 0001 0006 0200000000020000 86DD"},
      {"cooked with a VLAN tag", LinkType::kLinuxCooked,
       "0000 0001 0006 0200000000020000 8100 0005 86DD"},
      {"cooked 802.2", LinkType::kLinuxCooked, "0000 0001 0006 0200000000020000 0004" + snap},
      {"cooked v2", LinkType::kLinuxCooked2, "86DD 0000 00000001 0001 00 06 0200000000020000"},
      {"cooked v2 with a VLAN tag", LinkType::kLinuxCooked2,
       "8100 0000 00000001 0001 00 06 0200000000020000 0005 86DD"},
      {"loopback, big endian, FreeBSD's IPv6", LinkType::kNull, "0000001C"},
      {"loopback, little endian, macOS's IPv6", LinkType::kNull, "1E000000"},
      {"loopback, 16 bits big endian", LinkType::kNull, "001C0000"},
      {"loopback, 16 bits at the end, little endian", LinkType::kNull, "00001C00"},
      {"loopback with an EtherType", LinkType::kNull, "000086DD"},
      {"loopback with an EtherType, little endian", LinkType::kNull, "DD860000"},
      {"loopback with PPP", LinkType::kNull, "FF030057"},
      {"OpenBSD loopback", LinkType::kLoop, "00000018"},
      {"OpenBSD loopback in the machine's order", LinkType::kLoop, "18000000"},
      {"ENC, little endian", LinkType::kEnc, "18000000 00000000 00000000"},
      {"ENC, big endian", LinkType::kEnc, "00000018 00000000 00000000"},
      {"PFLOG, 61 bytes and padding", LinkType::kPflog, pflog},
      {"NFLOG, little endian", LinkType::kNflog, "0A00 0001 0500 0A00 78000000 3700 0900", "00"},
      {"NFLOG, big endian", LinkType::kNflog, "0A00 0001 0005 000A 78000000 0037 0009", "00"},
      {"802.11 data", LinkType::kIeee80211, "0802" + air + snap, "01020304"},
      {"802.11 QoS data", LinkType::kIeee80211, "8802" + air + "0000" + snap},
      {"802.11 between stations of two systems", LinkType::kIeee80211,
       "0803" + air + "020000000004" + snap},
      {"802.11 QoS with HT control", LinkType::kIeee80211, "8881" + air + "0000 00000000" + snap},
      {"an aggregate of one", LinkType::kIeee80211,
       "8802" + air + "8000 020000000001 020000000002 003B" + snap},
      {"radiotap", LinkType::kIeee80211Radiotap, "0000 0900 02000000 00 0802" + air + snap},
      {"radiotap with timestamp, checksum, padding", LinkType::kIeee80211Radiotap,
       "0000 1C00 03000080 03000020 01000000 0000000000000000 30 000000 8802" + air + "0000 0000" +
           snap,
       "DEADBEEF"},
      {"Prism, big endian", LinkType::kIeee80211Prism, prism + "0802" + air + snap},
      {"Prism, little endian", LinkType::kIeee80211Prism, prism_little + "0802" + air + snap},
      {"AVS", LinkType::kIeee80211Avs, avs + "0802" + air + snap},
      {"AVS where Prism was announced", LinkType::kIeee80211Prism, avs + "0802" + air + snap},
      {"PPI", LinkType::kPpi, "0000 0800 69000000 0802" + air + snap},
      {"PKTAP", LinkType::kPktap, pktap + addresses + "86DD"},
  };
}

TEST(Link, OpensEachLayer) {
  for (const Case& c : cases()) {
    Bytes frame = from_hex(c.before);
    const std::size_t header = frame.size();
    const Bytes packet = six();
    frame.insert(frame.end(), packet.begin(), packet.end());
    const std::size_t end = frame.size();
    const Bytes behind = from_hex(c.behind);
    frame.insert(frame.end(), behind.begin(), behind.end());
    EXPECT_EQ(text_of(dissect(c.link_type, frame)), "six") << c.name;
    for (std::size_t size = 0; size < end; ++size) {
      const auto cut = dissect(c.link_type, ByteSpan(frame).first(size), false);
      ASSERT_EQ(text_of(cut), "cut short by the capture")
          << c.name << " cut to " << size << " of " << header << " bytes of header";
    }
  }
}

TEST(Link, SaysWhyItOpensNothing) {
  struct Refusal {
    const char* name;
    LinkType link_type;
    std::string_view frame;
    Skip why;
  };
  const Refusal refusals[] = {
      {"ARP", LinkType::kEthernet, "020000000001 020000000002 0806", Skip::kNotIp},
      {"half an EtherType", LinkType::kEthernet, "020000000001 020000000002 08", Skip::kMalformed},
      {"spanning tree", LinkType::kEthernet, "020000000001 020000000002 0003 424203", Skip::kNotIp},
      {"PPPoE discovery", LinkType::kEthernet, "020000000001 020000000002 8864 1109 0000 0000",
       Skip::kNotIp},
      {"PPPoE of another version", LinkType::kPppEther, "2200 0000 0000 0021", Skip::kMalformed},
      {"link control", LinkType::kPpp, "FF03 C021", Skip::kNotIp},
      {"MPLS without an end", LinkType::kMpls, "00010040 00020040", Skip::kMalformed},
      {"a beacon", LinkType::kIeee80211, "8000 0000", Skip::kNotIp},
      {"data of no data", LinkType::kIeee80211, "4802 0000", Skip::kNotIp},
      {"encrypted", LinkType::kIeee80211, "0842 0000", Skip::kEncrypted},
      {"a fragment on the air", LinkType::kIeee80211,
       "0806 0000 020000000001 020000000002 020000000003 0000", Skip::kAirFragment},
      {"a later fragment on the air", LinkType::kIeee80211,
       "0802 0000 020000000001 020000000002 020000000003 0100", Skip::kAirFragment},
      {"radiotap over its frame", LinkType::kIeee80211Radiotap, "0000 FF00 00000000",
       Skip::kMalformed},
      {"NFLOG of a bridge", LinkType::kNflog, "0700 0000", Skip::kNotIp},
      {"NFLOG without a packet", LinkType::kNflog, "0200 0000 0500 0A00 78000000", Skip::kNotIp},
      {"NFLOG with a length of nothing", LinkType::kNflog, "0200 0000 0000 0900 00", Skip::kNotIp},
      {"PFLOG of no length", LinkType::kPflog, "0002", Skip::kMalformed},
      {"PKTAP in PKTAP", LinkType::kPktap, "0C000000 01000000 02010000", Skip::kUnknownLinkType},
      {"PKTAP of no packet", LinkType::kPktap, "0C000000 00000000 01000000", Skip::kNotIp},
      {"USER0", static_cast<LinkType>(147), "4500", Skip::kUnknownLinkType},
  };
  for (const Refusal& c : refusals) {
    EXPECT_EQ(text_of(dissect(c.link_type, from_hex(c.frame))), describe(c.why)) << c.name;
  }
}

TEST(Link, NamesAnUnknownTypeWithItsNumber) {
  SkipCounts counts;
  counts.add(Skip::kUnknownLinkType, static_cast<LinkType>(147));
  counts.add(Skip::kUnknownLinkType, static_cast<LinkType>(4711), 2);
  counts.add(Skip::kNotIp, LinkType::kEthernet);
  const auto lines = counts.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].why, "not IP");
  EXPECT_EQ(lines[1].why, "of an unknown link type: 147 (USER0)");
  EXPECT_EQ(lines[2].why, "of an unknown link type: 4711");
  EXPECT_EQ(lines[2].count, 2U);
  EXPECT_EQ(counts.total(), 4U);
}

TEST(Link, SeveralPacketsInAnAirFrameHaveAReasonOfTheirOwn) {
  const std::string subframe = "020000000001 020000000002 003B AAAA03 000000 86DD";
  Bytes frame = from_hex("8802 0000 020000000001 020000000002 020000000003 0000 8000" + subframe);
  for (int i = 0; i < 2; ++i) {
    const Bytes packet = six();
    frame.insert(frame.end(), packet.begin(), packet.end());
    frame.push_back(std::byte{0});  // up to a word
    const Bytes next = from_hex(subframe);
    if (i == 0) frame.insert(frame.end(), next.begin(), next.end());
  }
  EXPECT_EQ(std::get<Skip>(dissect(LinkType::kIeee80211, frame)), Skip::kAirAggregate);
}

TEST(Link, BoundsLayersInLayers) {
  std::string tags = "020000000001020000000002";
  for (int i = 0; i < 1000; ++i) tags += "81000001";
  EXPECT_EQ(std::get<Skip>(dissect(LinkType::kEthernet, from_hex(tags))), Skip::kMalformed);
  // Each EtherType announces PPP, in which Cisco's framing has the next EtherType.
  std::string loop = "0F00";
  for (int i = 0; i < 60'000; ++i) loop += "880B0F00";
  EXPECT_EQ(std::get<Skip>(dissect(LinkType::kCiscoHdlc, from_hex(loop))), Skip::kMalformed);
}

// The IPv4 header that a tunnel puts around.
Bytes wrap(std::uint8_t protocol, std::string_view header, ByteSpan inside) {
  const Bytes before = from_hex(header);
  Bytes out;
  ByteWriter writer(out);
  writer.big(std::uint16_t{0x4500});
  writer.big(static_cast<std::uint16_t>(20 + before.size() + inside.size()));
  writer.zeros(4);
  writer.u8(64);
  writer.u8(protocol);
  writer.zeros(2);
  writer.bytes(from_hex("C0000201 C0000202"));
  writer.bytes(before);
  writer.bytes(inside);
  return out;
}

TEST(Tunnels, AreAReasonOfTheirOwnUnlessTheyAreOpened) {
  const Bytes packet = six();
  struct Tunnel {
    const char* name;
    Bytes frame;
    Skip why;
  };
  const Tunnel tunnels[] = {
      {"IP in IP",
       wrap(4, "",
            build_udp(*Endpoint::parse("10.0.0.1:1"), *Endpoint::parse("10.0.0.2:2"),
                      to_bytes("six"))),
       Skip::kIpInIp},
      {"6in4", wrap(41, "", packet), Skip::kIpv6InIp},
      {"two deep", wrap(4, "", wrap(41, "", packet)), Skip::kIpInIp},
      {"GRE", wrap(47, "0000 86DD", packet), Skip::kGre},
      {"GRE with checksum, key and sequence",
       wrap(47, "B000 86DD 00000000 00000001 00000002", packet), Skip::kGre},
      {"Ethernet in GRE", wrap(47, "0000 6558 020000000001 020000000002 86DD", packet), Skip::kGre},
      {"MPLS in GRE", wrap(47, "0000 8847 00020140", packet), Skip::kGre},
      {"PPP in GRE (PPTP)", wrap(47, "3081 880B 00350001 00000001 00000002 0057", packet),
       Skip::kGre},
  };
  for (const Tunnel& c : tunnels) {
    EXPECT_EQ(text_of(dissect(LinkType::kRaw, c.frame)), describe(c.why)) << c.name;
    EXPECT_EQ(text_of(dissect(LinkType::kRaw, c.frame, true, true)), "six") << c.name;
  }
}

TEST(Tunnels, InEachOtherHaveAnEnd) {
  Bytes frame = six();
  for (int i = 0; i < 100; ++i) frame = wrap(i == 0 ? 41 : 4, "", frame);
  EXPECT_EQ(std::get<Skip>(dissect(LinkType::kRaw, frame, true, true)), Skip::kMalformed);
}

TEST(Dissector, ALengthOfZeroIsTheFrames) {
  Bytes four =
      build_udp(*Endpoint::parse("10.0.0.1:1"), *Endpoint::parse("10.0.0.2:2"), to_bytes("four"));
  four[2] = four[3] = std::byte{0};
  EXPECT_EQ(text_of(dissect(LinkType::kRaw, four)), "four");
  four[24] = four[25] = std::byte{0};  // and UDP's, which the card would have filled in too
  EXPECT_EQ(text_of(dissect(LinkType::kRaw, four)), "four");
  EXPECT_EQ(text_of(dissect(LinkType::kRaw, four, false)), "cut short by the capture");
  Bytes packet = six();
  packet[4] = packet[5] = std::byte{0};
  EXPECT_EQ(text_of(dissect(LinkType::kRaw, packet)), "six");
}

TEST(Dissector, AUdpLengthOfZeroIsALieInAPacketThatKnowsItsOwn) {
  Bytes four =
      build_udp(*Endpoint::parse("10.0.0.1:1"), *Endpoint::parse("10.0.0.2:2"), to_bytes("four"));
  four[24] = four[25] = std::byte{0};
  EXPECT_EQ(text_of(dissect(LinkType::kRaw, four)), "malformed");
}

}  // namespace
}  // namespace loopgate::codec::capture
