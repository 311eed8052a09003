// SQS destinations: one message a packet, with keys and attributes, within the limits of its
// batches.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

aws::AwsError error(std::string code, std::string message = "no") {
  return {std::move(code), std::move(message), 400, {}};
}

TEST(Sqs, AMessageIsABareRequestPacket) {
  World world;
  world.listen({sqs_destination()});
  world.send("ping\n");
  const auto& entry = world.aws.sent.at(0).entries.at(0);
  const auto packet = json::parse(entry.body);
  EXPECT_EQ(packet["Data"], "cGluZwo=");
  EXPECT_TRUE(packet.contains("Tag"));
  EXPECT_THAT(entry.attributes, IsEmpty());
  EXPECT_EQ(entry.group_id, "");
  EXPECT_EQ(entry.deduplication_id, "");
}

TEST(Sqs, RawMessagesWithAttributesAndKeys) {
  World world;
  world.listen({sqs_destination({{"DestinationArn", kFifo},
                                 {"Formatter", "utf8"},
                                 {"Arguments",
                                  {{"SendRaw", "true"},
                                   {"UseMessageAttributes", "true"},
                                   {"MessageGroupIdExpression", "[0:1]"},
                                   {"MessageDeduplicationIdExpression", "[1:]"},
                                   {"MessageDeduplicationIdFormatter", "base64"}}}})});
  world.send("A\"b");
  const auto& entry = world.aws.sent.at(0).entries.at(0);
  EXPECT_EQ(entry.body, "A\"b");
  EXPECT_EQ(entry.group_id, "41");
  EXPECT_EQ(entry.deduplication_id, "ImI=");
  std::vector<std::string> attributes;
  for (const auto& [name, type, value] : entry.attributes)
    attributes.push_back(name + ":" + type + "=" + value);
  EXPECT_THAT(attributes, ElementsAre("RemoteAddress:String=127.0.0.1", "RemotePort:Number=40112",
                                      "LocalDomain:String=ingress-1", "LocalPort:Number=20000"));
}

TEST(Sqs, WithoutADeduplicationExpressionTheIdIsRandom) {
  World world;
  world.listen({sqs_destination(
      {{"DestinationArn", kFifo}, {"Arguments", {{"MessageGroupIdExpression", "[5:6]"}}}})});
  world.send("same");
  world.send("same");
  const auto& first = world.aws.sent.at(0).entries.at(0);
  const auto& second = world.aws.sent.at(1).entries.at(0);
  EXPECT_NE(first.deduplication_id, "");
  EXPECT_NE(first.deduplication_id, second.deduplication_id);
  EXPECT_NE(first.group_id, "")
      << "past the end there is nothing: a default keeps the message deliverable";
}

TEST(Sqs, WhatOurRulesDecidedIsSaid) {
  World world;
  world.listen({sqs_destination({{"Name", "keys"},
                                 {"DestinationArn", kFifo},
                                 {"Arguments",
                                  {{"MessageGroupIdExpression", "[1:2]"},
                                   {"MessageDeduplicationIdExpression", "[2:3]"}}}}),
                sqs_destination({{"Name", "random"},
                                 {"DestinationArn", kFifo},
                                 {"Arguments", {{"MessageGroupIdExpression", "[0:1]"}}}})});
  for (const auto* payload : {"abc", "ab", "a"}) world.send(payload);
  std::vector<std::string> keys;
  std::vector<std::string> random;
  for (const auto& event : world.events(EventKind::kQueued)) {
    EXPECT_EQ(event.assumed, !event.text.empty());
    (world.journal.name(event.destination) == "keys" ? keys : random).push_back(event.text);
  }
  const std::string group = "MessageGroupIdExpression picks nothing: its group is default";
  const std::string id =
      "MessageDeduplicationIdExpression picks nothing: a FIFO queue gets a random id";
  EXPECT_THAT(keys, ElementsAre("", id, group + "; " + id));
  EXPECT_THAT(random, ElementsAre("", "", ""));
  for (const auto& event : world.events(EventKind::kDispatched)) {
    const bool is_random = world.journal.name(event.destination) == "random";
    EXPECT_EQ(event.assumed, is_random);
    EXPECT_EQ(event.text, is_random ? "with random deduplication ids" : "");
  }
}

TEST(Sqs, BatchesAreSplitToTenMessagesAndOneMebibyte) {
  World world;
  world.listen({sqs_destination({{"Batching", {{"Count", "25"}, {"SizeInMB", "100"}}},
                                 {"Formatter", "hex"},
                                 {"Arguments", {{"SendRaw", "true"}}}})});
  for (int i = 0; i < 25; ++i) world.send("x");
  for (int i = 0; i < 25; ++i) world.send(std::string(65'000, 'x'));
  std::vector<std::size_t> sizes;
  for (const auto& batch : world.aws.sent) sizes.push_back(batch.entries.size());
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5, 8, 8, 8, 1));
  EXPECT_EQ(world.aws.queue_urls_asked, 1);
}

TEST(Sqs, OnlyThePacketThatIsTooLargeAloneIsDropped) {
  World world;
  world.aws.send_result.failed = {{1, error("InvalidParameterValue",
                                            "One or more parameters are invalid. Reason: Message "
                                            "must be shorter than 1048576 bytes.")}};
  world.listen({sqs_destination({{"Batching", {{"Count", "3"}}}})});
  for (const auto* payload : {"a", "b", "c"}) world.send(payload);
  EXPECT_THAT(world.discards(), ElementsAre("payload-too-large"));
  EXPECT_EQ(world.events(EventKind::kDelivered).at(0).count, 2U);
}

TEST(Sqs, EachActionThatIsDeniedIsNamed) {
  for (const auto* action : {"sqs:GetQueueUrl", "sqs:SendMessage"}) {
    World world;
    world.aws.denied_actions = {action};
    world.listen({sqs_destination()});
    world.send("a");
    EXPECT_THAT(world.discards(), ElementsAre("access-denied"));
    EXPECT_THAT(world.events(EventKind::kDiscarded)[0].text, HasSubstr(action));
  }
}

TEST(Sqs, AQueueThatDoesNotExistIsNotFound) {
  World world;
  world.aws.refusals["sqs:GetQueueUrl"] = {"QueueDoesNotExist", "no such queue", 400,
                                           "AWS.SimpleQueueService.NonExistentQueue"};
  world.listen({sqs_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("destination-not-found"));
}

}  // namespace
}  // namespace loopgate::gateway::testing
