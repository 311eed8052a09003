#include <gtest/gtest.h>

#include "tests/wireguard/hex.h"
#include "tests/wireguard/test_wire.h"
#include "wireguard/aead.h"
#include "wireguard/constants.h"
#include "wireguard/messages.h"

namespace loopgate::wireguard {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::size_t count_of(const TestWire& wire, MessageType type) {
  return static_cast<std::size_t>(std::ranges::count_if(
      wire.log(), [&](const auto& d) { return d.bytes[0] == static_cast<std::byte>(type); }));
}

TEST(Timers, AreSilentBeforeAnythingHappened) {
  Pair pair;
  EXPECT_FALSE(pair.listener.device.next_deadline());
  EXPECT_FALSE(pair.client.device.next_deadline());
  pair.wire.advance(std::chrono::hours(24));
  EXPECT_TRUE(pair.wire.log().empty());
}

TEST(Timers, DataThatIsNotAnsweredIsAcknowledgedByAKeepAliveAfterTenSeconds) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "log line"));
  pair.wire.settle();
  const auto deadline = pair.listener.device.next_deadline();
  ASSERT_TRUE(deadline);
  EXPECT_EQ(deadline->reason, DeadlineReason::kPassiveKeepalive);
  EXPECT_EQ(deadline->at, pair.wire.now() + kKeepaliveTimeout);
  EXPECT_EQ(deadline->peer, pair.client_at_listener);
  pair.client.forget();
  pair.wire.advance(seconds(9));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 0u);
  pair.wire.advance(seconds(1));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 1u);
}

TEST(Timers, AWriteOnlyListenerIsNotTakenForDead) {
  Pair pair;
  pair.connect();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "log line"));
    pair.wire.advance(seconds(5));
  }
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
}

TEST(Timers, WhatComesWhileAKeepAliveIsDueGetsOneOfItsOwn) {
  Pair pair;
  pair.connect();
  pair.client.forget();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "first"));
  pair.wire.advance(seconds(5));
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "second"));
  pair.wire.advance(seconds(5));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 1u);
  pair.wire.advance(seconds(10));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 2u);
  pair.wire.advance(seconds(60));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 2u);
}

TEST(Timers, AnAnswerMakesTheKeepAliveNeedless) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "question"));
  pair.wire.settle();
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "answer"));
  pair.wire.settle();
  pair.client.forget();
  pair.wire.advance(seconds(60));
  EXPECT_EQ(pair.client.count(NoticeKind::kKeepaliveReceived), 0u);
}

TEST(Timers, TheInitiatorTakesASilentPeerForDeadAndBeginsAgain) {
  Pair pair;
  pair.connect();
  pair.wire.set_faults({.loss = 1});
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "anybody?"));
  pair.wire.advance(kDeadPeerTimeout - milliseconds(1));
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
  pair.wire.advance(milliseconds(1));
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 2u);
}

TEST(Timers, AListenerNeverTakesItsClientForDead) {
  Pair pair;
  pair.connect();
  pair.wire.set_faults({.loss = 1});
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "anybody?"));
  pair.wire.advance(seconds(100));
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
}

TEST(Timers, AHandshakeIsRetriedEveryFiveSecondsAndGivenUpAfterNinety) {
  Pair pair;
  pair.wire.set_faults({.loss = 1});
  ASSERT_EQ(pair.wire.send(pair.client, pair.listener_at_client, "never"), Sent::kQueued);
  EXPECT_EQ(pair.client.device.next_deadline()->reason, DeadlineReason::kHandshakeRetry);
  pair.wire.advance(seconds(89));
  const auto tries = count_of(pair.wire, MessageType::kInitiation);
  EXPECT_GE(tries, 17u);
  EXPECT_LE(tries, 18u);
  for (std::size_t i = 1; i < pair.wire.log().size(); ++i) {
    const auto gap = pair.wire.log()[i].due - pair.wire.log()[i - 1].due;
    EXPECT_GE(gap, kRekeyTimeout);
    EXPECT_LE(gap, kRekeyTimeout + kRekeyTimeoutJitterMax);
    EXPECT_NE(pair.wire.log()[i].bytes, pair.wire.log()[i - 1].bytes);
  }
  pair.wire.advance(seconds(10));
  EXPECT_EQ(pair.client.count(NoticeKind::kHandshakeGivenUp), 1u);
  EXPECT_EQ(pair.client.count(Reason::kNoSession), 1u);  // the packet that waited
  EXPECT_FALSE(pair.client.device.next_deadline());
}

