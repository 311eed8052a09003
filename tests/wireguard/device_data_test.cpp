#include <gtest/gtest.h>

#include "tests/wireguard/hex.h"
#include "tests/wireguard/test_wire.h"
#include "wireguard/constants.h"

namespace loopgate::wireguard {
namespace {

using std::chrono::seconds;

TEST(Data, ArrivesWithItsPeerKeyAndUserValue) {
  Pair pair;
  pair.listener.device.add_peer({.key = pair.client.key(), .user = 0xabcdef}, {},
                                pair.listener.out);
  pair.connect();
  Outputs out;
  pair.client.device.send(pair.listener_at_client, as_bytes("hello"), Padding::kNone,
                          pair.wire.moment(), pair.client.out);
  const auto& transmit = std::get<Transmit>(pair.client.out.items()[0]);
  EXPECT_EQ(transmit.bytes.size(), 5 + kDataOverhead);
  EXPECT_EQ(transmit.plaintext_size, 5u);
  pair.listener.device.receive(transmit.bytes, test_endpoint(2), pair.wire.moment(), 0, out);
  ASSERT_EQ(out.items().size(), 1u);
  const auto& packet = std::get<Plaintext>(out.items()[0]);
  EXPECT_EQ(as_text(packet.bytes), "hello");
  EXPECT_EQ(packet.key, pair.client.key());
  EXPECT_EQ(packet.user, 0xabcdefu);
  EXPECT_EQ(packet.peer, pair.client_at_listener);
}

TEST(Data, IsPaddedToSixteenOnlyWhereAsked) {
  const struct {
    std::size_t size;
    std::size_t padded;
  } cases[] = {{0, 0}, {1, 16}, {15, 16}, {16, 16}, {17, 32}, {1400, 1408}, {65'475, 65'475}};
  for (const auto& c : cases) {
    Pair pair;
    pair.connect();
    const std::string text(c.size, 'x');
    ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, text, Padding::kTo16));
    EXPECT_EQ(pair.wire.last().bytes.size(), c.padded + kDataOverhead) << c.size;
    pair.wire.settle();
    if (c.size > 0) {
      ASSERT_EQ(pair.listener.received.size(), 1u);
      EXPECT_EQ(pair.listener.received[0], text + std::string(c.padded - c.size, '\0'));
    }
    ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, text, Padding::kNone));
    EXPECT_EQ(pair.wire.last().bytes.size(), c.size + kDataOverhead) << c.size;
  }
}

TEST(Data, LargerThanADatagramIsRefused) {
  Pair pair;
  pair.connect();
  const std::string most(kDatagramSizeMax - kDataOverhead, 'x');
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, most), Sent::kSealed);
  EXPECT_EQ(pair.wire.send(pair.client, pair.listener_at_client, most + "x").error(),
            Reason::kDatagramTooLarge);
}

TEST(Data, AnEmptyPacketIsAKeepAliveAndNeverDelivered) {
  Pair pair;
  pair.connect();
  pair.listener.forget();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, ""));
  pair.wire.settle();
  EXPECT_TRUE(pair.listener.received.empty());
  EXPECT_EQ(pair.listener.count(NoticeKind::kKeepaliveReceived), 1u);
}

TEST(Data, IsRefusedTheSecondTime) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "once"));
  const auto datagram = pair.wire.last().bytes;
  pair.wire.settle();
  pair.wire.inject(pair.listener, datagram, test_endpoint(66));
  EXPECT_EQ(pair.listener.received.size(), 1u);
  ASSERT_EQ(pair.listener.count(Reason::kReplayedCounter), 1u);
  EXPECT_EQ(pair.listener.discards[0].key, pair.client.key());
  // A replay does not move the peer.
  EXPECT_EQ(pair.listener.device.peer(pair.client_at_listener, pair.wire.now())->endpoint,
            pair.client.endpoint);
}

TEST(Data, WithAnyBitFlippedIsRefused) {
  Pair pair;
  pair.connect();
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "precious"));
  const auto datagram = pair.wire.last().bytes;
  for (std::size_t bit = 0; bit < datagram.size() * 8; ++bit) {
    pair.listener.forget();
    auto changed = datagram;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    pair.wire.inject(pair.listener, changed, pair.client.endpoint);
    const auto expected = bit < 32   ? Reason::kMessageMalformed
                          : bit < 64 ? Reason::kUnknownSession
                                     : Reason::kAuthenticationFailed;
    ASSERT_EQ(pair.listener.discards.size(), 1u) << bit;
    EXPECT_EQ(pair.listener.discards[0].reason, expected) << bit;
  }
  EXPECT_TRUE(pair.listener.received.empty());
  pair.wire.settle();
  EXPECT_EQ(pair.listener.received.size(), 1u);  // the original still counts
}

TEST(Data, ForNoSessionIsRefused) {
  Pair pair;
  Bytes datagram(64);
  datagram[0] = std::byte{4};
  pair.wire.inject(pair.listener, datagram, test_endpoint(9));
  EXPECT_EQ(pair.listener.count(Reason::kUnknownSession), 1u);
  // The index of a handshake under way is no session either.
  pair.wire.initiate(pair.client, pair.listener_at_client);
  std::copy_n(pair.wire.last().bytes.begin() + 4, 4, datagram.begin() + 4);
  pair.wire.inject(pair.client, datagram, test_endpoint(9));
  EXPECT_EQ(pair.client.count(Reason::kUnknownSession), 1u);
}

