#include "io/udp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "io/limits.h"
#include "tests/io/live_loop.h"

namespace loopgate::io {
namespace {

using testing::HasSubstr;

const Endpoint kAnyPort{IpAddress::v4(127, 0, 0, 1), 0};

class Recorder : public DatagramReceiver {
 public:
  void on_datagrams(std::span<const Datagram> datagrams) override {
    largest_batch = std::max(largest_batch, datagrams.size());
    for (const auto& datagram : datagrams) {
      payloads.push_back(to_text(datagram.payload));
      from = datagram.from;
      if (on_each) on_each(datagram);
    }
  }
  void on_receive_overflow(std::uint32_t count) override { dropped += count; }
  void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) override {
    failures.push_back(to.to_string() + ": " + error);
    failed_tags.push_back(tag);
  }

  std::vector<std::string> payloads;
  Endpoint from;
  std::size_t largest_batch = 0;
  std::uint32_t dropped = 0;
  std::vector<std::string> failures;
  std::vector<std::uint64_t> failed_tags;
  std::function<void(const Datagram&)> on_each;
};

struct Peer {
  explicit Peer(UdpNetwork& network, const Endpoint& local = kAnyPort)
      : socket(network.open(local, recorder).value()) {}
  void send(const Peer& to, std::string_view text, std::uint64_t tag = 0) {
    socket->send(to.socket->local(), as_bytes(text), tag);
  }