TEST(Timers, TheQueueBeforeAHandshakeIsBounded) {
  Pair pair;
  pair.wire.set_faults({.loss = 1});
  std::size_t queued = 0;
  while (pair.wire.send(pair.client, pair.listener_at_client, "x")) ++queued;
  EXPECT_EQ(queued, kQueuedPacketsMax);
}

TEST(Timers, TheQueueIsEmptyAgainAfterItsHandshake) {
  Pair pair;
  const std::string packet(60'000, 'x');
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, packet), Sent::kQueued);
  }
  pair.wire.settle();
  EXPECT_EQ(pair.listener.received.size(), 4u);
  pair.wire.advance(seconds(190));  // the session is over
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, packet), Sent::kQueued);
}

TEST(Timers, TheInitiatorRekeysWhenItSendsAfterTwoMinutes) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(119));
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "a"));
  pair.wire.settle();
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
  pair.wire.advance(seconds(1));
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "b"));
  pair.wire.settle();
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 2u);
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 2u);
  // The listener never does so at that age.
  pair.wire.advance(seconds(130));
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "c"));
  pair.wire.settle();
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 2u);
}

TEST(Timers, TheInitiatorRekeysWhenItReceivesAtTheLastMoment) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(164));
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "a"));
  pair.wire.settle();
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
  pair.wire.advance(seconds(1));
  pair.client.forget();
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "b"));
  pair.wire.settle();
  EXPECT_GE(count_of(pair.wire, MessageType::kInitiation), 2u);
}

TEST(Timers, TheListenerTakesTheLastChanceToRekeyOnlyWhenItSends) {
  Pair pair;
  pair.connect();
  pair.client.device.remove_peer(pair.listener.key(), pair.client.out);  // nobody answers
  pair.wire.advance(seconds(170));
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 1u);
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "hurry"));
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 2u);
  pair.wire.advance(seconds(9));  // one retry while the session lives
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 3u);
  pair.wire.advance(seconds(300));  // and none after it
  EXPECT_EQ(count_of(pair.wire, MessageType::kInitiation), 3u);
  EXPECT_EQ(pair.listener.count(NoticeKind::kHandshakeGivenUp), 1u);
}

TEST(Timers, AListenersHandshakeAtTheLastChanceWorks) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(170));
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "hurry"));
  pair.wire.advance(seconds(30));
  EXPECT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "still there"));
  EXPECT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "so am I"));
  pair.wire.settle();
  EXPECT_EQ(pair.listener.received, std::vector<std::string>{"so am I"});
}

TEST(Timers, ASessionPastThreeMinutesSendsAndReceivesNothing) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "early"));
  const auto sealed = pair.wire.last().bytes;
  pair.wire.set_faults({.loss = 1});
  pair.wire.advance(seconds(179));
  EXPECT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "just in time"));
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionExpired), 0u);
  pair.wire.advance(seconds(2));
  EXPECT_EQ(pair.listener.count(NoticeKind::kSessionExpired), 1u);
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "too late").error(),
            Reason::kSessionExpired);
  pair.listener.forget();
  pair.wire.inject(pair.listener, sealed, pair.client.endpoint);
  EXPECT_EQ(pair.listener.count(Reason::kInboundSessionExpired), 1u);
}

TEST(Timers, KeysAreErasedNineMinutesAfterTheLastHandshake) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "early"));
  const auto sealed = pair.wire.last().bytes;
  pair.wire.advance(seconds(539));
  EXPECT_EQ(pair.listener.count(NoticeKind::kKeysErased), 0u);
  EXPECT_EQ(pair.listener.device.next_deadline()->reason, DeadlineReason::kKeyErasure);
  pair.wire.advance(seconds(1));
  EXPECT_EQ(pair.listener.count(NoticeKind::kKeysErased), 1u);
  EXPECT_FALSE(pair.listener.device.next_deadline());
  pair.wire.inject(pair.listener, sealed, pair.client.endpoint);
  EXPECT_EQ(pair.listener.count(Reason::kUnknownSession), 1u);
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "much too late").error(),
            Reason::kSessionExpired);
}

