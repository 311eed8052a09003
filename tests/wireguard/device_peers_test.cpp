#include <gtest/gtest.h>

#include "tests/wireguard/hex.h"
#include "tests/wireguard/test_wire.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {
namespace {

using std::chrono::seconds;

PeerConfig named(const Host& host, const SecretKey& psk = {}) {
  return {.key = host.key(), .psk = psk};
}

// A listener that admits unknown peers, and clients with persistent names.
struct OpenListener {
  explicit OpenListener(std::size_t limit = kUnknownPeersMax, const SecretKey& psk = {})
      : listener(wire.add_host(1)) {
    listener.device.set_peers({}, {.allowed = true, .psk = psk, .limit = limit}, wire.moment(),
                              listener.out);
  }

  Host& connect(std::uint8_t number, const SecretKey& psk = {}) {
    auto& host = wire.add_host(number);
    wire.initiate(host, host.add(listener, true, psk));
    wire.advance(seconds(1));
    return host;
  }

  TestWire wire;
  Host& listener;
};

TEST(UnknownPeers, AreAdmittedWhereAllowed) {
  OpenListener open;
  auto& client = open.connect(2);
  EXPECT_EQ(open.listener.count(NoticeKind::kPeerAdmitted), 1u);
  EXPECT_EQ(open.listener.count(NoticeKind::kSessionConfirmed), 1u);
  const auto rows = open.listener.device.peers(open.wire.now());
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].key, client.key());
  EXPECT_FALSE(rows[0].named);
}

TEST(UnknownPeers, MustUseTheirPresharedKey) {
  OpenListener open(kUnknownPeersMax, repeated_secret(4));
  open.connect(2, repeated_secret(4));
  EXPECT_EQ(open.listener.count(NoticeKind::kSessionConfirmed), 1u);
  auto& without = open.connect(3);
  EXPECT_EQ(open.listener.count(NoticeKind::kSessionConfirmed), 1u);
  EXPECT_EQ(without.count(Reason::kWrongPsk), 1u);
}

TEST(UnknownPeers, NamedOnesKeepTheirOwnPresharedKey) {
  OpenListener open(kUnknownPeersMax, repeated_secret(4));
  auto& client = open.wire.add_host(2);
  open.listener.device.add_peer(named(client, repeated_secret(9)), open.wire.moment(),
                                open.listener.out);
  open.wire.initiate(client, client.add(open.listener, true, repeated_secret(9)));
  open.wire.settle();
  EXPECT_EQ(open.listener.count(NoticeKind::kSessionConfirmed), 1u);
}

TEST(UnknownPeers, TheLongestIdleOneMakesRoom) {
  OpenListener open(2);
  auto& first = open.connect(2);
  auto& second = open.connect(3);
  open.wire.advance(seconds(200));  // both sessions are over
  open.wire.initiate(first, *first.device.locate(open.listener.key()));
  open.wire.advance(seconds(200));  // the first was heard of later
  open.listener.forget();
  open.connect(4);
  ASSERT_EQ(open.listener.count(NoticeKind::kPeerForgotten), 1u);
  EXPECT_EQ(open.listener.device.locate(second.key()).error(), Reason::kPeerKeyUnknown);
  EXPECT_TRUE(open.listener.device.locate(first.key()));
}

TEST(UnknownPeers, WhoWasRemovedAndCameBackIsForgottenAsAnyOther) {
  OpenListener open(1);
  auto& client = open.connect(2);
  open.listener.device.set_peers({}, {}, open.wire.moment(), open.listener.out);
  EXPECT_EQ(open.listener.device.locate(client.key()).error(), Reason::kPeerRemoved);
  open.listener.device.set_peers({}, {.allowed = true, .limit = 1}, open.wire.moment(),
                                 open.listener.out);
  open.wire.initiate(client, *client.device.locate(open.listener.key()));
  open.wire.advance(seconds(200));  // its session is over
  open.connect(3);
  EXPECT_EQ(open.listener.device.locate(client.key()).error(), Reason::kPeerKeyUnknown);
}

