// The way of a packet through a `wg` listener and back: the three kinds of plaintext, both address
// families, the envelope, and everything that ends a packet on its way in.
#include "tests/gateway/wireguard_client.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string base64(std::string_view text) {
  return codec::base64_encode(as_bytes(text));
}

TEST(WireguardPath, HandshakeAndEchoOfAWholeIpPacket) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  EXPECT_THAT(world.aws.invocations, IsEmpty()) << "the keep-alive is not delivered";
  client.send_udp("hello");
  const auto packet = to_text(codec::build_udp(kInnerClient, kInnerServer, as_bytes("hello")));
  const auto message = last_message(world);
  EXPECT_EQ(message["Data"], base64(packet)) << "without the padding of the tunnel";
  EXPECT_EQ(message["Remote"]["PeerKey"], client.key());
  EXPECT_EQ(message["Local"]["Protocol"], "wg");
  EXPECT_FALSE(message.contains("Inner"));
  ASSERT_THAT(client.received, SizeIs(1));
  EXPECT_EQ(client.received[0].substr(0, packet.size()), packet);
  EXPECT_EQ(client.received[0].size() % 16, 0U);
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(WireguardPath, AWholeIpv6PacketIsEchoed) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  client.send_udp("hello", kInnerClientV6, kInnerServerV6);
  const auto packet = to_text(codec::build_udp(kInnerClientV6, kInnerServerV6, as_bytes("hello")));
  EXPECT_EQ(last_message(world)["Data"], base64(packet));
  EXPECT_EQ(client.received.at(0).substr(0, packet.size()), packet);
}

// RFC 791 §3.1, without options.
std::string ipv4(unsigned char protocol, std::uint16_t fragment, std::string_view payload) {
  std::string out("\x45\0\0\0\0\0\0\0\x40\0\0\0\x0A\x08\0\x02\x0A\x08\0\x01", 20);
  out[3] = static_cast<char>(20 + payload.size());
  out[6] = static_cast<char>(fragment >> 8);
  out[7] = static_cast<char>(fragment);
  out[9] = static_cast<char>(protocol);
  unsigned sum = 0;
  for (std::size_t i = 0; i < out.size(); i += 2) {
    sum += static_cast<unsigned char>(out[i]) * 256U + static_cast<unsigned char>(out[i + 1]);
  }
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  out[10] = static_cast<char>(~sum >> 8);
  out[11] = static_cast<char>(~sum);
  return out + std::string(payload);
}

constexpr unsigned char kIcmp = 1;

TEST(WireguardPath, AnyProtocolIsDeliveredWholeWithoutDecapsulation) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  const auto ping = ipv4(kIcmp, 0, "\x08ping");
  client.send(as_bytes(ping), wireguard::Padding::kTo16);
  EXPECT_EQ(last_message(world)["Data"], base64(ping));
  EXPECT_EQ(client.received.at(0).substr(0, ping.size()), ping);
}

struct FamilyCase {
  const char* name;
  Endpoint client;
  Endpoint server;
  int version;
};

class Decapsulated : public ::testing::TestWithParam<FamilyCase> {};

TEST_P(Decapsulated, ThePayloadIsDeliveredAndTheReplyWrappedBackwards) {
  const auto& [name, inner_client, inner_server, version] = GetParam();
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}, {"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("hello", inner_client, inner_server);
  const auto& body = world.aws.invocations.at(0).request.payload;
  EXPECT_THAT(
      body,
      HasSubstr(R"("Data":"aGVsbG8=","Inner":{"SourceAddress":")" +
                inner_client.address.to_string() + R"(","SourcePort":4000,"DestinationAddress":")" +
                inner_server.address.to_string() + R"(","DestinationPort":53,"Version":)" +
                std::to_string(version) + R"(,"Protocol":17}})"));
  ASSERT_THAT(client.received, SizeIs(1));
  const auto packet = client.last_udp();
  EXPECT_EQ(packet.source, inner_server);
  EXPECT_EQ(packet.destination, inner_client);
  EXPECT_EQ(as_text(packet.payload), "hello");
}