TEST(Timers, KeysThatWereOnlyOfferedAreErasedToo) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.settle();  // the response is lost
  Bytes data(kDataHeaderSize + kTagSize);
  write_data_header(
      *ByteReader(ByteSpan(pair.wire.last().bytes).subspan(4)).little<std::uint32_t>(), 0,
      std::span(data).first<kDataHeaderSize>());
  pair.wire.advance(seconds(541));
  pair.listener.forget();
  pair.wire.inject(pair.listener, data, pair.client.endpoint);
  EXPECT_EQ(pair.listener.count(Reason::kUnknownSession), 1u);
}

TEST(Timers, PersistentKeepaliveConnectsAndHoldsTheSessionForHours) {
  TestWire wire;
  auto& listener = wire.add_host(1);
  auto& client = wire.add_host(2);
  const auto client_at_listener = listener.add(client, false);
  client.add(listener, true, {}, seconds(25));
  EXPECT_EQ(client.device.next_deadline()->reason, DeadlineReason::kPersistentKeepalive);
  for (int i = 0; i < 6 * 60; ++i) {
    wire.advance(seconds(60));
    ASSERT_TRUE(wire.send(listener, client_at_listener, "tick")) << i;
  }
  wire.settle();
  EXPECT_EQ(client.received.size(), 360u);
  EXPECT_EQ(listener.count(NoticeKind::kSessionExpired), 0u);
  const auto handshakes = client.count(NoticeKind::kHandshakeCompleted);
  EXPECT_GE(handshakes, 140u);  // every 120 to 150 seconds
  EXPECT_LE(handshakes, 185u);
}

TEST(Timers, ManyPeersDueAtOnceAreAllServed) {
  TestWire wire;
  auto& listener = wire.add_host(1);
  Outputs out;
  listener.device.set_peers({}, {.allowed = true}, wire.moment(), out);
  auto random = Random::from_seed(9);
  for (std::size_t i = 0; i < kPeersPerDeadlineMax + 10; ++i) {
    Device client(Identity::generate(random).private_key, random);
    const auto id = client.add_peer(
        {.key = listener.key(), .initiates = true, .endpoint = listener.endpoint}, {}, out);
    out.clear();
    ASSERT_TRUE(client.initiate(id, wire.moment(), out));
    const auto bytes = to_bytes(std::get<Transmit>(out.items()[0]).bytes);
    wire.inject(listener, bytes, test_endpoint(200));
  }
  wire.advance(seconds(540));
  EXPECT_EQ(listener.count(NoticeKind::kKeysErased), kPeersPerDeadlineMax + 10);
  EXPECT_FALSE(listener.device.next_deadline());
}

TEST(LossyWire, TwoDevicesTalkForHoursWhateverTheWireDoes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    TestWire wire(seed, {.loss = 0.2,
                         .duplicate = 0.1,
                         .delay_min = milliseconds(1),
                         .delay_max = milliseconds(seed % 3 == 0 ? 8000 : 80)});
    auto& listener = wire.add_host(1);
    auto& client = wire.add_host(2);
    const auto client_at_listener = listener.add(client, false);
    const auto listener_at_client = client.add(listener, true);
    std::size_t sent = 0;
    for (int i = 0; i < 3 * 360; ++i) {
      if (wire.send(client, listener_at_client, std::to_string(i))) ++sent;
      if (i % 3 == 0) (void)wire.send(listener, client_at_listener, "d" + std::to_string(i));
      wire.advance(seconds(10));
    }
    EXPECT_GT(listener.received.size(), sent * 7 / 10) << seed;
    auto once = listener.received;
    std::ranges::sort(once);
    EXPECT_EQ(std::ranges::adjacent_find(once), once.end()) << seed << ": delivered twice";
    EXPECT_EQ(listener.count(Reason::kAuthenticationFailed), 0u);
    EXPECT_EQ(listener.count(Reason::kHandshakeFailed), 0u);
  }
}

TEST(LossyWire, TheSameSeedGivesTheSameDatagrams) {
  const auto run = [] {
    Pair pair(4);
    pair.wire.set_faults(
        {.loss = 0.3, .duplicate = 0, .delay_min = {}, .delay_max = milliseconds(50)});
    for (int i = 0; i < 50; ++i) {
      (void)pair.wire.send(pair.client, pair.listener_at_client, "x");
      pair.wire.advance(seconds(7));
    }
    Bytes all;
    for (const auto& d : pair.wire.log()) all.insert(all.end(), d.bytes.begin(), d.bytes.end());
    return all;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace loopgate::wireguard
