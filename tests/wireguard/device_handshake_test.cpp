#include <gtest/gtest.h>

#include "tests/wireguard/handshake_vectors.h"
#include "tests/wireguard/hex.h"
#include "tests/wireguard/test_wire.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The last datagram of a type on the wire.
const TestWire::Datagram& last_of(const TestWire& wire, MessageType type) {
  const auto& log = wire.log();
  const auto is_it = [&](const auto& d) { return d.bytes[0] == static_cast<std::byte>(type); };
  return *std::find_if(log.rbegin(), log.rend(), is_it);
}

std::size_t count_of(const TestWire& wire, MessageType type) {
  return static_cast<std::size_t>(std::ranges::count_if(
      wire.log(), [&](const auto& d) { return d.bytes[0] == static_cast<std::byte>(type); }));
}

TEST(Handshake, TwoDevicesConnectAndTalkBothWays) {
  Pair pair;
  pair.connect();
  EXPECT_EQ(pair.listener.count(NoticeKind::kHandshakeCompleted), 1u);
  EXPECT_EQ(pair.client.count(NoticeKind::kHandshakeCompleted), 1u);
  // The client's keep-alive confirms the session, so that the listener may speak first.
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 1u);
  EXPECT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "first word"));
  pair.wire.settle();
  EXPECT_EQ(pair.client.received, std::vector<std::string>{"first word"});
  EXPECT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "second word"));
  pair.wire.settle();
  EXPECT_EQ(pair.listener.received, std::vector<std::string>{"second word"});
  EXPECT_EQ(last_of(pair.wire, MessageType::kResponse).bytes.size(), 92u);
  EXPECT_TRUE(pair.listener.discards.empty());
}

TEST(Handshake, HappensByItselfWhenAClientSends) {
  Pair pair;
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, "a"), Sent::kQueued);
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, "b"), Sent::kQueued);
  pair.wire.settle();
  EXPECT_EQ(pair.listener.received, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, "c"), Sent::kSealed);
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
}

TEST(Handshake, AcceptsTheGoldenInitiationOfAnotherImplementation) {
  auto random = Random::from_seed(1);
  Device device(repeated_secret(0x22), random);
  Outputs out;
  device.add_peer({.key = public_of(golden::kInitiatorPublic)}, {}, out);
  device.receive(from_hex(golden::kInitiation), test_endpoint(2), {}, 1, out);
  ASSERT_EQ(out.items().size(), 2u);
  const auto& response = std::get<Transmit>(out.items()[0]);
  EXPECT_EQ(response.bytes.size(), kResponseSize);
  EXPECT_EQ(response.to, test_endpoint(2));
  EXPECT_EQ(std::get<Notice>(out.items()[1]).kind, NoticeKind::kHandshakeCompleted);
}

TEST(Handshake, BothSidesMayHaveTheSamePresharedKey) {
  Pair pair(1, repeated_secret(5), repeated_secret(5));
  pair.connect();
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 1u);
}

TEST(Handshake, AWrongPresharedKeyIsSeenByTheClientAtOnce) {
  Pair pair(1, repeated_secret(5), repeated_secret(6));
  pair.connect();
  EXPECT_EQ(pair.client.count(Reason::kWrongPsk), 1u);
  EXPECT_TRUE(pair.client.discards.at(0).assumed);
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 0u);
}

TEST(Handshake, AWrongPresharedKeyIsSuspectedByTheListenerAtTheThirdTry) {
  Pair pair(1, repeated_secret(5), {});
  pair.connect();
  pair.wire.advance(seconds(6));  // the second try
  EXPECT_EQ(pair.listener.count(Reason::kWrongPsk), 0u);
  pair.wire.advance(seconds(6));  // the third
  ASSERT_EQ(pair.listener.count(Reason::kWrongPsk), 1u);
  EXPECT_TRUE(pair.listener.discards.at(0).assumed);
  EXPECT_EQ(pair.listener.discards.at(0).key, pair.client.key());
}

TEST(Handshake, OneLostResponseRaisesNoSuspicion) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.settle();  // the response is lost
  pair.wire.set_faults({});
  pair.wire.advance(seconds(6));
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 1u);
  EXPECT_TRUE(pair.listener.discards.empty());
}

TEST(Handshake, SessionsThatNobodyUsesButAreFarApartRaiseNoSuspicion) {
  Pair pair;
  pair.wire.set_faults({.loss = 1});
  for (int i = 0; i < 5; ++i) {
    pair.wire.initiate(pair.client, pair.listener_at_client);
    pair.wire.inject(pair.listener, last_of(pair.wire, MessageType::kInitiation).bytes,
                     pair.client.endpoint);
    pair.wire.advance(seconds(1));
    pair.client.device.remove_peer(pair.listener.key(), pair.client.out);
    pair.listener_at_client = pair.client.add(pair.listener, true);
    pair.wire.advance(seconds(100));
  }
  EXPECT_EQ(pair.listener.count(Reason::kWrongPsk), 0u);
}

