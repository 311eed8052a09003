// Who may connect to a `wg` listener, what updates change, its keys, and what is told of it all.
#include "gateway/deployment/wireguard_config.h"
#include "tests/gateway/wireguard_client.h"
#include "wireguard/keylog.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Endpoint kOther = *Endpoint::parse("127.0.0.1:40113");

wireguard::SecretKey secret(std::uint64_t seed) {
  auto random = Random::from_seed(seed);
  return wireguard::SecretKey::generate(random);
}

TEST(WireguardPeers, AnUnknownOneIsRefusedUnlessAllowed) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world);
  EXPECT_FALSE(client.connect());
  EXPECT_THAT(world.discards(), ElementsAre("unknown-peer"));
  EXPECT_THAT(world.events(EventKind::kDiscarded).at(0).text, HasSubstr(client.key()));
  EXPECT_THAT(world.network.sent, IsEmpty());
  ASSERT_TRUE(world.update("Listener", "Wg", name, wg_properties({{"AllowUnknownPeers", "true"}})));
  world.advance(std::chrono::seconds(1));
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  EXPECT_EQ(last_message(world)["Remote"]["PeerKey"], client.key());
  EXPECT_THAT(client.received, ElementsAre("x"));
  EXPECT_THAT(texts(world, EventKind::kPeer), Contains("peer-admitted"));
}

TEST(WireguardPeers, UnknownOnesNeedTheirPreSharedKey) {
  World world;
  WgClient without(world, 7);
  WgClient with(world, 8, kOther);
  listen_wg(world,
            {{"AllowUnknownPeers", "true"}, {"UnknownPeerPreSharedKey", secret(1).to_base64()}});
  EXPECT_FALSE(without.connect());
  EXPECT_TRUE(with.connect(secret(1)));
}

TEST(WireguardPeers, BothKindsShareAListenerEachWithItsOwnKey) {
  World world;
  WgClient named(world, 7);
  WgClient unknown(world, 8, kOther);
  listen_wg(world, {{"Peers", {named.as_peer({{"SharedSecret", secret(2).to_base64()}})}},
                    {"AllowUnknownPeers", "true"},
                    {"UnknownPeerPreSharedKey", secret(1).to_base64()}});
  EXPECT_TRUE(named.connect(secret(2)));
  EXPECT_TRUE(unknown.connect(secret(1)));
  const auto rows = world.gateway->peers("");
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(2));
  for (const auto& row : *rows) EXPECT_EQ(row.named, row.peer_key == named.key());
}

TEST(WireguardPeers, AWrongPreSharedKeyIsSuspectedWhenItsClientTriesAgainAndAgain) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer({{"SharedSecret", secret(2).to_base64()}})}}});
  EXPECT_FALSE(client.connect(secret(3)));
  for (int i = 0; i < 2; ++i) {
    world.advance(std::chrono::seconds(6));
    client.on_deadline();
  }
  EXPECT_THAT(world.discards(), ElementsAre("wrong-psk"));
  EXPECT_TRUE(world.events(EventKind::kDiscarded).at(0).assumed);
}

TEST(WireguardUpdate, KeepsTheSessionsOfPeersThatStay) {
  World world;
  WgClient stays(world, 7);
  WgClient goes(world, 8, kOther);
  const auto name = listen_wg(world, {{"Peers", {stays.as_peer(), goes.as_peer()}}});
  ASSERT_TRUE(stays.connect());
  ASSERT_TRUE(goes.connect());
  ASSERT_TRUE(world.update("Listener", "Wg", name, wg_properties({{"Peers", {stays.as_peer()}}})));
  stays.send_raw("still here");
  EXPECT_THAT(stays.received, ElementsAre("still here"));
  EXPECT_EQ(stays.handshakes, 1U);
  goes.send_raw("gone");
  EXPECT_THAT(world.discards(), ElementsAre("unknown-session"));
  EXPECT_THAT(texts(world, EventKind::kPeer), Contains("peer-removed"));
}

TEST(WireguardUpdate, AReplyToARemovedPeerFindsNoSession) {
  World world;
  WgClient client(world);
  world.aws.hold_invocations = true;
  const auto name = listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  ASSERT_TRUE(world.update("Listener", "Wg", name, wg_properties()));
  world.aws.release_invocations();
  world.settle();
  EXPECT_THAT(world.discards(), ElementsAre("no-session"));
  EXPECT_EQ(world.events(EventKind::kDiscarded).at(0).text, "peer-removed");
}

