// FIFO topics that keep what was published, and replay it.
// https://docs.aws.amazon.com/sns/latest/dg/fifo-message-archiving-replay.html
#include <gmock/gmock.h>

#include "base/json.h"
#include "tests/emulators/sns/recorded.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class ArchiveTest : public Recorded {
 protected:
  std::string archived_topic() {
    return topic("orders.fifo", {{"FifoTopic", "true"},
                                 {"ContentBasedDeduplication", "true"},
                                 {"ArchivePolicy", R"({"MessageRetentionPeriod":"30"})"}});
  }
  void publish(const std::string& arn, const std::string& message, const json& attributes = {}) {
    json params = {{"TopicArn", arn}, {"Message", message}, {"MessageGroupId", "g"}};
    if (!attributes.is_null()) params["MessageAttributes"] = attributes;
    const auto result = call("Publish", params);
    EXPECT_TRUE(result.has_value()) << result.error().message;
  }
  void replay(const std::string& subscription, const std::string& from,
              const std::string& until = "") {
    json policy = {{"PointType", "Timestamp"}, {"StartingPoint", from}};
    if (!until.empty()) policy["EndingPoint"] = until;
    const auto result = call("SetSubscriptionAttributes", {{"SubscriptionArn", subscription},
                                                           {"AttributeName", "ReplayPolicy"},
                                                           {"AttributeValue", policy.dump()}});
    EXPECT_TRUE(result.has_value()) << result.error().message;
  }
  std::string status(const std::string& subscription) {
    const auto result = call("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}});
    return (*result)["Attributes"].value("ReplayStatus", "none");
  }
  std::vector<std::string> got(const std::string& queue = kFifoQueue) {
    std::vector<std::string> out;
    for (const auto& message : queues.messages[queue]) {
      const auto body = read_json(message.body).value();
      out.push_back(body["Message"].get<std::string>() +
                    (body.value("Replayed", false) ? " again" : ""));
    }
    queues.messages[queue].clear();
    return out;
  }
  std::string now() { return to_iso8601(clock.wall()); }
};

TEST_F(ArchiveTest, ReplaysWhatWasPublishedBetweenTwoTimes) {
  const auto arn = archived_topic();
  const auto subscription = subscribe(arn, kFifoQueue);
  publish(arn, "a");
  advance(1h);
  const auto from = now();
  publish(arn, "b");
  advance(1h);
  publish(arn, "c");
  const auto until = now();
  advance(1h);
  publish(arn, "d");
  EXPECT_THAT(got(), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(status(subscription), "none");
  replay(subscription, from, until);
  EXPECT_EQ(status(subscription), "Pending");
  publish(arn, "e");
  EXPECT_THAT(got(), IsEmpty()) << "it waits for its turn";
  advance(1s);
  EXPECT_THAT(got(), ElementsAre("b again", "c again", "e"));
  EXPECT_EQ(status(subscription), "Completed");
  publish(arn, "f");
  EXPECT_THAT(got(), ElementsAre("f"));
}

TEST_F(ArchiveTest, KeepsIdsTimesAndOrderOfMany) {
  const auto arn = archived_topic();
  const auto subscription = subscribe(arn, kFifoQueue);
  const auto from = now();
  for (int i = 0; i < 250; ++i) publish(arn, std::to_string(i));
  const auto before = queues.messages[kFifoQueue];
  queues.messages.clear();
  advance(24h);
  replay(subscription, from);
  advance(1s);
  const auto& after = queues.messages[kFifoQueue];
  ASSERT_THAT(after, SizeIs(250));
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto first = read_json(before[i].body).value(), again = read_json(after[i].body).value();
    for (const auto* member : {"MessageId", "SequenceNumber", "Timestamp", "Message"}) {
      EXPECT_EQ(first[member], again[member]);
    }
    EXPECT_EQ(after[i].group_id, "g");
  }
}

TEST_F(ArchiveTest, FiltersApply) {
  const auto arn = archived_topic();
  const auto subscription = subscribe(arn, kFifoQueue, {{"FilterPolicy", R"({"k":["yes"]})"}});
  const auto from = now();
  publish(arn, "a", {{"k", attribute("String", "yes")}});
  publish(arn, "b", {{"k", attribute("String", "no")}});
  advance(1h);
  got();
  replay(subscription, from);
  advance(1s);
  EXPECT_THAT(got(), ElementsAre("a again"));
}