TEST(Data, OfEveryLengthAndTypeNeverCrashes) {
  Pair pair;
  pair.connect();
  auto random = Random::from_seed(3);
  for (std::size_t size = 0; size < 400; ++size) {
    for (int type = 0; type < 6; ++type) {
      Bytes datagram(size);
      random.fill(datagram);
      if (size > 3) {
        std::fill_n(datagram.begin(), 4, std::byte{0});
        datagram[0] = static_cast<std::byte>(type);
      }
      pair.wire.inject(pair.listener, datagram, test_endpoint(9));
    }
  }
  EXPECT_EQ(pair.listener.discards.size(), 2400u);
  pair.wire.inject(pair.listener, Bytes(70'000, std::byte{4}), test_endpoint(9));
  EXPECT_EQ(pair.listener.discards.size(), 2401u);
}

TEST(Roaming, TheListenerFollowsWhereAuthenticPacketsComeFrom) {
  Pair pair;
  pair.connect();
  pair.client.endpoint = test_endpoint(77, 1234);
  ASSERT_TRUE(pair.wire.send(pair.client, pair.listener_at_client, "moved"));
  pair.wire.settle();
  ASSERT_EQ(pair.listener.count(NoticeKind::kEndpointChanged), 1u);
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "I see"));
  EXPECT_EQ(pair.wire.last().to, test_endpoint(77, 1234));
  pair.wire.settle();
  EXPECT_EQ(pair.client.received, std::vector<std::string>{"I see"});
}

TEST(Roaming, AHandshakeMovesThePeerToo) {
  Pair pair;
  pair.connect();
  pair.client.endpoint = test_endpoint(78);
  pair.wire.advance(seconds(1));
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.settle();
  EXPECT_EQ(pair.listener.device.peer(pair.client_at_listener, pair.wire.now())->endpoint,
            test_endpoint(78));
}

TEST(Keypairs, TheResponderSendsUnderNewKeysOnlyAfterItHeardThem) {
  Pair pair;
  pair.connect();
  pair.wire.advance(seconds(30));
  // A second handshake whose confirmation is lost.
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.set_faults({.loss = 1});
  pair.wire.settle();
  pair.wire.set_faults({});
  pair.client.forget();
  ASSERT_TRUE(pair.wire.send(pair.listener, pair.client_at_listener, "under the old keys"));
  pair.wire.settle();
  EXPECT_EQ(pair.client.received, std::vector<std::string>{"under the old keys"});
}

TEST(Keypairs, PacketsUnderThePreviousKeysStillArriveAndNoOlderOnes) {
  Pair pair;
  pair.connect();
  Outputs late;  // on its way for a long time
  for (const auto text : {"one", "two"}) {
    ASSERT_TRUE(pair.client.device.send(pair.listener_at_client, as_bytes(text), Padding::kNone,
                                        pair.wire.moment(), late));
  }
  const auto arrive = [&](std::size_t i) {
    pair.wire.inject(pair.listener, std::get<Transmit>(late.items()[i]).bytes,
                     pair.client.endpoint);
  };
  pair.wire.advance(seconds(1));
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.advance(seconds(1));
  ASSERT_EQ(pair.listener.count(NoticeKind::kSessionConfirmed), 2u);
  arrive(0);
  EXPECT_EQ(pair.listener.received, std::vector<std::string>{"one"});
  pair.wire.initiate(pair.client, pair.listener_at_client);
  pair.wire.advance(seconds(1));
  arrive(1);
  EXPECT_EQ(pair.listener.count(Reason::kUnknownSession), 1u);
}

TEST(Keypairs, WantRekeyingByMessagesAndByRole) {
  const auto start = Instant(seconds(1));
  Keypair keypair;
  keypair.created = start;
  EXPECT_FALSE(keypair.wants_rekey_after_sending(start + seconds(164)));
  EXPECT_TRUE(keypair.wants_rekey_after_sending(start + seconds(165)));
  EXPECT_FALSE(keypair.wants_rekey_after_receiving(start + seconds(179)));
  keypair.role = Role::kInitiator;
  EXPECT_FALSE(keypair.wants_rekey_after_sending(start + seconds(119)));
  EXPECT_TRUE(keypair.wants_rekey_after_sending(start + seconds(120)));
  EXPECT_FALSE(keypair.wants_rekey_after_receiving(start + seconds(164)));
  EXPECT_TRUE(keypair.wants_rekey_after_receiving(start + seconds(165)));
  keypair.send_counter = kRekeyAfterMessages;
  EXPECT_TRUE(keypair.wants_rekey_after_sending(start));
  keypair.send_counter = kRejectAfterMessages - 1;
  EXPECT_FALSE(keypair.is_used_up());
  ++keypair.send_counter;
  EXPECT_TRUE(keypair.is_used_up());
}

TEST(Outputs, KeepTheirBytesUntilCleared) {
  Pair pair;
  pair.connect();
  Outputs out;
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    texts.push_back("packet " + std::to_string(i) + std::string(1000, '.'));
    pair.client.device.send(pair.listener_at_client, as_bytes(texts.back()), Padding::kNone,
                            pair.wire.moment(), pair.client.out);
  }
  for (const auto& item : pair.client.out.items()) {
    pair.listener.device.receive(std::get<Transmit>(item).bytes, test_endpoint(2),
                                 pair.wire.moment(), 0, out);
  }
  ASSERT_EQ(out.items().size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(as_text(std::get<Plaintext>(out.items()[i]).bytes), texts[i]);
  }
}

}  // namespace
}  // namespace loopgate::wireguard
