// Packet sources on `wg` listeners: the session they find, the form they leave in, and every reason
// why they do not.
#include "tests/gateway/wireguard_client.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const json kToClient = {{"SourceAddress", "10.8.0.1"},
                        {"SourcePort", 53},
                        {"DestinationAddress", "10.8.0.2"},
                        {"DestinationPort", 4000}};

GatewayOptions two_regions() {
  GatewayOptions options;
  options.regions = {"us-west-2", "eu-west-1"};
  return options;
}

// A listener, a source and a client that is not connected yet.
class WireguardSource : public ::testing::Test {
 protected:
  void listen(json extra = json::object()) {
    json properties = {{"Peers", {client.as_peer()}}};
    properties.update(extra);
    listener = listen_wg(world, properties);
    ASSERT_TRUE(world.create(
        "PacketSource", "Source",
        {{"ListenerName", listener}, {"SnsTopicSource", {{"TopicArn", kTopic}, {"Role", kRole}}}}));
  }
  void publish(const json& peer_key, const json& inner = nullptr,
               const std::string& region = "us-west-2") {
    json entry = {{"Data", "aGVsbG8="},
                  {"Remote", {{"Address", "127.0.0.1"}, {"Port", 40112}, {"PeerKey", peer_key}}}};
    if (!inner.is_null()) entry["Inner"] = inner;
    world.aws.publish(region, json{{"Messages", {entry}}}.dump());
    world.settle();
    client.exchange();
  }

  World world{two_regions()};
  WgClient client{world};
  std::string listener;
};

TEST_F(WireguardSource, IsSentThroughThePeersSession) {
  listen();
  ASSERT_TRUE(client.connect());
  publish(client.key());
  EXPECT_THAT(client.received, ElementsAre("hello"));
  EXPECT_EQ(world.events(EventKind::kSent).back().tag, world.events(EventKind::kSourced).at(0).tag);
  EXPECT_EQ(world.journal.name(world.events(EventKind::kSent).back().subject), client.key());
}

TEST_F(WireguardSource, IsWrappedByInnerOnADecapsulatingListener) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("here I am");
  publish(client.key(), kToClient);
  const auto packet = client.last_udp();
  EXPECT_EQ(packet.source, kInnerServer);
  EXPECT_EQ(packet.destination, kInnerClient);
  EXPECT_EQ(as_text(packet.payload), "hello");
  EXPECT_THAT(world.warnings(), IsEmpty());
}

TEST_F(WireguardSource, IsWrappedInIpv6) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("here I am", kInnerClientV6, kInnerServerV6);
  publish(client.key(), {{"SourceAddress", "fd00::1"},
                         {"SourcePort", 53},
                         {"DestinationAddress", "fd00::2"},
                         {"DestinationPort", 4000}});
  EXPECT_EQ(client.last_udp().destination, kInnerClientV6);
  EXPECT_THAT(world.warnings(), IsEmpty());
}

TEST_F(WireguardSource, WithASwappedInnerIsSentAsItStandsWithAWarning) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("here I am");
  publish(client.key(), last_message(world)["Inner"]);
  EXPECT_EQ(client.last_udp().source, kInnerClient);
  EXPECT_EQ(client.last_udp().destination, kInnerServer);
  EXPECT_THAT(world.warnings(), ElementsAre(HasSubstr("Inner.DestinationAddress 10.8.0.1")));
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST_F(WireguardSource, NeedsNoInnerForAClientThatSentRawBytesLast) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("an IP packet first");
  client.send_raw("then raw bytes");
  client.received.clear();
  publish(client.key());
  EXPECT_THAT(client.received, ElementsAre("hello"));
  EXPECT_TRUE(world.events(EventKind::kSent).back().assumed);
}

TEST_F(WireguardSource, WithoutInnerIsRefusedOnADecapsulatingListener) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  client.send_udp("here I am");
  publish(client.key());
  EXPECT_THAT(world.discards(), ElementsAre("inner-missing"));
}

TEST_F(WireguardSource, WithAMalformedInnerIsRefused) {
  listen({{"DecapsulatedDelivery", "true"}});
  ASSERT_TRUE(client.connect());
  json inner = kToClient;
  inner.erase("DestinationPort");
  publish(client.key(), inner);
  EXPECT_THAT(world.discards(), ElementsAre("sourced-inner-malformed"));
}

TEST_F(WireguardSource, InnerIsIgnoredWithoutDecapsulation) {
  listen();
  ASSERT_TRUE(client.connect());
  publish(client.key(), kToClient);
  EXPECT_THAT(client.received, ElementsAre("hello"));
}

TEST_F(WireguardSource, NeedsAKnownPeerKey) {
  listen();
  ASSERT_TRUE(client.connect());
  publish("");
  publish(nullptr);
  publish("not a key");
  publish("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  EXPECT_THAT(world.discards(), ElementsAre("peer-key-missing", "peer-key-missing",
                                            "peer-key-malformed", "peer-key-unknown"));
}