TEST(WireguardUpdate, AllowedIpsChangeWithoutANewHandshake) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(world.update(
      "Listener", "Wg", name,
      wg_properties({{"Peers", {client.as_peer({{"AllowedIPs", {"10.9.0.0/24"}}})}}})));
  client.send_udp("x");
  EXPECT_THAT(world.discards(), ElementsAre("inner-source-not-allowed"));
  EXPECT_EQ(client.handshakes, 1U);
}

TEST(WireguardKeys, SurviveUpdatesAndRestartsAndChangeWithTheirToken) {
  World world;
  const auto name = listen_wg(world, {{"KeyRefreshToken", "1"}});
  const auto key_of = [](const auto& state) {
    return state->attributes.at("WireGuardPublicKey").template get<std::string>();
  };
  const auto first = world.gateway->listeners().at(0).attributes.at("WireGuardPublicKey");
  const auto same = world.update("Listener", "Wg", name, wg_properties({{"KeyRefreshToken", "1"}}));
  ASSERT_TRUE(same);
  EXPECT_EQ(key_of(same), first);
  const auto renewed =
      world.update("Listener", "Wg", name, wg_properties({{"KeyRefreshToken", "2"}}));
  ASSERT_TRUE(renewed);
  EXPECT_NE(key_of(renewed), first);
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  ASSERT_TRUE(world.restore("Listener", "Wg", wg_properties({{"KeyRefreshToken", "2"}}), *renewed));
  EXPECT_EQ(world.gateway->listeners().at(0).attributes.at("WireGuardPublicKey"), key_of(renewed));
}

TEST(WireguardKeys, ARefreshEndsSessionsAndClientsNeedTheNewKey) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world, {{"Peers", {client.as_peer()}}});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(
      world.update("Listener", "Wg", name,
                   wg_properties({{"Peers", {client.as_peer()}}, {"KeyRefreshToken", "new"}})));
  client.send_raw("old session");
  EXPECT_THAT(world.discards(), ElementsAre("unknown-session"));
  world.advance(std::chrono::minutes(3));
  client.on_deadline();
  client.send_raw("old key");
  EXPECT_EQ(world.discards().back(), "bad-mac1");
  EXPECT_TRUE(client.connect()) << "with the new key";
  EXPECT_THAT(texts(world, EventKind::kListener), Contains(HasSubstr(client.server_key())));
}

TEST(WireguardKeys, OfADeletedListenerAreForgotten) {
  World world;
  const auto name = listen_wg(world);
  const auto first = world.gateway->listeners().at(0).attributes.at("WireGuardPublicKey");
  EXPECT_THAT(world.key_book.keys, SizeIs(1));
  ASSERT_TRUE(world.remove("Listener", "Wg", name));
  EXPECT_THAT(world.key_book.keys, IsEmpty());
  listen_wg(world);
  EXPECT_NE(world.gateway->listeners().at(0).attributes.at("WireGuardPublicKey"), first);
}

TEST(WireguardKeys, AreTheSameForTheSameSeed) {
  World one;
  World two;
  listen_wg(one);
  listen_wg(two);
  EXPECT_EQ(one.gateway->listeners().at(0).attributes.at("WireGuardPublicKey"),
            two.gateway->listeners().at(0).attributes.at("WireGuardPublicKey"));
}

TEST(WireguardTable, ShowsSessionsWithTheirNextDeadline) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world, {{"Peers", {client.as_peer()}}});
  auto rows = world.gateway->peers("Wg");
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->at(0).state, "none");
  EXPECT_FALSE(rows->at(0).deadline_in);
  ASSERT_TRUE(client.connect());
  client.send_raw("x");
  world.advance(std::chrono::seconds(20));
  rows = world.gateway->peers(name);
  const auto& row = rows->at(0);
  EXPECT_EQ(row.listener, name);
  EXPECT_EQ(row.region, "us-west-2");
  EXPECT_EQ(row.peer_key, client.key());
  EXPECT_TRUE(row.named);
  EXPECT_EQ(row.endpoint, kClient);
  EXPECT_EQ(row.state, "live");
  EXPECT_EQ(row.age, std::chrono::seconds(20));
  EXPECT_EQ(row.since_handshake, std::chrono::seconds(20));
  EXPECT_EQ(row.rx_packets, 3U) << "initiation, keep-alive, data";
  EXPECT_EQ(row.tx_packets, 2U) << "response, reply";
  EXPECT_EQ(row.deadline, "session-expiry");
  EXPECT_EQ(row.deadline_in, std::chrono::seconds(160));
  EXPECT_FALSE(world.gateway->peers("Nobody"));
}