TEST(UnknownPeers, NoneWithALiveSessionMakesRoom) {
  OpenListener open(2);
  open.connect(2);
  open.connect(3);
  open.listener.forget();
  open.connect(4);
  EXPECT_EQ(open.listener.count(Reason::kTooManyPeers), 1u);
  EXPECT_EQ(open.listener.count(NoticeKind::kPeerForgotten), 0u);
  EXPECT_EQ(open.listener.device.peer_count(), 2u);
  open.wire.advance(seconds(180));  // the newcomer went on trying: now there is room
  open.listener.forget();
  open.connect(5);
  EXPECT_EQ(open.listener.count(Reason::kTooManyPeers), 0u);
}

TEST(UnknownPeers, AFloodOfThemStaysWithinItsBounds) {
  OpenListener open(50);
  auto random = Random::from_seed(11);
  Outputs out;
  for (int i = 0; i < 400; ++i) {
    Device client(Identity::generate(random).private_key, random);
    const auto id = client.add_peer(
        {.key = open.listener.key(), .initiates = true, .endpoint = test_endpoint(1)}, {}, out);
    out.clear();
    ASSERT_TRUE(client.initiate(id, open.wire.moment(), out));
    open.wire.inject(open.listener, to_bytes(std::get<Transmit>(out.items()[0]).bytes),
                     test_endpoint(99));
    out.clear();
  }
  EXPECT_EQ(open.listener.device.peer_count(), 50u);
  EXPECT_EQ(open.listener.count(NoticeKind::kPeerForgotten), 350u);
}

TEST(SetPeers, KeepsTheSessionsOfUnchangedPeers) {
  Pair pair;
  pair.connect();
  pair.listener.device.set_peers(std::vector{named(pair.client)}, {}, pair.wire.moment(),
                                 pair.listener.out);
  EXPECT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "still here"));
}

TEST(SetPeers, DropsTheSessionWhenThePresharedKeyChanges) {
  Pair pair;
  pair.connect();
  pair.listener.device.set_peers(std::vector{named(pair.client, repeated_secret(2))}, {},
                                 pair.wire.moment(), pair.listener.out);
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(),
            Reason::kNoSession);
  EXPECT_EQ(pair.listener.count(NoticeKind::kKeysErased), 1u);
}

TEST(SetPeers, RemembersWhomItRemoved) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "x"));
  const auto sealed = pair.wire.last().bytes;
  pair.listener.device.set_peers({}, {}, pair.wire.moment(), pair.listener.out);
  EXPECT_EQ(pair.listener.device.locate(pair.client.key()).error(), Reason::kPeerRemoved);
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(),
            Reason::kNoSession);
  EXPECT_EQ(pair.listener.count(NoticeKind::kPeerRemoved), 1u);
  pair.wire.inject(pair.listener, sealed, pair.client.endpoint);
  EXPECT_EQ(pair.listener.count(Reason::kUnknownSession), 1u);
  EXPECT_EQ(pair.listener.device.locate(PublicKey{}).error(), Reason::kPeerKeyUnknown);
  EXPECT_FALSE(pair.listener.device.next_deadline());
}

TEST(SetPeers, ForgetsThatItRemovedWhoComesBack) {
  Pair pair;
  pair.listener.device.remove_peer(pair.client.key(), pair.listener.out);
  EXPECT_EQ(pair.listener.device.locate(pair.client.key()).error(), Reason::kPeerRemoved);
  const auto id = pair.listener.add(pair.client, false);
  EXPECT_NE(id, pair.client_at_listener);  // an id is never used again
  EXPECT_EQ(pair.listener.device.locate(pair.client.key()), id);
  EXPECT_FALSE(pair.listener.device.peer(pair.client_at_listener, pair.wire.now()));
}