TEST(Handshake, APauseStartsTheCountOfUnusedOffersAnew) {
  Pair pair;
  pair.wire.set_faults({.loss = 1});
  const auto offer_after = [&](seconds pause) {
    pair.wire.advance(pause);
    pair.wire.initiate(pair.client, pair.listener_at_client);
    pair.wire.inject(pair.listener, last_of(pair.wire, MessageType::kInitiation).bytes,
                     pair.client.endpoint);
  };
  offer_after(seconds(1));
  offer_after(seconds(1));
  offer_after(seconds(100));
  offer_after(seconds(1));
  EXPECT_EQ(pair.listener.count(Reason::kWrongPsk), 0u);
  offer_after(seconds(1));
  EXPECT_EQ(pair.listener.count(Reason::kWrongPsk), 1u);
}

TEST(Handshake, ForAnotherServersKeyIsBadMac1) {
  Pair pair;
  auto initiation = from_hex(golden::kInitiation);
  pair.wire.inject(pair.listener, initiation, test_endpoint(9));
  EXPECT_EQ(pair.listener.count(Reason::kBadMac1), 1u);
  EXPECT_TRUE(pair.wire.log().empty());
}

TEST(Handshake, WithAValidMac1ButForgedContentFails) {
  Pair pair;
  Bytes forged(kInitiationSize, std::byte{0x41});
  write_data_header(1, 2, std::span(forged).first<kDataHeaderSize>());
  forged[0] = std::byte{1};
  CookieGenerator(pair.listener.key()).add_macs(forged, {});
  pair.wire.inject(pair.listener, forged, test_endpoint(9));
  EXPECT_EQ(pair.listener.count(Reason::kHandshakeFailed), 1u);
  EXPECT_TRUE(pair.wire.log().empty());
}

TEST(Handshake, WithAnEphemeralOfLowOrderFails) {
  Pair pair;
  Bytes forged(kInitiationSize);
  forged[0] = std::byte{1};
  CookieGenerator(pair.listener.key()).add_macs(forged, {});
  pair.wire.inject(pair.listener, forged, test_endpoint(9));
  EXPECT_EQ(pair.listener.count(Reason::kHandshakeFailed), 1u);
}

TEST(Handshake, OfAnUnknownKeyIsRefusedAndNamed) {
  Pair pair;
  auto& stranger = pair.wire.add_host(3);
  pair.wire.initiate(stranger, stranger.add(pair.listener, true));
  pair.wire.settle();
  ASSERT_EQ(pair.listener.count(Reason::kUnknownPeer), 1u);
  EXPECT_EQ(pair.listener.discards[0].key, stranger.key());
  EXPECT_EQ(pair.listener.discards[0].from, stranger.endpoint);
  EXPECT_EQ(count_of(pair.wire, MessageType::kResponse), 0u);
}

TEST(Handshake, IsNotAnsweredTwice) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(1));
  const auto initiation = last_of(pair.wire, MessageType::kInitiation).bytes;
  pair.wire.inject(pair.listener, initiation, pair.client.endpoint);
  pair.wire.inject(pair.listener, initiation, test_endpoint(66));
  EXPECT_EQ(pair.listener.count(Reason::kReplayedTimestamp), 2u);
  EXPECT_EQ(count_of(pair.wire, MessageType::kResponse), 1u);
  // Nor did it move the peer.
  EXPECT_EQ(pair.listener.device.peer(pair.client_at_listener, pair.wire.now())->endpoint,
            pair.client.endpoint);
}

TEST(Handshake, FiftyASecondAreAnsweredAndNoMore) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.advance(milliseconds(19));
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.settle();
  EXPECT_EQ(pair.listener.count(Reason::kHandshakeRateLimited), 1u);
  pair.wire.advance(milliseconds(1));
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.settle();
  EXPECT_EQ(pair.listener.count(Reason::kHandshakeRateLimited), 1u);
  EXPECT_EQ(count_of(pair.wire, MessageType::kResponse), 2u);
}

TEST(Handshake, TimestampsRiseEvenWhenTheWallClockStandsStill) {
  Pair pair;
  for (int i = 0; i < 3; ++i) {
    auto moment = pair.wire.moment();
    moment.wall = WallTime(seconds(1'700'000'000));
    ASSERT_TRUE(pair.client.device.initiate(pair.listener_at_client, moment, pair.client.out));
    const auto bytes = to_bytes(std::get<Transmit>(pair.client.out.items()[0]).bytes);
    pair.client.out.clear();
    pair.wire.inject(pair.listener, bytes, pair.client.endpoint);
    pair.wire.advance(seconds(1));
  }
  EXPECT_EQ(pair.listener.count(Reason::kReplayedTimestamp), 0u);
  EXPECT_EQ(count_of(pair.wire, MessageType::kResponse), 3u);
}

TEST(Handshake, UnderLoadNeedsACookieAndTheClientComesBackWithIt) {
  Pair pair;
  pair.wire.set_pending_initiations(kInitiationsUnderLoad + 1);
  pair.connect();
  EXPECT_EQ(pair.listener.count(Reason::kCookieRequired), 1u);
  EXPECT_EQ(last_of(pair.wire, MessageType::kCookieReply).bytes.size(), 64u);
  EXPECT_EQ(pair.client.count(NoticeKind::kCookieReceived), 1u);
  EXPECT_EQ(count_of(pair.wire, MessageType::kResponse), 0u);
  pair.wire.advance(seconds(6));
  EXPECT_EQ(pair.listener.count(Reason::kCookieRequired), 1u);
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 1u);
}

TEST(Handshake, NeedsNoCookieAtTheLimit) {
  Pair pair;
  pair.wire.set_pending_initiations(kInitiationsUnderLoad);
  pair.connect();
  EXPECT_EQ(count_of(pair.wire, MessageType::kCookieReply), 0u);
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 1u);
}

