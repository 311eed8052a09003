// The way of a packet through a udp listener and a Lambda destination, and back.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Path, EchoesADatagramThroughALambdaDestination) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination()});
  world.send("ping\n");
  EXPECT_THAT(world.network.sent, ElementsAre(Sent{world.address(), kClient, "ping\n"}));
  EXPECT_THAT(world.aws.invocations[0].role, kRole);
  EXPECT_EQ(world.aws.last_principal, "arn:aws:iam::999999999999:role/gateway-service");
}

TEST(Path, EachStageIsOneEventThatCarriesTheTag) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination()});
  const auto before = world.journal.last_seq();
  world.send("ping");
  std::vector<EventKind> kinds;
  std::set<std::uint64_t> tags;
  for (const auto& event : world.journal.read(before, 100)) {
    kinds.push_back(event.kind);
    if (event.tag != 0) tags.insert(event.tag);
  }
  EXPECT_THAT(kinds, ElementsAre(EventKind::kReceived, EventKind::kQueued, EventKind::kDispatched,
                                 EventKind::kDelivered, EventKind::kReplied, EventKind::kSent));
  EXPECT_EQ(tags.size(), 1U);
}

// gateway.md §6, with the tag that this seed gives.
TEST(Path, TheEnvelopeIsThePublishedOneToTheByte) {
  World world(GatewayOptions{.fixed_ports = {{"Udp", 2061}}});
  world.gateway->context().last_tag = 0x7f3a0c10;
  world.listen({lambda_destination()});
  world.network.locals.insert(*IpAddress::parse("198.51.100.23"));
  world.send("ping\n", *Endpoint::parse("198.51.100.23:40112"));
  EXPECT_EQ(
      world.aws.invocations.at(0).request.payload,
      R"({"Messages":[{"Tag":"7f3a0c11","Remote":{"IpAddress":"198.51.100.23","Port":40112},)"
      R"("Local":{"Domain":"ingress-1","Port":2061,"Protocol":"udp"},"ReceivedAt":"2026-11-02T09:15:30.204Z",)"
      R"("IngressRegion":"us-west-2","Formatter":"base64","Data":"cGluZwo="}]})");
}

TEST(Path, AnEmptyPayloadIsDeliveredAsAnEmptyString) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination()});
  world.send("");
  EXPECT_THAT(world.aws.invocations.at(0).request.payload, HasSubstr(R"("Data":""}]})"));
  EXPECT_THAT(world.network.sent, ElementsAre(Sent{world.address(), kClient, ""}));
}

TEST(Path, ReceivedAtFollowsTheClock) {
  World world;
  world.listen({lambda_destination()});
  for (const auto step : {std::chrono::milliseconds(0), std::chrono::milliseconds(7),
                          std::chrono::milliseconds(789), std::chrono::milliseconds(3'600'000)}) {
    world.advance(step);
    world.send("x");
    EXPECT_THAT(world.aws.invocations.back().request.payload,
                HasSubstr("\"ReceivedAt\":\"" + to_iso8601(world.clock.wall()) + "\""));
  }
}

TEST(Path, EveryPacketGoesToEveryDestination) {
  World world;
  world.aws.function = echo;
  world.listen({lambda_destination(), sqs_destination()});
  world.send("a");
  EXPECT_EQ(world.aws.invocations.size(), 1U);
  EXPECT_EQ(world.aws.sent.size(), 1U);
}

TEST(Path, AFailingDestinationDoesNotDisturbItsNeighbour) {
  World world;
  world.aws.function = echo;
  world.aws.denied_actions = {"sqs:SendMessage"};
  world.listen({sqs_destination(), lambda_destination()});
  world.send("a");
  EXPECT_EQ(world.network.sent.size(), 1U);
  EXPECT_THAT(world.discards(), ElementsAre("access-denied"));
}

struct BatchCase {
  const char* name;
  json batching;
  int packets;
  Duration wait;
  std::vector<std::size_t> sizes;
};

class Batches : public ::testing::TestWithParam<BatchCase> {};

