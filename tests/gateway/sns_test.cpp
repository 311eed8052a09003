// SNS destinations: one message a packet, with keys and attributes, within the limits of its
// batches.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kFifoTopic = "arn:aws:sns:us-west-2:111122223333:topic.fifo";

json sns_destination(json extra = json::object()) {
  json out = {{"Name", "topic"},
              {"DestinationArn", kTopic},
              {"Role", kRole},
              {"Batching", {{"Count", "1"}}}};
  out.update(extra);
  return out;
}

const json& entries_of(const World& world, std::size_t call) {
  return world.aws.calls.at(call).params.at("PublishBatchRequestEntries");
}

TEST(Sns, AMessageIsABareRequestPacketPublishedByTheRole) {
  World world;
  world.listen({sns_destination()});
  world.send("ping\n");
  ASSERT_THAT(world.aws.calls, SizeIs(1));
  const auto& call = world.aws.calls[0];
  EXPECT_EQ(call.operation.region, "us-west-2");
  EXPECT_EQ(call.operation.service, "sns");
  EXPECT_EQ(call.operation.name, "PublishBatch");
  EXPECT_EQ(call.params["TopicArn"], kTopic);
  EXPECT_EQ(call.role, kRole);
  const json& entry = entries_of(world, 0).at(0);
  EXPECT_EQ(json::parse(entry["Message"].get<std::string>())["Data"], "cGluZwo=");
  EXPECT_FALSE(entry.contains("MessageAttributes"));
  EXPECT_FALSE(entry.contains("MessageGroupId"));
  EXPECT_FALSE(world.events(EventKind::kDispatched).at(0).assumed);
  EXPECT_EQ(world.events(EventKind::kDelivered).at(0).count, 1U);
}

TEST(Sns, TheCallGoesToTheRegionOfTheTopic) {
  World world;
  world.listen({sns_destination({{"DestinationArn", "arn:aws:sns:eu-west-1:111122223333:far"}})});
  world.send("a");
  EXPECT_EQ(world.aws.calls.at(0).operation.region, "eu-west-1");
}

TEST(Sns, AFifoTopicGetsGroupsAndIds) {
  World world;
  world.listen({sns_destination({{"DestinationArn", kFifoTopic},
                                 {"Formatter", "utf8"},
                                 {"Arguments",
                                  {{"SendRaw", "true"},
                                   {"UseMessageAttributes", "true"},
                                   {"MessageGroupIdExpression", "[0:1]"}}}})});
  world.send("A1");
  const json& entry = entries_of(world, 0).at(0);
  EXPECT_EQ(entry["Message"], "A1");
  EXPECT_EQ(entry["MessageGroupId"], "41");
  EXPECT_NE(entry["MessageDeduplicationId"], "");
  EXPECT_EQ(entry["MessageAttributes"]["RemotePort"],
            (json{{"DataType", "Number"}, {"StringValue", "40112"}}));
  const auto dispatched = world.events(EventKind::kDispatched).at(0);
  EXPECT_TRUE(dispatched.assumed) << "the vendor documents no arguments for topics";
  EXPECT_THAT(dispatched.text, HasSubstr("arguments of SQS, with random deduplication ids"));
}

TEST(Sns, AFifoTopicWithoutAGroupIsRefused) {
  World world;
  const auto made = world.create(
      "Listener", "Udp",
      {{"Protocols", {"udp"}},
       {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
       {"Destinations", json::array({sns_destination({{"DestinationArn", kFifoTopic}})})}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().to_string(),
              HasSubstr("is a FIFO topic, which requires MessageGroupIdExpression"));
}

TEST(Sns, BatchesAreSplitToTenMessagesAndAQuarterOfAMebibyte) {
  World world;
  world.listen({sns_destination({{"Batching", {{"Count", "25"}, {"SizeInMB", "100"}}},
                                 {"Formatter", "hex"},
                                 {"Arguments", {{"SendRaw", "true"}}}})});
  for (int i = 0; i < 25; ++i) world.send("x");
  for (int i = 0; i < 25; ++i) world.send(std::string(60'000, 'x'));
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < world.aws.calls.size(); ++i)
    sizes.push_back(entries_of(world, i).size());
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1));
}

TEST(Sns, OnlyTheEntryThatFailedIsDiscarded) {
  World world;
  world.aws.answers["PublishBatch"] = {
      {"Failed",
       {{{"Id", "1"}, {"Code", "InvalidParameter"}, {"Message", "no"}, {"SenderFault", true}}}}};
  world.listen({sns_destination({{"Batching", {{"Count", "3"}}}})});
  for (const auto* payload : {"a", "b", "c"}) world.send(payload);
  EXPECT_THAT(world.discards(), ElementsAre("destination-error"));
  EXPECT_EQ(world.events(EventKind::kDiscarded)[0].tag, world.events(EventKind::kReceived)[1].tag);
  EXPECT_EQ(world.events(EventKind::kDelivered).at(0).count, 2U);
}

struct RefusedCall {
  const char* code;
  const char* reason;
};

TEST(Sns, ARefusedCallDiscardsItsPacketsWithTheReason) {
  for (const auto& [code, reason] : {RefusedCall{"NotFound", "destination-not-found"},
                                     RefusedCall{"AuthorizationError", "access-denied"},
                                     RefusedCall{"BatchRequestTooLong", "payload-too-large"},
                                     RefusedCall{"InternalError", "destination-error"}}) {
    World world;
    world.aws.refusals["sns:PublishBatch"] = {code, "no", 400, {}};
    world.listen({sns_destination({{"Batching", {{"Count", "2"}}}})});
    world.send("a");
    world.send("b");
    EXPECT_THAT(world.discards(), ElementsAre(reason, reason)) << code;
    EXPECT_THAT(world.events(EventKind::kDelivered), IsEmpty());
  }
}

}  // namespace
}  // namespace loopgate::gateway::testing
