#include "scenario/sim_network.h"

#include <gmock/gmock.h>

namespace loopgate::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Endpoint at(const char* text) {
  return *Endpoint::parse(text);
}

struct Receiver final : DatagramReceiver {
  void on_datagrams(std::span<const Datagram> datagrams) override {
    drains.push_back(datagrams.size());
    for (const auto& datagram : datagrams) {
      received.push_back(datagram.from.to_string() + " " + to_text(datagram.payload));
    }
  }
  void on_receive_overflow(std::uint32_t count) override { overflow += count; }
  void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) override {
    failures.push_back(std::to_string(tag) + " " + to.to_string() + " " + error);
  }

  std::vector<std::size_t> drains;
  std::vector<std::string> received;
  std::vector<std::string> failures;
  std::uint32_t overflow = 0;
};

std::vector<ByteSpan> spans(const std::vector<std::string>& texts) {
  std::vector<ByteSpan> out;
  for (const auto& text : texts) out.push_back(as_bytes(text));
  return out;
}

class SimNetworkTest : public testing::Test {
 protected:
  SimNetwork network;
  Receiver receiver;
  Endpoint client = at("198.51.100.23:40112");
  Endpoint server = at("127.0.0.1:20000");
};

TEST_F(SimNetworkTest, WhatAClientSendsComesInOneDrainInOrder) {
  const auto socket = *network.open(server, receiver);
  const std::vector<std::string> texts = {"a", "b"};
  EXPECT_TRUE(network.send(client, server, spans(texts)));
  EXPECT_THAT(receiver.received, ElementsAre("198.51.100.23:40112 a", "198.51.100.23:40112 b"));
  EXPECT_THAT(receiver.drains, ElementsAre(2));
}

TEST_F(SimNetworkTest, NobodyListensWhereNoSocketIs) {
  const std::vector<std::string> texts = {"a"};
  EXPECT_FALSE(network.send(client, server, spans(texts)));
  {
    const auto socket = *network.open(server, receiver);
  }
  EXPECT_FALSE(network.send(client, server, spans(texts))) << "a closed socket listens on";
}

TEST_F(SimNetworkTest, WhatASocketSendsWaitsForTheClientInOrder) {
  const auto socket = *network.open(server, receiver);
  socket->send(client, as_bytes("one"), 0);
  socket->send(client, as_bytes("two"), 0);
  EXPECT_EQ(network.waiting(client), 2U);
  EXPECT_THAT(network.with_mail(), ElementsAre(client));
  const auto first = network.take(client);
  ASSERT_TRUE(first);
  EXPECT_EQ(to_text(first->payload), "one");
  EXPECT_EQ(first->from, server);
  EXPECT_EQ(to_text(network.take(client)->payload), "two");
  EXPECT_FALSE(network.take(client));
  EXPECT_THAT(network.with_mail(), IsEmpty());
}

TEST_F(SimNetworkTest, ABurstOverTheReceiveBufferIsCountedNotDelivered) {
  network.set_receive_buffer(2);
  const auto socket = *network.open(server, receiver);
  const std::vector<std::string> texts = {"a", "b", "c", "d", "e"};
  EXPECT_TRUE(network.send(client, server, spans(texts)));
  EXPECT_EQ(receiver.received.size(), 2U);
  EXPECT_EQ(receiver.overflow, 3U);
}

TEST_F(SimNetworkTest, AnUnreachableClientIsReportedOutsideTheSendersCall) {
  network.set_unreachable(client);
  const auto socket = *network.open(server, receiver);
  socket->send(client, as_bytes("one"), 7);
  EXPECT_THAT(receiver.failures, IsEmpty());
  EXPECT_TRUE(network.pump());
  EXPECT_THAT(receiver.failures, ElementsAre("7 198.51.100.23:40112 Network is unreachable"));
  EXPECT_FALSE(network.pump());
  EXPECT_EQ(network.waiting(client), 0U);
}

TEST_F(SimNetworkTest, OneSocketReachesAnother) {
  Receiver other;
  const auto socket = *network.open(server, receiver);
  const auto second = *network.open(at("127.0.0.2:20000"), other);
  socket->send(second->local(), as_bytes("hi"), 0);
  EXPECT_THAT(other.received, IsEmpty());
  EXPECT_TRUE(network.pump());
  EXPECT_THAT(other.received, ElementsAre("127.0.0.1:20000 hi"));
}

TEST_F(SimNetworkTest, PortZeroPicksAFreePortAndATakenOneIsRefused) {
  const auto first = *network.open(at("127.0.0.1:0"), receiver);
  const auto second = *network.open(at("127.0.0.1:0"), receiver);
  EXPECT_NE(first->local().port, 0);
  EXPECT_NE(first->local(), second->local());
  const auto third = network.open(first->local(), receiver);
  ASSERT_FALSE(third);
  EXPECT_THAT(third.error().message, testing::HasSubstr("in use"));
}

TEST_F(SimNetworkTest, LoopbackAndKnownClientsAreLocal) {
  EXPECT_TRUE(network.is_local(IpAddress::v4(127, 3, 2, 1)));
  EXPECT_FALSE(network.is_local(client.address));
  network.add_client(client);
  EXPECT_TRUE(network.is_local(client.address));
}

}  // namespace
}  // namespace loopgate::scenario
