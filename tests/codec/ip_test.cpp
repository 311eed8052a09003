#include "codec/ip.h"

#include <gtest/gtest.h>

#include "codec/internet_checksum.h"
#include "codec/limits.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec {
namespace {

// "ping\n" from 198.51.100.23:40112 to 192.0.2.1:2061; checksums confirmed by tshark.
//   45 00 | total length 33 | id 0, DF | ttl 64, UDP, checksum | source | destination
//   ports 40112, 2061 | length 13 | checksum | data
constexpr std::string_view kPing4 =
    "4500 0021 0000 4000 4011 4E80 C6336417 C0000201 9CB0 080D 000D 85F9 70696E670A";

Endpoint endpoint(std::string_view text) {
  return *Endpoint::parse(text);
}

const Endpoint kClient4 = endpoint("198.51.100.23:40112");
const Endpoint kServer4 = endpoint("192.0.2.1:2061");
const Endpoint kClient6 = endpoint("[2001:db8::23]:40112");
const Endpoint kServer6 = endpoint("[2001:db8::1]:2061");

// Puts extension headers between the fixed IPv6 header and the UDP header of a packet.
Bytes with_extensions(std::uint8_t first, std::string_view extensions_hex, const Bytes& packet) {
  const Bytes extensions = from_hex(extensions_hex);
  Bytes out = packet;
  out[6] = static_cast<std::byte>(first);
  const std::size_t payload = packet.size() - 40 + extensions.size();
  out[4] = static_cast<std::byte>(payload >> 8);
  out[5] = static_cast<std::byte>(payload);
  out.insert(out.begin() + 40, extensions.begin(), extensions.end());
  return out;
}

void fix_v4_checksum(Bytes& packet) {
  packet[10] = packet[11] = std::byte{0};
  InternetChecksum checksum;
  checksum.add(ByteSpan(packet).first(20));
  const std::uint16_t sum = checksum.finish();
  packet[10] = static_cast<std::byte>(sum >> 8);
  packet[11] = static_cast<std::byte>(sum);
}

TEST(InternetChecksum, AddsTheExampleOfRfc1071) {
  InternetChecksum checksum;
  checksum.add(from_hex("0001 F203 F4F5 F6F7"));
  EXPECT_EQ(checksum.finish(), 0xFFFF & ~0xDDF2);  // RFC 1071 §3
}

TEST(InternetChecksum, PadsAnOddEndWithZeroAndAddsParts) {
  InternetChecksum odd;
  odd.add(from_hex("0001 F203 F4"));
  EXPECT_EQ(odd.finish(), 0xFFFF & ~(0x0001 + 0xF203 + 0xF400 - 0xFFFF));
  InternetChecksum parts;
  parts.add(from_hex("0001 F203"));
  parts.add_u16(0xF4F5);
  parts.add(from_hex("F6F7"));
  EXPECT_EQ(parts.finish(), 0xFFFF & ~0xDDF2);
}

TEST(Ip, BuildsTheGoldenIpv4Packet) {
  EXPECT_EQ(hex_encode_upper(build_udp(kClient4, kServer4, to_bytes("ping\n"))),
            hex_encode_upper(from_hex(kPing4)));
}

TEST(Ip, BuildsTheGoldenIpv6Packet) {
  EXPECT_EQ(
      hex_encode_upper(build_udp(kClient6, kServer6, to_bytes("six"))),
      hex_encode_upper(from_hex(
          "60000000 000B 11 40 20010DB8000000000000000000000023 20010DB8000000000000000000000001"
          "9CB0 080D 000B 141B 736978")));
}

TEST(Ip, OpensWhatItBuilt) {
  struct Case {
    Endpoint from;
    Endpoint to;
    int version;
  };
  for (const Case& c :
       {Case{kClient4, kServer4, 4}, Case{kClient6, kServer6, 6}, Case{kClient4, kServer6, 6}}) {
    for (const std::size_t size : {0U, 1U, 2U, 3U, 1200U, 65507U}) {
      const Bytes payload(size, std::byte{0xA5});
      const Bytes bytes = build_udp(c.from, c.to, payload);
      const auto packet = parse_ip(bytes);
      ASSERT_TRUE(packet) << size;
      EXPECT_EQ(packet->version, c.version);
      EXPECT_EQ(packet->source, c.from);
      EXPECT_EQ(packet->destination, c.to);
      EXPECT_EQ(to_bytes(packet->payload), payload);
    }
  }
}

TEST(Ip, BuildsNothingThatIsTooLarge) {
  EXPECT_TRUE(build_udp(kClient4, kServer4, Bytes(kMaxUdpPayloadV4 + 1)).empty());
  EXPECT_EQ(build_udp(kClient6, kServer6, Bytes(kMaxUdpPayloadV6)).size(), 65535U + 40);
  EXPECT_TRUE(build_udp(kClient6, kServer6, Bytes(kMaxUdpPayloadV6 + 1)).empty());
}

// RFC 768: a checksum that comes out as zero is sent as all ones.
TEST(Ip, NeverSendsAUdpChecksumOfZero) {
  Bytes payload(2);
  Bytes packet = build_udp(kClient4, kServer4, payload);
  payload = {packet[26], packet[27]};  // the checksum over two zero bytes, as data, makes it zero
  packet = build_udp(kClient4, kServer4, payload);
  EXPECT_EQ(hex_encode_upper(ByteSpan(packet).subspan(26, 2)), "FFFF");
  EXPECT_TRUE(parse_ip(packet));
}

TEST(Ip, TellsWhatIsNotAnIpPacketWithUdp) {
  const Bytes ping = build_udp(kClient4, kServer4, to_bytes("ping\n"));
  const Bytes six = build_udp(kClient6, kServer6, to_bytes("six"));
  const auto changed = [](Bytes packet, std::size_t at, int value, bool fix = true) {
    packet[at] = static_cast<std::byte>(value);
    if (fix) fix_v4_checksum(packet);
    return packet;
  };
  const auto cut = [](Bytes packet, std::size_t size) {
    packet.resize(size);
    return packet;
  };
  struct Case {
    const char* name;
    Bytes packet;
    IpError expected;
  };
  const Case cases[] = {
      {"empty", {}, IpError::kNotIp},
      {"text", to_bytes("ping\n"), IpError::kNotIp},
      {"short text that starts like version 6", to_bytes("hello"), IpError::kNotIp},
      {"text that starts like version 6",
       to_bytes("hello world, this is no packet but a line of text"), IpError::kMalformed},
      {"text that starts like version 4", to_bytes("Event: a door was opened at noon"),
       IpError::kMalformed},
      {"version 5", changed(ping, 0, 0x55, false), IpError::kNotIp},
      {"header length under 5", changed(ping, 0, 0x44), IpError::kMalformed},
      {"header longer than the packet", changed(ping, 0, 0x4F), IpError::kMalformed},
      {"total length under the header", changed(ping, 3, 19), IpError::kMalformed},
      {"total length over the packet", changed(ping, 3, 34), IpError::kMalformed},
      {"one byte missing", cut(ping, ping.size() - 1), IpError::kMalformed},
      {"header checksum wrong", changed(ping, 8, 63, false), IpError::kMalformed},
      {"UDP checksum wrong", changed(ping, 30, 'x'), IpError::kMalformed},
      {"UDP length over the packet", changed(ping, 25, 14), IpError::kMalformed},
      {"UDP length under its header", changed(ping, 25, 7), IpError::kMalformed},
      {"TCP", changed(ping, 9, 6), IpError::kNotUdp},
      {"ICMP", changed(ping, 9, 1), IpError::kNotUdp},
      {"first fragment", changed(ping, 6, 0x20), IpError::kFragment},
      {"later fragment", changed(ping, 7, 1), IpError::kFragment},
      {"UDP cut off", changed(cut(ping, 27), 3, 27), IpError::kMalformed},
      {"v6 payload length over the packet", changed(six, 5, 12, false), IpError::kMalformed},
      {"v6 UDP checksum wrong", changed(six, 48, 'x', false), IpError::kMalformed},
      {"ICMPv6", changed(six, 6, 58, false), IpError::kNotUdp},
      {"no next header", changed(six, 6, 59, false), IpError::kNotUdp},
      {"ESP", changed(six, 6, 50, false), IpError::kNotUdp},
  };
  for (const Case& c : cases) {
    const auto packet = parse_ip(c.packet);
    ASSERT_FALSE(packet) << c.name;
    EXPECT_EQ(packet.error(), c.expected) << c.name;
  }
}

TEST(Ip, AllowsNoUdpChecksumOnIpv4Only) {
  Bytes ping = build_udp(kClient4, kServer4, to_bytes("ping\n"));
  ping[26] = ping[27] = std::byte{0};
  EXPECT_TRUE(parse_ip(ping));
  Bytes six = build_udp(kClient6, kServer6, to_bytes("six"));
  six[46] = six[47] = std::byte{0};
  EXPECT_EQ(parse_ip(six).error(), IpError::kMalformed);
}

TEST(Ip, CutsThePaddingOfATunnelAndNothingElse) {
  Bytes ping = build_udp(kClient4, kServer4, to_bytes("ping\n"));
  ping.resize(ping.size() + 15);
  EXPECT_EQ(as_text(parse_ip(ping)->payload), "ping\n");
  ping.back() = std::byte{1};
  EXPECT_EQ(parse_ip(ping).error(), IpError::kMalformed);
  ping.back() = std::byte{0};
  ping.push_back(std::byte{0});
  EXPECT_EQ(parse_ip(ping).error(), IpError::kMalformed);
}

TEST(Ip, ToleratesInACaptureWhatCardsAndLinksDo) {
  Bytes ping = build_udp(kClient4, kServer4, to_bytes("ping\n"));
  ping[10] = ping[26] = std::byte{0xEE};
  ping.resize(ping.size() + 40, std::byte{0x55});
  EXPECT_EQ(as_text(parse_ip(ping, IpOrigin::kCapture)->payload), "ping\n");
  ping.resize(30);
  EXPECT_EQ(parse_ip(ping, IpOrigin::kCapture).error(), IpError::kTruncated);
}

TEST(Ip, WalksIpv6ExtensionHeaders) {
  const Bytes six = build_udp(kClient6, kServer6, to_bytes("six"));
  struct Case {
    const char* name;
    std::uint8_t first;
    std::string_view extensions;
  };
  const Case cases[] = {
      {"hop by hop", 0, "11 00 0104 00000000"},
      {"destination options of 16 bytes", 60, "11 01 010C 000000000000000000000000"},
      {"routing without segments left", 43, "11 00 04 00 00000000"},
      {"routing with a segment left: the checksum is for another address", 43,
       "11 00 04 01 00000000"},
      {"authentication of 12 bytes", 51, "11 01 0000 00000001 00000001"},
      {"atomic fragment (RFC 6946)", 44, "11 00 0000 00000001"},
      {"hop by hop, then destination options", 0, "3C 00 0104 00000000 11 00 0104 00000000"},
  };
  for (const Case& c : cases) {
    const Bytes bytes = with_extensions(c.first, c.extensions, six);
    const auto packet = parse_ip(bytes);
    ASSERT_TRUE(packet) << c.name;
    EXPECT_EQ(as_text(packet->payload), "six") << c.name;
  }
}

TEST(Ip, RefusesIpv6ExtensionHeadersThatDoNotFit) {
  const Bytes six = build_udp(kClient6, kServer6, to_bytes("six"));
  EXPECT_EQ(parse_ip(with_extensions(44, "11 00 0001 00000001", six)).error(), IpError::kFragment);
  EXPECT_EQ(parse_ip(with_extensions(44, "11 00 0008 00000001", six)).error(), IpError::kFragment);
  EXPECT_EQ(parse_ip(with_extensions(0, "11 FF 0104 00000000", six)).error(), IpError::kMalformed);
  std::string many;
  for (int i = 0; i <= kMaxIpv6ExtensionHeaders; ++i) many += "3C00010400000000";
  EXPECT_EQ(parse_ip(with_extensions(60, many, six)).error(), IpError::kMalformed);
  Bytes bare = six;
  bare.resize(40);
  bare[4] = bare[5] = std::byte{0};
  bare[6] = std::byte{0};  // hop by hop, and nothing behind
  EXPECT_EQ(parse_ip(bare).error(), IpError::kMalformed);
}

TEST(Ip, GivesTheAddressesOfAnyProtocol) {
  Bytes icmp = build_udp(kClient4, kServer4, to_bytes("12345678"));
  icmp[9] = std::byte{1};
  fix_v4_checksum(icmp);
  const auto header = parse_ip_header(icmp);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source, kClient4.address);
  EXPECT_EQ(header->destination, kServer4.address);
  EXPECT_EQ(header->protocol, 1);
  EXPECT_EQ(header->payload.size(), 16U);
}

}  // namespace
}  // namespace loopgate::codec