TEST_F(ArchiveTest, ANewSubscriptionMayBeginWithTheArchive) {
  const auto arn = archived_topic();
  const auto from = now();
  publish(arn, "a");
  advance(1h);
  subscribe(arn, kFifoQueue,
            {{"ReplayPolicy", json{{"PointType", "Timestamp"}, {"StartingPoint", from}}.dump()}});
  advance(1s);
  EXPECT_THAT(got(), ElementsAre("a again"));
}

TEST_F(ArchiveTest, MessagesGoAfterTheirRetention) {
  const auto arn = archived_topic();
  const auto subscription = subscribe(arn, kFifoQueue);
  const auto from = now();
  publish(arn, "a");
  advance(std::chrono::days(31));
  publish(arn, "b");
  got();
  replay(subscription, from);
  advance(1s);
  EXPECT_THAT(got(), ElementsAre("b again"));
}

TEST_F(ArchiveTest, ATopicShowsItsArchiveAndKeepsItUntilItIsClosed) {
  const auto arn = archived_topic();
  publish(arn, "a");
  const auto shown = call("GetTopicAttributes", {{"TopicArn", arn}});
  EXPECT_EQ((*shown)["Attributes"]["ArchivePolicy"], R"({"MessageRetentionPeriod":"30"})");
  EXPECT_EQ((*shown)["Attributes"]["BeginningArchiveTime"], now());
  EXPECT_THAT(refusal("DeleteTopic", {{"TopicArn", arn}}), HasSubstr("InvalidState"));
  call("SetTopicAttributes",
       {{"TopicArn", arn}, {"AttributeName", "ArchivePolicy"}, {"AttributeValue", "{}"}});
  EXPECT_EQ(refusal("DeleteTopic", {{"TopicArn", arn}}), "accepted: {}");
}

TEST_F(ArchiveTest, Refuses) {
  const auto plain = topic("plain");
  const auto set_topic = [&](const std::string& arn, const std::string& policy) {
    return refusal(
        "SetTopicAttributes",
        {{"TopicArn", arn}, {"AttributeName", "ArchivePolicy"}, {"AttributeValue", policy}});
  };
  EXPECT_THAT(set_topic(plain, R"({"MessageRetentionPeriod":"30"})"), HasSubstr("only FIFO"));
  const auto arn = archived_topic();
  for (const auto* policy :
       {"x", "[]", R"({"MessageRetentionPeriod":"0"})", R"({"MessageRetentionPeriod":"366"})",
        R"({"Days":3})", R"({"MessageRetentionPeriod":"many"})"}) {
    EXPECT_THAT(set_topic(arn, policy), HasSubstr("InvalidParameter")) << policy;
  }
  const auto subscription = subscribe(arn, kFifoQueue);
  const auto set = [&](const std::string& of, const std::string& policy) {
    return refusal(
        "SetSubscriptionAttributes",
        {{"SubscriptionArn", of}, {"AttributeName", "ReplayPolicy"}, {"AttributeValue", policy}});
  };
  for (const auto* policy :
       {"x", "{}", R"({"PointType":"Timestamp"})",
        R"({"PointType":"Timestamp","StartingPoint":"yesterday"})",
        R"({"PointType":"Timestamp","StartingPoint":"2031-01-01T00:00:00.000Z"})",
        R"({"PointType":"Timestamp","StartingPoint":"2021-01-02T00:00:00.000Z",)"
        R"("EndingPoint":"2021-01-01T00:00:00.000Z"})"}) {
    EXPECT_THAT(set(subscription, policy), HasSubstr("InvalidParameter")) << policy;
  }
  EXPECT_THAT(set(subscribe(plain, kQueue),
                  R"({"PointType":"Timestamp","StartingPoint":"2021-01-01T00:00:00.000Z"})"),
              HasSubstr("no ArchivePolicy"));
}

}  // namespace
}  // namespace loopgate::sns