TEST(WireguardTable, APeerCanBeAddedToARunningListener) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world);
  ASSERT_TRUE(world.gateway->add_peer(name, client.key(), {"10.8.0.2/32"}, secret(4).to_base64()));
  ASSERT_TRUE(client.connect(secret(4)));
  const auto info = world.gateway->tunnel_info(name);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->public_key, client.server_key());
  EXPECT_EQ(info->addresses.at(0).endpoint, world.address());
  ASSERT_THAT(info->peers, SizeIs(1));
  EXPECT_EQ(info->peers[0].public_key, client.key());
  EXPECT_THAT(info->peers[0].allowed_ips, ElementsAre("10.8.0.2/32"));
  ASSERT_TRUE(world.update("Listener", "Wg", name, wg_properties()));
  client.send_raw("added peers outlive updates");
  EXPECT_THAT(client.received, SizeIs(1));
}

TEST(WireguardTable, WhatCannotBeAddedIsRefused) {
  World world;
  WgClient client(world);
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  const auto refusal = [&](const std::string& listener, const std::string& key,
                           const std::string& network, const std::string& psk) {
    const auto added = world.gateway->add_peer(listener, key, {network}, psk);
    return added ? "" : added.error().message;
  };
  const auto other = WgClient(world, 9).key();
  EXPECT_THAT(refusal("Nobody", other, "10.0.0.1", ""), HasSubstr("no listener"));
  EXPECT_THAT(refusal("Wg", "short", "10.0.0.1", ""), HasSubstr("public key"));
  EXPECT_THAT(refusal("Wg", other, "ten", ""), HasSubstr("allowed IPs"));
  EXPECT_THAT(refusal("Wg", other, "10.0.0.1", "short"), HasSubstr("pre-shared key"));
  EXPECT_THAT(refusal("Wg", client.key(), "10.0.0.1", ""), HasSubstr("template"));
}

TEST(WireguardObserver, SeesOuterAndInnerDatagramsAndTheKeyLog) {
  World world;
  WgClient client(world);
  std::vector<std::string> seen;
  std::string key_log;
  listen_wg(world, {{"Peers", {client.as_peer()}}});
  world.gateway->set_key_log_observer([&](const std::string& lines) { key_log += lines; });
  ASSERT_TRUE(client.connect());
  world.gateway->set_datagram_observer([&](const ObservedDatagram& datagram) {
    EXPECT_EQ(datagram.local, world.address());
    EXPECT_EQ(datagram.remote, kClient);
    EXPECT_EQ(datagram.peer_key, datagram.is_inner ? client.key() : "");
    seen.push_back(std::string(datagram.inbound ? "in " : "out ") +
                   (datagram.is_inner ? to_text(datagram.bytes) : "outer"));
  });
  client.send_raw("x");
  EXPECT_THAT(seen, ElementsAre("in outer", "in x", "out x", "out outer"));
  const auto log = wireguard::parse_key_log(key_log);
  ASSERT_TRUE(log);
  ASSERT_THAT(log->local_statics, SizeIs(1));
  EXPECT_EQ(log->local_statics[0].public_key.to_base64(), client.server_key());
  EXPECT_THAT(log->remote_statics, ElementsAre(client.public_key()));
  EXPECT_THAT(log->ephemerals, SizeIs(1));
}

TEST(WireguardInjection, OfInnerPacketsCapturesTheirReplies) {
  World world;
  WgClient client(world);
  const auto name = listen_wg(world, {{"Peers", {client.as_peer({{"AllowedIPs", {"10.8.0.2"}}})}},
                                      {"DecapsulatedDelivery", "true"}});
  const auto phone = *Endpoint::parse("203.0.113.5:51820");
  const auto packet = codec::build_udp(kInnerClient, kInnerServer, as_bytes("hello"));
  ASSERT_TRUE(world.gateway->inject_inner(name, "", phone, client.key(), packet));
  world.settle();
  EXPECT_EQ(last_message(world)["Data"], "aGVsbG8=");
  EXPECT_EQ(last_message(world)["Remote"]["PeerKey"], client.key());
  EXPECT_THAT(world.network.sent, IsEmpty());
  ASSERT_THAT(world.captured, SizeIs(1));
  EXPECT_EQ(world.captured[0].to, phone);
  const auto reply = codec::parse_ip(world.captured[0].payload);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->destination, kInnerClient);
  const auto foreign = codec::build_udp(kInnerServer, kInnerClient, as_bytes("x"));
  ASSERT_TRUE(world.gateway->inject_inner(name, "", phone, client.key(), foreign));
  ASSERT_TRUE(world.gateway->inject_inner(name, "", phone, WgClient(world, 9).key(), packet));
  EXPECT_THAT(world.discards(), ElementsAre("inner-source-not-allowed", "unknown-peer"));
  EXPECT_FALSE(world.gateway->inject_inner(name, "", phone, "no key", packet));
}