INSTANTIATE_TEST_SUITE_P(Table, Decapsulated,
                         ::testing::Values(FamilyCase{"V4", kInnerClient, kInnerServer, 4},
                                           FamilyCase{"V6", kInnerClientV6, kInnerServerV6, 6}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(WireguardPath, RawBytesTravelAsTheyAreOnBothKindsOfListener) {
  for (const char* decapsulated : {"false", "true"}) {
    World world;
    WgClient client(world);
    listen_wg(world, {{"Peers", {client.as_peer()}}, {"DecapsulatedDelivery", decapsulated}});
    ASSERT_TRUE(client.connect());
    client.send_raw("raw!");
    EXPECT_EQ(last_message(world)["Data"], base64("raw!"));
    EXPECT_FALSE(last_message(world).contains("Inner"));
    EXPECT_THAT(client.received, ElementsAre("raw!")) << "without padding";
  }
}

TEST(WireguardPath, WhatOnlyStartsLikeIpIsRawBytes) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer({{"AllowedIPs", {"192.0.2.0/24"}}})}},
                    {"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  auto packet = to_text(codec::build_udp(kInnerClient, kInnerServer, as_bytes("hello")));
  packet[11] = static_cast<char>(packet[11] + 1);  // the header's checksum
  client.send_raw(packet);
  EXPECT_EQ(last_message(world)["Data"], base64(packet));
  EXPECT_TRUE(world.events(EventKind::kDecrypted).at(0).assumed);
}

struct InnerCase {
  const char* name;
  std::string packet;
  const char* reason;
};

std::string broken_udp() {
  auto packet = to_text(codec::build_udp(kInnerClient, kInnerServer, as_bytes("hello")));
  packet.back() ^= 1;  // its checksum no longer fits
  return packet;
}

class InnerRefused : public ::testing::TestWithParam<InnerCase> {};

TEST_P(InnerRefused, ByADecapsulatingListener) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer({{"AllowedIPs", {"10.8.0.0/24", "fd00::/64"}}})}},
                    {"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send(as_bytes(GetParam().packet), wireguard::Padding::kTo16);
  EXPECT_THAT(world.discards(), ElementsAre(GetParam().reason));
  EXPECT_THAT(world.aws.invocations, IsEmpty());
  const auto discarded = world.events(EventKind::kDiscarded).at(0);
  EXPECT_EQ(world.journal.name(discarded.subject), client.key());
  EXPECT_EQ(discarded.tag, world.events(EventKind::kDecrypted).at(0).tag) << "one story";
}

INSTANTIATE_TEST_SUITE_P(
    Table, InnerRefused,
    ::testing::Values(InnerCase{"Icmp", ipv4(kIcmp, 0, "ping"), "inner-not-udp"},
                      InnerCase{"FirstFragment", ipv4(17, 0x2000, "fragment"), "inner-fragment"},
                      InnerCase{"LaterFragment", ipv4(17, 0x0001, "fragment"), "inner-fragment"},
                      InnerCase{"UdpChecksum", broken_udp(), "inner-malformed"},
                      InnerCase{"UdpTooShort", ipv4(17, 0, "1234"), "inner-malformed"},
                      InnerCase{"OutsideAllowedIps",
                                to_text(codec::build_udp(*Endpoint::parse("10.9.0.2:1"),
                                                         kInnerServer, as_bytes("x"))),
                                "inner-source-not-allowed"},
                      InnerCase{"OutsideAllowedIpsV6",
                                to_text(codec::build_udp(*Endpoint::parse("[fd01::2]:1"),
                                                         kInnerServerV6, as_bytes("x"))),
                                "inner-source-not-allowed"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WireguardPath, AllowedIpsAlsoHoldWithoutDecapsulation) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer({{"AllowedIPs", {"10.8.0.2"}}})}}});
  ASSERT_TRUE(client.connect());
  client.send_udp("x", *Endpoint::parse("10.8.0.3:1"));
  EXPECT_THAT(world.discards(), ElementsAre("inner-source-not-allowed"));
  client.send_udp("y");
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

