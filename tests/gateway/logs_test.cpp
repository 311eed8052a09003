// CloudWatch Logs destinations: `Data` as text, one event a packet, in a group that exists.
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kGroup = "arn:aws:logs:us-west-2:111122223333:log-group:/udp/packets:*";

json logs_destination(json extra = json::object()) {
  json out = {{"Name", "syslog"},
              {"DestinationArn", kGroup},
              {"Role", kRole},
              {"Batching", {{"Count", "1"}}}};
  out.update(extra);
  return out;
}

std::vector<std::string> operations(const World& world) {
  std::vector<std::string> out;
  for (const auto& call : world.aws.calls) {
    EXPECT_EQ(call.operation.service, "logs");
    EXPECT_EQ(call.role, kRole);
    out.push_back(call.operation.name);
  }
  return out;
}

TEST(Logs, APacketIsAnEventWithItsTextAndTheTimeOfItsArrival) {
  World world;
  world.listen({logs_destination({{"Batching", {{"Count", "2"}, {"TimeoutInSeconds", "1"}}}})});
  world.send("<34>first \"quoted\"\n");
  world.advance(std::chrono::milliseconds(250));
  world.send("second");
  EXPECT_THAT(operations(world), ElementsAre("CreateLogStream", "PutLogEvents"));
  const auto& stream = world.aws.calls[0].params;
  EXPECT_EQ(stream,
            (json{{"logGroupName", "/udp/packets"}, {"logStreamName", "udp-gateway/syslog"}}));
  const auto& put = world.aws.calls[1].params;
  EXPECT_EQ(put["logGroupName"], "/udp/packets");
  EXPECT_EQ(put["logStreamName"], "udp-gateway/syslog");
  // 2026-11-02T09:15:30.204Z
  EXPECT_EQ(put["logEvents"],
            json::array({{{"timestamp", 1'793'610'930'204}, {"message", "<34>first \"quoted\"\n"}},
                         {{"timestamp", 1'793'610'930'454}, {"message", "second"}}}));
  EXPECT_TRUE(world.events(EventKind::kDispatched).at(0).assumed) << "the stream's name is ours";
}

TEST(Logs, TheStreamIsMadeOnceAndMayBeThereAlready) {
  World world;
  world.aws.refusals["logs:CreateLogStream"] = {"ResourceAlreadyExistsException", "there", 400, {}};
  world.listen({logs_destination()});
  world.send("a");
  world.send("b");
  EXPECT_THAT(operations(world), ElementsAre("CreateLogStream", "PutLogEvents", "PutLogEvents"));
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(Logs, AnotherFormatterIsWrittenAsItStands) {
  World world;
  world.listen({logs_destination({{"Formatter", "hex"}})});
  world.send("J");
  EXPECT_EQ(world.aws.calls.at(1).params["logEvents"][0]["message"], "4A");
}

TEST(Logs, AnArnThatIsAttachedLaterBringsItsFormatter) {
  World world;
  world.listen({logs_destination({{"DestinationArn", json::object()}})});
  ASSERT_TRUE(
      world.create("DestinationArn", "Arn",
                   {{"Destination", "syslog"}, {"IngressRegionKey", "*"}, {"Arn", kGroup}}));
  world.send("plain");
  EXPECT_EQ(world.aws.calls.at(1).params["logEvents"][0]["message"], "plain");
}

TEST(Logs, AGroupThatDoesNotExistIsNotFoundAndAskedForAgain) {
  World world;
  world.aws.refusals["logs:CreateLogStream"] = {
      "ResourceNotFoundException", "The specified log group does not exist.", 400, {}};
  world.listen({logs_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("destination-not-found"));
  world.aws.refusals.clear();
  world.send("b");
  EXPECT_THAT(world.events(EventKind::kDelivered), SizeIs(1));
  world.aws.refusals["logs:PutLogEvents"] = {
      "ResourceNotFoundException", "The specified log stream does not exist.", 400, {}};
  world.send("c");
  world.aws.refusals.clear();
  world.send("d");
  EXPECT_THAT(operations(world), ElementsAre("CreateLogStream", "CreateLogStream", "PutLogEvents",
                                             "PutLogEvents", "CreateLogStream", "PutLogEvents"))
      << "a stream that went away is made again";
}

TEST(Logs, EachActionThatIsDeniedIsNamed) {
  for (const auto* action : {"logs:CreateLogStream", "logs:PutLogEvents"}) {
    World world;
    world.aws.denied_actions = {action};
    world.listen({logs_destination()});
    world.send("a");
    EXPECT_THAT(world.discards(), ElementsAre("access-denied"));
    EXPECT_THAT(world.events(EventKind::kDiscarded)[0].text, HasSubstr(action));
  }
}

TEST(Logs, AnEmptyPayloadIsNoEventAndKeepsNoOtherBack) {
  World world;
  world.listen({logs_destination({{"Batching", {{"Count", "2"}}}})});
  world.send("");
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("destination-error"));
  EXPECT_THAT(world.aws.calls.at(1).params["logEvents"], SizeIs(1));
}

TEST(Logs, CallsAreSplitToOneMebibyte) {
  World world;
  world.listen({logs_destination(
      {{"Batching", {{"Count", "20"}, {"SizeInMB", "100"}}}, {"Formatter", "hex"}})});
  for (int i = 0; i < 20; ++i) world.send(std::string(60'000, 'x'));
  std::vector<std::size_t> sizes;
  for (std::size_t i = 1; i < world.aws.calls.size(); ++i)
    sizes.push_back(world.aws.calls[i].params["logEvents"].size());
  EXPECT_THAT(sizes, ElementsAre(8, 8, 4));
}

TEST(Logs, EventsThatTheServiceRejectsAreDiscarded) {
  World world;
  world.aws.answers["PutLogEvents"] = {
      {"rejectedLogEventsInfo", {{"tooOldLogEventEndIndex", 1}, {"tooNewLogEventStartIndex", 2}}}};
  world.listen({logs_destination({{"Batching", {{"Count", "3"}}}})});
  for (const auto* payload : {"a", "b", "c"}) world.send(payload);
  EXPECT_THAT(world.discards(), ElementsAre("destination-error", "destination-error"));
  EXPECT_THAT(world.events(EventKind::kDiscarded)[0].text, HasSubstr("older"));
  EXPECT_THAT(world.events(EventKind::kDiscarded)[1].text, HasSubstr("future"));
  EXPECT_EQ(world.events(EventKind::kDelivered).at(0).count, 1U);
}

TEST(Logs, WhatIsNoGroupIsRefused) {
  for (const auto* arn :
       {"arn:aws:logs:us-west-2:1:log-group:g:log-stream:s",
        "arn:aws:logs:us-west-2:1:destination:d", "arn:aws:logs:us-west-2:1:log-group:"}) {
    World world;
    const auto made = world.create(
        "Listener", "Udp",
        {{"Protocols", {"udp"}},
         {"ClientRestrictions", {{"Networks", {"0.0.0.0/0"}}}},
         {"Destinations", json::array({logs_destination({{"DestinationArn", arn}})})}});
    ASSERT_FALSE(made) << arn;
    EXPECT_THAT(made.error().to_string(), HasSubstr("is not the ARN of a log group"));
  }
}

}  // namespace
}  // namespace loopgate::gateway::testing