TEST_P(Batches, AreDispatchedWhenTheFirstLimitIsReached) {
  const auto& param = GetParam();
  World world;
  world.listen({lambda_destination({{"Batching", param.batching}})});
  for (int i = 0; i < param.packets; ++i) world.send(std::string(100, 'x'));
  world.advance(param.wait);
  std::vector<std::size_t> sizes;
  for (const auto& invocation : world.aws.invocations) {
    sizes.push_back(json::parse(invocation.request.payload)["Messages"].size());
  }
  EXPECT_EQ(sizes, param.sizes);
}

using std::chrono::milliseconds;
INSTANTIATE_TEST_SUITE_P(
    Limits, Batches,
    ::testing::Values(
        BatchCase{"ByCount",
                  {{"Count", "10"}, {"TimeoutInSeconds", "1"}},
                  25,
                  milliseconds(999),
                  {10, 10}},
        BatchCase{"ByAge",
                  {{"Count", "10"}, {"TimeoutInSeconds", "1"}},
                  25,
                  milliseconds(1000),
                  {10, 10, 5}},
        BatchCase{"ByAFractionOfASecond", {{"TimeoutInSeconds", "0.05"}}, 3, milliseconds(50), {3}},
        // A packet of 100 bytes is about 350 of text; 1 KiB is reached by the third.
        BatchCase{"BySize", {{"SizeInMB", "0.0009765625"}}, 8, milliseconds(0), {3, 3}},
        BatchCase{
            "BySizeInTheOtherSpelling", {{"SizeInMb", "0.0009765625"}}, 4, milliseconds(0), {3}},
        BatchCase{"ByTheDefaultCount", json::object(), 150, milliseconds(0), {100}},
        BatchCase{"BeforeTheDefaultAge", json::object(), 1, milliseconds(249), {}},
        BatchCase{"ByTheDefaultAge", json::object(), 1, milliseconds(250), {1}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Path, AgeCountsFromTheOldestPacketOfTheBatch) {
  World world;
  world.listen({lambda_destination({{"Batching", {{"TimeoutInSeconds", 1}}}})});
  world.advance(std::chrono::milliseconds(700));
  world.send("a");
  world.advance(std::chrono::milliseconds(900));
  world.send("b");
  EXPECT_THAT(world.aws.invocations, IsEmpty());
  world.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(world.aws.invocations.size(), 1U);
}

TEST(Path, ASlowDestinationHoldsUpNeitherItselfNorOthers) {
  World world;
  world.aws.hold_invocations = true;
  world.aws.function = echo;
  world.listen({lambda_destination(), sqs_destination()});
  world.send("a");
  world.send("b");
  EXPECT_EQ(world.aws.invocations.size(), 2U);
  EXPECT_EQ(world.aws.sent.size(), 2U);
  world.aws.release_invocations();
  world.settle();
  EXPECT_EQ(world.network.sent.size(), 2U);
}

TEST(Path, WhatWaitsForADestinationIsBoundedInBytes) {
  World world(GatewayOptions{.backlog_bytes = 2'000});
  world.aws.hold_invocations = true;
  world.aws.function = echo;
  world.listen({lambda_destination()});
  for (int i = 0; i < 20; ++i) world.send(std::string(100, 'x'));
  const auto taken = world.aws.invocations.size();
  EXPECT_GT(taken, 1U);
  EXPECT_LT(taken, 20U);
  EXPECT_EQ(world.discards(), std::vector<std::string>(20 - taken, "destination-backlog-full"));
  world.aws.release_invocations();
  world.settle();
  world.send("x");
  EXPECT_EQ(world.aws.invocations.size(), taken + 1) << "room again once the calls ended";
}

TEST(Path, TheRoleIsAssumedOnceUntilItsSessionNearsItsEnd) {
  World world;
  world.listen({lambda_destination({{"Role", {{"Arn", kRole}, {"Duration", "1:00:00"}}}})});
  const int when_deployed = world.aws.assumed[kRole];
  world.send("a");
  world.send("b");
  EXPECT_EQ(world.aws.assumed[kRole], when_deployed + 1);
  world.advance(std::chrono::minutes(56));
  world.send("c");
  EXPECT_EQ(world.aws.assumed[kRole], when_deployed + 2);
}

}  // namespace
}  // namespace loopgate::gateway::testing