TEST(Handshake, UnderLoadForgedInitiationsGetNoCookie) {
  Pair pair;
  pair.wire.set_pending_initiations(kInitiationsUnderLoad + 1);
  pair.wire.inject(pair.listener, from_hex(golden::kInitiation), test_endpoint(9));
  EXPECT_EQ(pair.listener.count(Reason::kBadMac1), 1u);
  EXPECT_TRUE(pair.wire.log().empty());
}

TEST(Handshake, ACookieReplyIsRefusedUnlessItFits) {
  Pair pair;
  pair.wire.inject(pair.client, from_hex(golden::kCookieReply), pair.listener.endpoint);
  EXPECT_EQ(pair.client.count(Reason::kUnknownSession), 1u);
  pair.wire.initiate(pair.client, pair.listener_at_client);
  auto reply = from_hex(golden::kCookieReply);
  std::copy_n(pair.wire.last().bytes.begin() + 4, 4, reply.begin() + 4);
  pair.wire.inject(pair.client, reply, pair.listener.endpoint);
  EXPECT_EQ(pair.client.count(Reason::kAuthenticationFailed), 1u);
}

TEST(Handshake, AnInitiatorRefusesResponsesThatDoNotFit) {
  Pair pair;
  pair.connect();
  const auto response = last_of(pair.wire, MessageType::kResponse).bytes;
  pair.wire.inject(pair.client, response, pair.listener.endpoint);  // its handshake is over
  EXPECT_EQ(pair.client.count(Reason::kUnknownSession), 1u);
  auto altered = response;
  altered[20] ^= std::byte{1};
  pair.wire.inject(pair.client, altered, pair.listener.endpoint);
  EXPECT_EQ(pair.client.count(Reason::kBadMac1), 1u);
}

TEST(Handshake, AForgedResponseDoesNotSpoilTheRealOne) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  Bytes forged(kResponseSize, std::byte{7});
  write_data_header(1, 2, std::span(forged).first<kDataHeaderSize>());
  forged[0] = std::byte{2};
  std::copy_n(pair.wire.last().bytes.begin() + 4, 4, forged.begin() + 8);
  CookieGenerator(pair.client.key()).add_macs(forged, {});
  pair.wire.inject(pair.client, forged, test_endpoint(9));
  EXPECT_EQ(pair.client.count(Reason::kWrongPsk), 1u);
  pair.wire.settle();
  EXPECT_EQ(pair.client.count(NoticeKind::kHandshakeCompleted), 1u);
}

TEST(Handshake, BegunByBothAtOnceLeavesBothAbleToTalk) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(30));
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.initiate(pair.listener, pair.client_at_listener);
  pair.wire.settle();
  pair.wire.advance(seconds(1));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "down"));
    ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "up"));
    pair.wire.settle();
  }
  EXPECT_EQ(pair.client.received.size(), 3u);
  EXPECT_EQ(pair.listener.received.size(), 3u);
}

TEST(Handshake, APeerKeyOfLowOrderNeverWorksAndNeverCrashes) {
  Pair pair;
  const auto id = pair.client.device.add_peer(
      {.key = {}, .initiates = true, .endpoint = test_endpoint(8)}, {}, pair.client.out);
  EXPECT_EQ(pair.client.device.initiate(id, pair.wire.moment(), pair.client.out).error(),
            Reason::kHandshakeFailed);
  EXPECT_EQ(pair.client.device.send(id, as_bytes("x"), Padding::kNone, pair.wire.moment(),
                                    pair.client.out),
            Sent::kQueued);
}

TEST(KeyLogObserver, SeesTheSecretsOfBothRoles) {
  Pair pair(1, repeated_secret(5), repeated_secret(5));
  std::vector<HandshakeSecrets> seen;
  pair.listener.device.set_key_log([&](const auto& s) { seen.push_back(s); });
  pair.client.device.set_key_log([&](const auto& s) { seen.push_back(s); });
  pair.connect();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].remote_static, pair.listener.key());
  EXPECT_EQ(seen[1].remote_static, pair.client.key());
  EXPECT_EQ(Identity::of(seen[1].local_static).public_key, pair.listener.key());
  EXPECT_EQ(seen[1].psk, repeated_secret(5));
  const auto response = parse(last_of(pair.wire, MessageType::kResponse).bytes);
  EXPECT_EQ(Identity::of(seen[1].local_ephemeral).public_key,
            std::get<Response>(*response).ephemeral);
}

}  // namespace
}  // namespace loopgate::wireguard