TEST(SetPeers, RemembersABoundedNumberOfRemovedKeys) {
  Pair pair;
  auto random = Random::from_seed(1);
  PublicKey first;
  for (std::size_t i = 0; i <= kRemovedKeysMax; ++i) {
    PublicKey key;
    random.fill(key.bytes);
    if (i == 0) first = key;
    pair.listener.device.add_peer({.key = key}, {}, pair.listener.out);
    pair.listener.device.remove_peer(key, pair.listener.out);
    pair.listener.out.clear();
  }
  EXPECT_EQ(pair.listener.device.locate(first).error(), Reason::kPeerKeyUnknown);
}

TEST(SetPeers, RemovesUnknownPeersThatAreNoLongerAllowed) {
  OpenListener open;
  auto& client = open.connect(2);
  open.listener.device.set_peers({}, {}, open.wire.moment(), open.listener.out);
  EXPECT_EQ(open.listener.device.locate(client.key()).error(), Reason::kPeerRemoved);
  EXPECT_EQ(open.listener.device.peer_count(), 0u);
}

TEST(SetPeers, AnUnknownPeerThatGetsANameKeepsItsSession) {
  OpenListener open;
  auto& client = open.connect(2);
  open.listener.device.set_peers(std::vector{named(client)}, {}, open.wire.moment(),
                                 open.listener.out);
  const auto id = open.listener.device.locate(client.key());
  ASSERT_TRUE(id);
  EXPECT_TRUE(open.wire.send(open.listener, *id, "hello by name"));
  EXPECT_TRUE(open.listener.device.peer(*id, open.wire.now())->named);
}

TEST(SetPeers, ANewPresharedKeyForUnknownPeersDropsTheirSessions) {
  OpenListener open;
  auto& client = open.connect(2);
  open.listener.device.set_peers({}, {.allowed = true, .psk = repeated_secret(1)},
                                 open.wire.moment(), open.listener.out);
  const auto id = open.listener.device.locate(client.key());
  EXPECT_EQ(open.wire.send(open.listener, *id, "x").error(), Reason::kNoSession);
}

TEST(SetPeers, TheFirstOfTwoEntriesCounts) {
  Pair pair;
  const std::vector<PeerConfig> twice{
      {.key = pair.client.key(), .user = 1},
      {.key = pair.client.key(), .psk = repeated_secret(3), .user = 2}};
  pair.listener.device.set_peers(twice, {}, pair.wire.moment(), pair.listener.out);
  EXPECT_EQ(pair.listener.device.peers(pair.wire.now()).at(0).user, 1u);
}

TEST(Sending, ToAPeerThatNeverConnectedIsExplained) {
  Pair pair;
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(),
            Reason::kPeerNeverConnected);
  EXPECT_EQ(
      pair.listener.device.initiate(pair.client_at_listener, pair.wire.moment(), pair.listener.out)
          .error(),
      Reason::kNoSession);  // its endpoint is not known
}

TEST(Sending, UnderAnOfferThatWasNeverUsedIsRefused) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.settle();
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(),
            Reason::kNoSession);
  EXPECT_EQ(pair.listener.device.peer(pair.client_at_listener, pair.wire.now())->state,
            SessionState::kOffered);
}

TEST(Sending, AnOfferThatGrewOldCountsForNothing) {
  Pair pair;
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.advance(seconds(300));
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(),
            Reason::kPeerNeverConnected);
  EXPECT_EQ(pair.listener.device.peer(pair.client_at_listener, pair.wire.now())->state,
            SessionState::kNone);
}