TEST(WireguardPath, AnEmptyReplyOutsideOfIpIsSaidToBeAKeepAlive) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  world.aws.function = [](const aws::InvokeRequest& request) {
    return FakeAws::Answer(aws::InvokeResponse{
        200, R"({"Replies":[{"Tag":")" + tag_in(request) + R"(","Data":""}]})", "", "r"});
  };
  ASSERT_TRUE(client.connect());
  client.send_raw("ping");
  EXPECT_THAT(client.received, IsEmpty());
  const auto replied = world.events(EventKind::kReplied);
  ASSERT_THAT(replied, SizeIs(1));
  const auto sent = world.events(EventKind::kSent).back();
  EXPECT_EQ(sent.tag, replied[0].tag);
  EXPECT_THAT(sent.text, HasSubstr("keep-alive"));
}

TEST(WireguardPath, NoRestrictionsAdmitEverybodyWithAWarning) {
  World world;
  WgClient client(world);
  const json properties =
      wg_properties({{"Peers", {client.as_peer()}}, {"ClientRestrictions", nullptr}});
  std::vector<std::string> warnings;
  ASSERT_TRUE(
      world.type_of("Listener").validate(world.request("Listener", "Wg", properties), warnings));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("on a wg listener")));
  ASSERT_TRUE(world.create("Listener", "Wg", properties));
  EXPECT_TRUE(client.connect());
  const auto received = world.events(EventKind::kReceived);
  ASSERT_FALSE(received.empty());
  EXPECT_TRUE(received[0].assumed);
  EXPECT_EQ(received[0].text, "no restrictions");
}

TEST(WireguardPath, RestrictionsHoldBeforeTheHandshake) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}},
                    {"ClientRestrictions", {{"Networks", {"192.0.2.0/24"}}}}});
  EXPECT_FALSE(client.connect());
  EXPECT_THAT(world.discards(), ElementsAre("source-not-allowed"));
  EXPECT_THAT(world.network.sent, IsEmpty());
}

TEST(WireguardPath, UnauthenticatedDatagramsGetNoAnswerButAReason) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  client.know_server();
  auto forged = client.initiation();
  forged[120] ^= 1;  // mac1
  world.send("no WireGuard message");
  world.send(forged);
  world.send(std::string("\x04\0\0\0unknown-session-and-so-on....", 32));
  EXPECT_THAT(world.discards(), ElementsAre("message-malformed", "bad-mac1", "unknown-session"));
  EXPECT_THAT(world.network.sent, IsEmpty());
}

TEST(WireguardPath, ReplayedMessagesAreRefused) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  client.know_server();
  const auto initiation = client.initiation();
  world.send(initiation);
  world.advance(std::chrono::seconds(1));
  world.send(initiation);
  EXPECT_THAT(world.discards(), ElementsAre("replayed-timestamp"));
  client.exchange();
  client.send_raw("once");
  const auto data = client.last_datagram;
  world.send(data);
  EXPECT_THAT(world.discards(), ElementsAre("replayed-timestamp", "replayed-counter"));
  auto altered = data;
  altered.back() ^= 1;
  world.send(altered);
  EXPECT_EQ(world.discards().back(), "authentication-failed");
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

