#include "codec/capture/writer.h"

#include <gtest/gtest.h>

#include "codec/capture/dissector.h"
#include "codec/ip.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

const Endpoint kClient = *Endpoint::parse("198.51.100.23:40112");
const Endpoint kServer = *Endpoint::parse("192.0.2.1:51820");
constexpr std::string_view kKeyLog =
    "LOCAL_STATIC_PRIVATE_KEY = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

WallTime at(std::int64_t nanoseconds) {
  return WallTime(Duration(nanoseconds));
}

TEST(PcapngWriter, WritesTheBlocksOfTheSpecification) {
  PcapngWriter writer("loopgate");
  EXPECT_EQ(writer.add_interface(LinkType::kRaw, "outer"), 0U);
  writer.add_packet(0, at(0x0123'4567'89AB'CDEF), from_hex("450102"), "hi");
  // draft-ietf-opsawg-pcapng §4.1: type, length, byte-order magic, version 1.0, section length
  // unknown, shb_userappl (4) "loopgate", end of options, length.
  EXPECT_EQ(
      hex_encode_upper(writer.take()),
      hex_encode_upper(from_hex(
          "0A0D0D0A 2C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 0400 0800 6C6F6F7067617465 0000 "
          "0000 2C000000"
          // §4.2: link type 101, reserved, snap length; if_name (2) "outer", if_tsresol (9) 10^-9.
          "01000000 2C000000 6500 0000 00000400 0200 0500 6F75746572000000 0900 0100 09000000 0000 "
          "0000 2C000000"
          // §4.3: interface 0, time high and low, captured and original length, data, opt_comment
          // (1).
          "06000000 30000000 00000000 67452301 EFCDAB89 03000000 03000000 45010200"
          "0100 0200 68690000 0000 0000 30000000")));
  EXPECT_EQ(writer.pending_bytes(), 0U);
}

TEST(PcapngWriter, WritesADecryptionSecretsBlock) {
  PcapngWriter writer("");
  writer.take();
  writer.add_secrets(kWireGuardKeyLog, "A = B");
  EXPECT_EQ(
      hex_encode_upper(writer.take()),
      hex_encode_upper(from_hex("0A000000 1C000000 4C4B4757 05000000 41203D2042000000 1C000000")));
}

TEST(PcapngWriter, WritesWhatTheReaderReads) {
  PcapngWriter writer("loopgate test");
  const auto outer =
      writer.add_interface(LinkType::kRaw, "outer", "what the listener sent and received");
  const auto inner = writer.add_interface(LinkType::kIpv4, "inner");
  writer.add_secrets(kWireGuardKeyLog, kKeyLog);
  const Bytes ping = build_udp(kClient, kServer, to_bytes("ping\n"));
  const Bytes pong = build_udp(kServer, kClient, to_bytes("pong\n"));
  writer.add_packet(outer, at(1'793'610'930'204'000'001), ping);
  Bytes file = writer.take();
  writer.add_packet(inner, at(1'793'610'930'204'000'002), pong, "as the function answered");
  writer.add_section("another");
  writer.add_packet(writer.add_interface(LinkType::kRaw, "later"), at(-5), ping);
  const Bytes rest = writer.take();
  file.insert(file.end(), rest.begin(), rest.end());

  auto reader = Reader::open(file);
  ASSERT_TRUE(reader) << reader.error().message;
  const Record first = **reader->next();
  EXPECT_EQ(first.interface, outer);
  EXPECT_EQ(first.time, at(1'793'610'930'204'000'001));
  const auto datagram = std::get<UdpDatagram>(Dissector().dissect(first));
  EXPECT_EQ(as_text(datagram.payload), "ping\n");
  EXPECT_EQ(datagram.source, kClient);
  const auto& secrets = reader->annotations().secrets;
  ASSERT_EQ(secrets.size(), 1U);
  EXPECT_EQ(secrets[0].type, kWireGuardKeyLog);
  EXPECT_EQ(as_text(secrets[0].data), kKeyLog);
  const Record second = **reader->next();
  EXPECT_EQ(second.interface, inner);
  EXPECT_EQ(second.link_type, LinkType::kIpv4);
  EXPECT_EQ(to_bytes(second.frame), pong);
  EXPECT_EQ(comments(second), std::vector<std::string_view>{"as the function answered"});
  const Record third = **reader->next();
  EXPECT_EQ(third.number, 3U);
  EXPECT_EQ(third.time, at(0));
  EXPECT_EQ(reader->next().value(), nullptr);
}

TEST(PcapngWriter, KeepsOfAHugeFrameWhatReadersAccept) {
  PcapngWriter writer("loopgate");
  writer.add_interface(LinkType::kRaw, "outer");
  writer.add_packet(0, at(0), Bytes(300'000));
  const Bytes file = writer.take();
  auto reader = Reader::open(file);
  const Record record = **reader->next();
  EXPECT_EQ(record.frame.size(), 262'144U);
  EXPECT_EQ(std::get<Skip>(Dissector().dissect(record)), Skip::kNotIp);
}

}  // namespace
}  // namespace loopgate::codec::capture