// The question says what the attempt would say, and does nothing.
TEST(Sending, WhyItWouldBeRefusedCanBeAsked) {
  Pair pair;
  const auto& device = pair.listener.device;
  const auto refusal = [&] { return device.refusal(pair.client_at_listener, pair.wire.now()); };
  EXPECT_EQ(refusal(), Reason::kPeerNeverConnected);
  EXPECT_EQ(pair.client.device.refusal(pair.listener_at_client, pair.wire.now()), Reason::kNone)
      << "whoever initiates would begin a handshake";
  EXPECT_TRUE(pair.client.out.items().empty()) << "and does not because of the question";

  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.settle();
  EXPECT_EQ(refusal(), Reason::kNoSession) << "offered, not used";
  pair.wire.set_faults({});
  pair.wire.advance(seconds(300));
  pair.connect();
  EXPECT_EQ(refusal(), Reason::kNone);
  pair.wire.set_faults({.loss = 1});
  pair.wire.advance(seconds(300));
  EXPECT_EQ(refusal(), Reason::kSessionExpired);
  EXPECT_EQ(pair.wire.send(pair.listener, pair.client_at_listener, "x").error(), refusal());
  pair.listener.device.remove_peer(pair.client.key(), pair.listener.out);
  EXPECT_EQ(refusal(), Reason::kNoSession);
}

TEST(Sending, WhatWaitsForARemovedPeerIsExplained) {
  Pair pair;
  pair.wire.set_faults({.loss = 1});
  ASSERT_EQ(pair.wire.send(pair.client, pair.listener_at_client, "waiting"), Sent::kQueued);
  Outputs out;
  pair.client.device.remove_peer(pair.listener.key(), out);
  ASSERT_EQ(out.items().size(), 2u);
  const auto& discard = std::get<Discard>(out.items()[0]);
  EXPECT_EQ(discard.reason, Reason::kPeerRemoved);
  EXPECT_EQ(discard.size, 7u);
}

TEST(PeerTable, TellsWhatASessionIsDoing) {
  Pair pair;
  const auto row = [&] {
    return *pair.listener.device.peer(pair.client_at_listener, pair.wire.now());
  };
  EXPECT_EQ(row().state, SessionState::kNone);
  EXPECT_FALSE(row().endpoint);
  EXPECT_FALSE(row().last_handshake);
  pair.connect();
  const auto connected = pair.wire.now();
  pair.wire.advance(seconds(3));
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "12345"));
  pair.wire.settle();
  EXPECT_EQ(row().state, SessionState::kLive);
  EXPECT_EQ(row().role, Role::kResponder);
  EXPECT_EQ(row().session_started, connected);
  EXPECT_EQ(row().last_handshake, connected);
  EXPECT_EQ(row().endpoint, pair.client.endpoint);
  EXPECT_EQ(row().traffic.rx_packets, 3u);  // initiation, keep-alive, data
  EXPECT_EQ(row().traffic.rx_bytes, 148u + 32u + 37u);
  EXPECT_EQ(row().traffic.tx_packets, 1u);
  EXPECT_EQ(row().traffic.tx_bytes, 92u);
  ASSERT_TRUE(row().next_deadline);
  EXPECT_EQ(name(row().next_deadline->reason), "passive-keepalive");
  pair.wire.advance(seconds(178));
  EXPECT_EQ(name(row().state), "expired");
}

TEST(DeadlineQueue, AgreesWithASortedList) {
  auto random = Random::from_seed(2);
  DeadlineQueue queue;
  std::vector<std::optional<Instant>> model(50);
  for (int step = 0; step < 20'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random.below(model.size()));
    if (random.below(4) == 0) {
      queue.remove(slot);
      model[slot].reset();
    } else {
      const Instant at{Duration(static_cast<std::int64_t>(random.below(1000)))};
      queue.set(slot, at);
      model[slot] = at;
    }
    std::optional<Instant> earliest;
    for (const auto& at : model) {
      if (at && (!earliest || *at < *earliest)) earliest = at;
    }
    const auto top = queue.top();
    ASSERT_EQ(top.has_value(), earliest.has_value());
    if (top) {
      ASSERT_EQ(top->at, *earliest);
      ASSERT_EQ(model[top->slot], top->at);
    }
    ASSERT_EQ(queue.at(slot), model[slot]);
  }
}

}  // namespace
}  // namespace loopgate::wireguard
