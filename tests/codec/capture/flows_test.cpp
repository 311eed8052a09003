#include "codec/capture/flows.h"

#include <gtest/gtest.h>

#include "codec/capture/guess.h"
#include "codec/limits.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

const Endpoint kDevice = *Endpoint::parse("192.0.2.1:5000");
const Endpoint kServer = *Endpoint::parse("198.51.100.2:53");

WallTime at(int second) {
  return WallTime(std::chrono::seconds(second));
}

TEST(Flows, TheClientIsWhoSpokeFirst) {
  const Bytes three = to_bytes("abc");
  const Bytes five = to_bytes("abcde");
  Flows flows;
  flows.add({kDevice, kServer, three}, at(10));
  flows.add({kServer, kDevice, five}, at(11));
  flows.add({kServer, kDevice, five}, at(13));
  flows.add({*Endpoint::parse("198.51.100.2:54"), kDevice, {}}, at(20));
  ASSERT_EQ(flows.all().size(), 2U);
  const Flow& flow = flows.all()[0];
  EXPECT_EQ(flow.client, kDevice);
  EXPECT_EQ(flow.server, kServer);
  EXPECT_EQ(flow.from_client.datagrams, 1U);
  EXPECT_EQ(flow.from_client.bytes, 3U);
  EXPECT_EQ(flow.from_server.datagrams, 2U);
  EXPECT_EQ(flow.from_server.bytes, 10U);
  EXPECT_EQ(flow.smallest, 3U);
  EXPECT_EQ(flow.largest, 5U);
  EXPECT_EQ(flow.last - flow.first, std::chrono::seconds(3));
  EXPECT_EQ(flows.all()[1].server, kDevice);
  EXPECT_EQ(flows.all()[1].smallest, 0U);
}

TEST(Flows, AreBounded) {
  Flows flows;
  for (std::uint32_t i = 0; i < kMaxCaptureFlows + 5; ++i) {
    flows.add({{IpAddress::v4(i), 1}, kServer, {}}, at(0));
  }
  flows.add({{IpAddress::v4(0), 1}, kServer, {}}, at(0));
  EXPECT_EQ(flows.all().size(), kMaxCaptureFlows);
  EXPECT_EQ(flows.left_out(), 5U);
  EXPECT_EQ(flows.all()[0].from_client.datagrams, 2U);
}

struct Case {
  const char* name;
  std::uint16_t port;
  Bytes payload;
  std::string_view protocol;
};

Bytes padded(std::string_view hex, std::size_t size) {
  Bytes out = from_hex(hex);
  out.resize(size);
  return out;
}

TEST(Guess, KnowsProtocolsByTheirStructure) {
  const std::string query = "1234 0100 0001 0000 0000 0000 03777777 07657861 6D706C65 00 0001 0001";
  Bytes dhcp = padded("0101", 240);
  const Bytes cookie = from_hex("63825363");
  std::copy(cookie.begin(), cookie.end(), dhcp.begin() + 236);
  const Case cases[] = {
      {"DNS", 53, from_hex(query), "DNS"},
      {"DNS elsewhere", 5300, from_hex(query), "DNS"},
      {"mDNS", 5353, from_hex(query), "mDNS"},
      {"CoAP", 5683, from_hex("40017D34 B56C6967 6874"), "CoAP"},
      {"CoAP elsewhere", 2061, from_hex("40017D34 B56C6967 6874"), "CoAP"},
      {"with an option cut short", 2061, from_hex("40017D34 BB6C6967 6874"), ""},
      {"syslog", 514, to_bytes("<34>Oct 11 22:14:15 host su: failed"), "syslog"},
      {"syslog elsewhere", 9000, to_bytes("<34>1 - - - - - -"), "syslog"},
      {"no priority", 9000, to_bytes("<340>1"), ""},
      {"NTP", 123, padded("1B", 48), "NTP"},
      {"RADIUS", 9000, from_hex("01000017 00000000000000000000000000000000 010361"), "RADIUS"},
      {"WireGuard's first", 9000, padded("01000000", 148), "WireGuard"},
      {"of another size", 9000, padded("01000000", 147), ""},
      {"DTLS", 9000, from_hex("16FEFD 0000 000000000001 0001 00"), "DTLS"},
      {"QUIC", 9000, padded("C000000001 08 0102030405060708 00", 40), "QUIC"},
      {"SIP", 9000, to_bytes("OPTIONS sip:a@b SIP/2.0\r\n\r\n"), "SIP"},
      {"SIP's answer", 9000, to_bytes("SIP/2.0 200 OK\r\n\r\n"), "SIP"},
      {"TFTP", 9000, from_hex("0001 612E62 00 6F63746574 00"), "TFTP"},
      {"TFTP's block", 69, from_hex("0004 0001"), "TFTP"},
      {"SNMP", 9000, from_hex("300D 020101 0406 7075626C6963 A000"), "SNMP"},
      {"longer than it says", 9000, from_hex("300D 020101 0406 7075626C6963 A000 0000"), ""},
      {"DHCP", 9000, dhcp, "DHCP"},
      {"STUN", 9000, from_hex("00010000 2112A442 000000000000000000000000"), "STUN"},
      {"JSON", 9000, to_bytes("{\"t\": 21.5}\n"), "JSON"},
      {"an encrypted QUIC packet", 443, from_hex("41AABBCC"), "QUIC"},
      {"text", 9000, to_bytes("hello, world"), ""},
      {"nothing", 53, {}, ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(guess_protocol({kDevice, {kServer.address, c.port}, c.payload}), c.protocol)
        << c.name;
  }
}

}  // namespace
}  // namespace loopgate::codec::capture