struct ConfigCase {
  const char* name;
  json properties;
  std::string pointer;
  const char* words;
};

class WireguardConfig : public ::testing::TestWithParam<ConfigCase> {};

TEST_P(WireguardConfig, IsRefused) {
  json properties = wg_properties(GetParam().properties);
  properties["ServiceToken"] = "token";
  properties["ApiKey"] = "key";
  const auto parsed = parse_listener(properties, {"demo", "Wg", "key", false});
  ASSERT_TRUE(parsed.notes.error);
  EXPECT_EQ(parsed.notes.error->pointer, GetParam().pointer);
  EXPECT_THAT(parsed.notes.error->message, HasSubstr(GetParam().words));
}

constexpr const char* kSomeKey = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

INSTANTIATE_TEST_SUITE_P(
    Table, WireguardConfig,
    ::testing::Values(
        ConfigCase{"PeersNoList", {{"Peers", "x"}}, "/Peers", "list"},
        ConfigCase{"PeerWithoutKey",
                   {{"Peers", {{{"SharedSecret", kSomeKey}}}}},
                   "/Peers/0/PublicKey",
                   "required"},
        ConfigCase{"KeyTooShort",
                   {{"Peers", {{{"PublicKey", "AQEB"}}}}},
                   "/Peers/0/PublicKey",
                   "32 bytes"},
        ConfigCase{"BadSecret",
                   {{"Peers", {{{"PublicKey", kSomeKey}, {"SharedSecret", "hunter2"}}}}},
                   "/Peers/0/SharedSecret",
                   "32 bytes"},
        ConfigCase{"BadNetwork",
                   {{"Peers", {{{"PublicKey", kSomeKey}, {"AllowedIPs", {"10.0.0.0/33"}}}}}},
                   "/Peers/0/AllowedIPs/0",
                   "10.0.0.0/33"},
        ConfigCase{"UnknownPskWithoutUnknownPeers",
                   {{"UnknownPeerPreSharedKey", kSomeKey}},
                   "/UnknownPeerPreSharedKey",
                   "AllowUnknownPeers"},
        ConfigCase{"UnknownPskNoKey",
                   {{"AllowUnknownPeers", "true"}, {"UnknownPeerPreSharedKey", "hunter2"}},
                   "/UnknownPeerPreSharedKey",
                   "32 bytes"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WireguardProperties, EmptyAndRepeatedPeersAreIgnoredWithAWarning) {
  json properties = wg_properties({{"Peers",
                                    {{{"PublicKey", ""}, {"SharedSecret", "notakey"}},
                                     {{"PublicKey", kSomeKey}},
                                     {{"PublicKey", kSomeKey}}}}});
  properties["ServiceToken"] = "token";
  properties["ApiKey"] = "key";
  const auto parsed = parse_listener(properties, {"demo", "Wg", "key", false});
  ASSERT_FALSE(parsed.notes.error);
  EXPECT_THAT(parsed.value.wireguard.peers, SizeIs(1));
  EXPECT_THAT(parsed.notes.warnings,
              ElementsAre(HasSubstr("Peers[0].PublicKey: is empty"),
                          HasSubstr("Peers[2].PublicKey: stands in this list already")));
}

TEST(WireguardProperties, ValuesThatAreNotKnownYetAreNotRefused) {
  const std::string later = "${unresolved:Secret}";
  json properties = wg_properties({{"Peers", {{{"PublicKey", later}, {"AllowedIPs", {later}}}}},
                                   {"AllowUnknownPeers", later},
                                   {"UnknownPeerPreSharedKey", kSomeKey}});
  properties["ServiceToken"] = "token";
  properties["ApiKey"] = "key";
  EXPECT_FALSE(parse_listener(properties, {"demo", "Wg", "key", false}).notes.error);
}

TEST(Restore, BringsDestinationArnsBack) {
  World world;
  const auto later = lambda_destination({{"DestinationArn", nullptr}});
  const auto name = world.listen({later});
  const json attached = {{"Destination", "echo"}, {"IngressRegionKey", "*"}, {"Arn", kFunction}};
  const auto made = world.create("DestinationArn", "Arn", attached);
  ASSERT_TRUE(made) << made.error().to_string();
  world.gateway = std::make_unique<Gateway>(world.context());
  world.make_types();
  world.listen({later});
  ASSERT_TRUE(world.restore("DestinationArn", "Arn", attached, *made));
  world.send("x");
  EXPECT_THAT(world.aws.invocations, SizeIs(1));
}

}  // namespace
}  // namespace loopgate::gateway::testing