TEST(WireguardPath, ADrainFullOfInitiationsHasToBringCookies) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  client.know_server();
  const auto initiation = client.initiation();
  // The kernel hands a drain over in parts.
  const std::vector<Datagram> part(65, Datagram{as_bytes(initiation), kClient});
  auto& receiver = *world.network.receivers.at(world.address());
  world.aws.function = echo;
  receiver.on_datagrams(std::span(part).first(1));
  receiver.on_datagrams(part);
  receiver.on_datagrams(std::span(part).first(64));
  world.settle();
  const auto discards = world.discards();
  EXPECT_EQ(std::ranges::count(discards, "cookie-required"), 64) << "over 128 of one drain";
  client.exchange();
  EXPECT_GE(client.handshakes, 1U) << "the first ones were served";
}

TEST(WireguardPath, AClientWithACookieIsServedUnderLoad) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  client.know_server();
  const auto initiation = client.initiation();
  const std::vector<Datagram> flood(130, Datagram{as_bytes(initiation), kClient});
  world.network.receivers.at(world.address())->on_datagrams(flood);
  world.settle();
  client.exchange();
  EXPECT_GE(client.cookies, 1U);
  EXPECT_EQ(client.handshakes, 0U);
  world.advance(std::chrono::seconds(6));
  client.on_deadline();
  EXPECT_EQ(client.handshakes, 1U);
}

TEST(WireguardPath, ASessionIsReplacedByItsClientAfter120Seconds) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  world.advance(std::chrono::seconds(119));
  client.send_raw("before");
  EXPECT_EQ(client.handshakes, 1U);
  world.advance(std::chrono::seconds(2));
  client.send_raw("after");
  EXPECT_EQ(client.handshakes, 2U);
  EXPECT_THAT(client.received, ElementsAre("before", "after"));
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(WireguardPath, DataOfASessionPast180SecondsIsRefused) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  world.advance(std::chrono::seconds(181));
  world.send(client.last_datagram);
  EXPECT_THAT(world.discards(), ElementsAre("inbound-session-expired"));
  EXPECT_THAT(texts(world, EventKind::kSession), Contains("session-expired"));
}

TEST(WireguardPath, AReplyAfterTheSessionFindsNone) {
  World world;
  WgClient client(world);
  world.aws.hold_invocations = true;
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  world.advance(std::chrono::seconds(181));
  world.aws.release_invocations();
  world.settle();
  EXPECT_THAT(world.discards(), ElementsAre("no-session"));
  EXPECT_EQ(world.events(EventKind::kDiscarded).at(0).text, "session-expired");
}

TEST(WireguardPath, APacketTooLargeForOneDatagramIsSaid) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}, {"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  world.aws.function = [](const auto& request) {
    const json reply = {{"Tag", tag_in(request)}, {"Data", base64(std::string(65'500, 'x'))}};
    return FakeAws::Answer(aws::InvokeResponse{200, json{{"Replies", {reply}}}.dump(), "", "r"});
  };
  client.send_udp("x");
  client.send_raw("x");
  EXPECT_THAT(world.discards(), ElementsAre("datagram-too-large", "datagram-too-large"));
}

TEST(WireguardPath, SilentSessionsAreKeptAliveByTheListener) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  world.aws.function = answering("null");
  client.send_raw("x");
  world.advance(std::chrono::seconds(9));
  EXPECT_THAT(world.network.sent, IsEmpty());
  world.advance(std::chrono::seconds(1));
  ASSERT_THAT(world.network.sent, SizeIs(1));
  EXPECT_EQ(world.network.sent[0].payload.size(), 32U) << "an empty data message";
}

TEST(WireguardPath, RepliesGoToWhereTheClientIsNow) {
  World world;
  WgClient client(world);
  world.aws.hold_invocations = true;
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  client.send_raw("from here");
  client.at = *Endpoint::parse("127.0.0.1:50000");
  client.send_raw("from there");
  world.aws.release_invocations();
  world.settle();
  client.exchange();
  EXPECT_THAT(client.received, ElementsAre("from here", "from there"));
  EXPECT_THAT(texts(world, EventKind::kSession), Contains("endpoint-changed"));
}

}  // namespace
}  // namespace loopgate::gateway::testing