  Recorder recorder;
  std::unique_ptr<DatagramSocket> socket;
};

struct UdpNetworkTest : testing::Test {
  LiveLoop live;
  UdpNetwork network{live.loop};
};

TEST_F(UdpNetworkTest, EchoesToTheSender) {
  Peer server(network);
  Peer client(network);
  server.recorder.on_each = [&](const Datagram& datagram) {
    server.socket->send(datagram.from, datagram.payload, 0);
  };
  client.send(server, "hello");
  ASSERT_TRUE(live.turn_until([&] { return !client.recorder.payloads.empty(); }));
  EXPECT_EQ(client.recorder.payloads.front(), "hello");
  EXPECT_EQ(client.recorder.from, server.socket->local());
  EXPECT_EQ(server.recorder.from, client.socket->local());
}

TEST_F(UdpNetworkTest, EchoesOverIpv6) {
  const Endpoint local{*IpAddress::parse("::1"), 0};
  Recorder probe;
  if (!network.open(local, probe)) GTEST_SKIP() << "no IPv6 here";
  Peer server(network, local);
  Peer client(network, local);
  client.send(server, "six");
  ASSERT_TRUE(live.turn_until([&] { return !server.recorder.payloads.empty(); }));
  EXPECT_EQ(server.recorder.from, client.socket->local());
}

TEST_F(UdpNetworkTest, ASocketOfAllAddressesAnswersFromTheOneThatWasSentTo) {
  for (const auto* address : {"127.0.0.1", "127.0.0.2", "::1"}) {
    const auto sent_to = *IpAddress::parse(address);
    const auto all = sent_to.is_v4() ? IpAddress() : *IpAddress::parse("::");
    const Endpoint own{sent_to.is_v4() ? kAnyPort.address : sent_to, 0};
    Recorder probe;
    if (!network.open(own, probe)) continue;  // no IPv6 here
    Peer server(network, {all, 0});
    Peer client(network, own);
    server.recorder.on_each = [&](const Datagram& datagram) {
      server.socket->send(datagram.from, datagram.payload, 0);
    };
    const Endpoint to{sent_to, server.socket->local().port};
    client.socket->send(to, as_bytes("hello"), 0);
    ASSERT_TRUE(live.turn_until([&] { return !client.recorder.payloads.empty(); })) << address;
    EXPECT_EQ(client.recorder.from, to);
  }
}

TEST_F(UdpNetworkTest, CarriesEverySizeUpToTheLargestWhole) {
  Peer server(network);
  Peer client(network);
  for (const std::size_t size : {0uz, 1uz, 1472uz, 2048uz, 9000uz, 65'507uz}) {
    server.recorder.payloads.clear();
    std::string payload(size, '\0');
    std::iota(payload.begin(), payload.end(), 'a');
    client.send(server, payload);
    ASSERT_TRUE(live.turn_until([&] { return !server.recorder.payloads.empty(); })) << size;
    EXPECT_EQ(server.recorder.payloads.front(), payload) << size;
  }
}

TEST_F(UdpNetworkTest, OneUnsendableDatagramDoesNotStopItsNeighbours) {
  Peer server(network);
  Peer client(network);
  client.send(server, "before", 1);
  client.send(server, std::string(65'508, 'x'), 2);  // one byte more than IPv4 allows
  client.send(server, "after", 3);
  ASSERT_TRUE(live.turn_until([&] { return server.recorder.payloads.size() == 2; }));
  EXPECT_THAT(server.recorder.payloads, testing::ElementsAre("before", "after"));
  ASSERT_EQ(client.recorder.failures.size(), 1u);
  EXPECT_EQ(client.recorder.failures[0], server.socket->local().to_string() + ": message too long");
  EXPECT_THAT(client.recorder.failed_tags, testing::ElementsAre(2));
}

TEST_F(UdpNetworkTest, ReachesItsOwnAddressFamilyOnly) {
  Peer server(network);
  EXPECT_TRUE(server.socket->reaches(IpAddress::v4(192, 0, 2, 1)));
  EXPECT_FALSE(server.socket->reaches(*IpAddress::parse("::1")));
}

TEST_F(UdpNetworkTest, SendsAndReceivesInBatchesAndInOrder) {
  Peer server(network);
  Peer client(network);
  constexpr std::size_t kCount = 5 * kSendBatch + 3;
  for (std::size_t i = 0; i < kCount; ++i) client.send(server, std::to_string(i));
  ASSERT_TRUE(live.turn_until([&] { return server.recorder.payloads.size() == kCount; }));
  for (std::size_t i = 0; i < kCount; ++i)
    EXPECT_EQ(server.recorder.payloads[i], std::to_string(i));
  EXPECT_GT(server.recorder.largest_batch, 1u);
}

TEST_F(UdpNetworkTest, WhatIsSentLeavesAtTheTurnsEndOrByFlush) {
  Peer server(network);
  Peer client(network);
  client.send(server, "queued");
  client.socket->flush();
  client.socket.reset();
  ASSERT_TRUE(live.turn_until([&] { return server.recorder.payloads.size() == 1; }));
}

TEST_F(UdpNetworkTest, OneTurnServesASocketWithinBounds) {
  Peer server(network);
  Peer client(network);
  constexpr std::size_t kCount = kReceivePerTurn + kReceiveBatch;
  for (std::size_t i = 0; i < kCount; ++i) client.send(server, "x");
  client.socket->flush();
  live.loop.turn(std::chrono::seconds(10));
  EXPECT_EQ(server.recorder.payloads.size(), kReceivePerTurn);
  ASSERT_TRUE(live.turn_until([&] { return server.recorder.payloads.size() == kCount; }));
}

TEST_F(UdpNetworkTest, CountsWhatTheKernelDropped) {
  Peer server(network);
  Peer client(network);
  // More than any receive buffer that was asked for holds.
  const std::string payload(60'000, 'x');
  constexpr std::size_t kSent = 2 * static_cast<std::size_t>(kReceiveBufferBytes) / 30'000;
  for (std::size_t i = 0; i < kSent; ++i) {
    client.send(server, payload);
    client.socket->flush();
  }
  const auto accounted = [&] { return server.recorder.payloads.size() + server.recorder.dropped; };
  ASSERT_TRUE(live.turn_until([&] { return accounted() >= kSent; })) << accounted();
  EXPECT_EQ(accounted(), kSent);
  EXPECT_GT(server.recorder.dropped, 0u);
}

TEST_F(UdpNetworkTest, APortInUseIsAClearError) {
  Peer first(network);
  Recorder recorder;
  const auto second = network.open(first.socket->local(), recorder);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, first.socket->local().to_string() + ": address already in use");
}

TEST_F(UdpNetworkTest, AnAddressOfAnotherMachineIsAClearError) {
  Recorder recorder;
  const auto socket = network.open({IpAddress::v4(192, 0, 2, 1), 0}, recorder);
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().message, HasSubstr("192.0.2.1:0: "));
}

TEST_F(UdpNetworkTest, AReceiverMayCloseItsSocket) {
  Peer server(network);
  Peer client(network);
  server.recorder.on_each = [&](const Datagram&) { server.socket.reset(); };
  client.send(server, "close");
  ASSERT_TRUE(live.turn_until([&] { return server.socket == nullptr; }));
  live.loop.turn(Duration::zero());
  EXPECT_EQ(server.recorder.payloads.size(), 1u);
}

TEST_F(UdpNetworkTest, KnowsTheAddressesOfThisMachine) {
  EXPECT_TRUE(network.is_local(IpAddress::v4(127, 0, 0, 1)));
  EXPECT_TRUE(network.is_local(IpAddress::v4(127, 9, 9, 9)));
  EXPECT_TRUE(network.is_local(*IpAddress::parse("::1")));
  EXPECT_FALSE(network.is_local(IpAddress::v4(192, 0, 2, 1)));
  EXPECT_FALSE(network.is_local(*IpAddress::parse("2001:db8::1")));
}

}  // namespace
}  // namespace loopgate::io