TEST_F(WireguardSource, FindsNoSessionOfAPeerThatNeverConnected) {
  listen();
  publish(client.key());
  EXPECT_THAT(world.discards(), ElementsAre("peer-never-connected"));
  EXPECT_THAT(world.network.sent, IsEmpty());
}

TEST_F(WireguardSource, FindsNoSessionAfter181Seconds) {
  listen();
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  world.advance(std::chrono::seconds(164));
  publish(client.key());
  EXPECT_THAT(world.discards(), IsEmpty());
  world.advance(std::chrono::seconds(17));
  publish(client.key());
  EXPECT_THAT(world.discards(), ElementsAre("session-expired"));
  const auto discarded = world.events(EventKind::kDiscarded).at(0);
  EXPECT_EQ(world.journal.name(discarded.subject), client.key());
  ASSERT_TRUE(client.connect());
  client.received.clear();
  publish(client.key());
  EXPECT_THAT(client.received, ElementsAre("hello"));
}

TEST_F(WireguardSource, RenewsASessionThatIsAboutToEnd) {
  listen();
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  world.advance(std::chrono::seconds(170));
  publish(client.key());
  EXPECT_THAT(texts(world, EventKind::kHandshake), Contains("handshake-started"));
  EXPECT_GE(client.handshakes, 2U) << "the client may begin one of its own meanwhile";
  world.advance(std::chrono::seconds(11));
  publish(client.key());
  EXPECT_THAT(client.received, ElementsAre("x", "hello", "hello"));
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST_F(WireguardSource, StillSaysExpiredWhenTheKeysAreErased) {
  listen();
  ASSERT_TRUE(client.connect());
  world.advance(std::chrono::minutes(20));
  publish(client.key());
  EXPECT_THAT(world.discards(), ElementsAre("session-expired"));
}

TEST_F(WireguardSource, ForAnotherRegionFindsNoSessionThere) {
  listen();
  client.in_region = 1;
  ASSERT_TRUE(client.connect());
  publish(client.key(), nullptr, "us-west-2");
  EXPECT_THAT(world.discards(), ElementsAre("session-in-other-region"));
  EXPECT_THAT(world.events(EventKind::kDiscarded).at(0).text, HasSubstr("eu-west-1"));
  publish(client.key(), nullptr, "eu-west-1");
  EXPECT_THAT(client.received, ElementsAre("hello"));
}

TEST_F(WireguardSource, ASessionThatExpiredInAnotherRegionIsNoPeerThatNeverConnected) {
  listen();
  client.in_region = 1;
  ASSERT_TRUE(client.connect());
  world.advance(std::chrono::seconds(181));
  publish(client.key(), nullptr, "us-west-2");
  EXPECT_THAT(world.discards(), ElementsAre("session-expired"));
}

TEST_F(WireguardSource, AnUnknownPeerOfAnotherRegionIsFoundThere) {
  listen({{"Peers", json::array()}, {"AllowUnknownPeers", "true"}});
  client.in_region = 1;
  ASSERT_TRUE(client.connect());
  publish(client.key(), nullptr, "us-west-2");
  EXPECT_THAT(world.discards(), ElementsAre("session-in-other-region"));
}

TEST_F(WireguardSource, APeerThatAnUpdateRemovedIsSaidToBe) {
  listen();
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(world.update("Listener", "Wg", listener, wg_properties()));
  publish(client.key());
  EXPECT_THAT(world.discards(), ElementsAre("peer-removed"));
}

TEST_F(WireguardSource, FollowsTheClientWhateverRemoteSays) {
  listen();
  ASSERT_TRUE(client.connect());
  client.at = *Endpoint::parse("127.0.0.1:50000");
  client.send_raw("moved");
  client.received.clear();
  publish(client.key());
  EXPECT_THAT(client.received, ElementsAre("hello"));
  const auto sent = world.events(EventKind::kSent).back();
  EXPECT_TRUE(sent.assumed);
  EXPECT_THAT(sent.text, HasSubstr("not to Remote"));
}

TEST_F(WireguardSource, AfterARestartAsksForANewHandshake) {
  listen();
  ASSERT_TRUE(client.connect());
  const auto key = client.server_key();
  const auto properties = wg_properties({{"Peers", {client.as_peer()}}});
  const cfn::ResourceState listener_state{listener, {{"Port", "20000"}}};
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  ASSERT_TRUE(world.restore("Listener", "Wg", properties, listener_state));
  EXPECT_EQ(client.server_key(), key);
  ASSERT_TRUE(world.create(
      "PacketSource", "Again",
      {{"ListenerName", listener}, {"SnsTopicSource", {{"TopicArn", kTopic}, {"Role", kRole}}}}));
  publish(client.key());
  EXPECT_THAT(world.discards(), Contains("peer-never-connected"));
  client.send_raw("into the old session");
  EXPECT_EQ(world.discards().back(), "unknown-session");
  client.received.clear();
  ASSERT_TRUE(client.connect());
  client.send_raw("again");
  EXPECT_THAT(client.received, Contains("again"));
}

}  // namespace
}  // namespace loopgate::gateway::testing
