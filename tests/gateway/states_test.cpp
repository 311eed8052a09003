// Step Functions destinations: an execution a batch, answered by EXPRESS machines alone.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:machine";

json machine_destination(const char* count = "1") {
  return {{"Name", "machine"},
          {"DestinationArn", kMachine},
          {"Role", kRole},
          {"Batching", {{"Count", count}}}};
}

TEST(StateMachine, IsDescribedOnceAndAnExpressOneStartedForEachBatch) {
  World world;
  world.aws.answers["DescribeStateMachine"] = {{"type", "EXPRESS"}};
  world.aws.answers["StartSyncExecution"] = {{"status", "SUCCEEDED"}, {"output", "{}"}};
  world.listen({machine_destination()});
  world.send("ping\n");
  world.send("ping\n");
  ASSERT_THAT(world.aws.calls, SizeIs(3));
  EXPECT_EQ(world.aws.calls[0].operation.name, "DescribeStateMachine");
  for (const std::size_t i : {1U, 2U}) {
    const auto& call = world.aws.calls[i];
    EXPECT_EQ(call.operation.name, "StartSyncExecution");
    EXPECT_EQ(call.operation.region, "eu-west-1");
    EXPECT_EQ(call.params["stateMachineArn"], kMachine);
    EXPECT_EQ(call.role, kRole);
    const auto input = json::parse(call.params["input"].get<std::string>());
    ASSERT_THAT(input["Messages"], SizeIs(1));
    EXPECT_EQ(input["Messages"][0]["Data"], "cGluZwo=");
  }
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(StateMachine, AStandardOneIsStartedAndLeft) {
  World world;
  world.aws.answers["DescribeStateMachine"] = {{"type", "STANDARD"}};
  world.aws.answers["StartExecution"] = {{"executionArn", "arn"}};
  world.listen({machine_destination("2")});
  world.send("a");
  world.send("b");
  ASSERT_THAT(world.aws.calls, SizeIs(2));
  EXPECT_EQ(world.aws.calls[1].operation.name, "StartExecution");
  EXPECT_EQ(world.events(EventKind::kDelivered).at(0).count, 2U);
}

TEST(StateMachine, AnExecutionThatFailsDiscardsItsPackets) {
  World world;
  world.aws.answers["DescribeStateMachine"] = {{"type", "EXPRESS"}};
  world.aws.answers["StartSyncExecution"] = {
      {"status", "FAILED"}, {"error", "Some.Error"}, {"cause", "for a reason"}};
  world.listen({machine_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("destination-error"));
  EXPECT_THAT(world.events(EventKind::kDiscarded).at(0).text,
              HasSubstr("FAILED: Some.Error: for a reason"));
}

TEST(StateMachine, OneThatMayNotBeDescribedDiscards) {
  World world;
  world.aws.denied_actions = {"states:DescribeStateMachine"};
  world.listen({machine_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), SizeIs(1));
}

TEST(StateMachine, ABatchOverTheLimitOfAnInputIsSplit) {
  World world;
  world.aws.answers["DescribeStateMachine"] = {{"type", "EXPRESS"}};
  world.aws.answers["StartSyncExecution"] = {{"status", "SUCCEEDED"}, {"output", "{}"}};
  world.listen({machine_destination("5")});
  for (int i = 0; i < 5; ++i) world.send(std::string(60'000, 'x'));
  ASSERT_THAT(world.aws.calls, SizeIs(3));
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_LE(world.aws.calls[i].params["input"].get<std::string>().size(), 262'144U);
  }
  EXPECT_THAT(world.discards(), IsEmpty());
}

}  // namespace
}  // namespace loopgate::gateway::testing
