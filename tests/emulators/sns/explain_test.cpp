#include <gmock/gmock.h>

#include "base/json.h"
#include "emulators/sns/explain.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// "key: got → matches", in order.
std::vector<std::string> lines(const ordered_json& keys) {
  std::vector<std::string> out;
  for (const auto& each : keys) {
    out.push_back((each.contains("branch") ? each["branch"].get<std::string>() + " " : "") +
                  each["key"].get<std::string>() + " " + write_json(each["accepts"]) + " " +
                  write_json(each["got"]) + (each["matches"] == true ? " yes" : " no"));
  }
  return out;
}

TEST(ExplainFilter, NamesEachKeyOfAttributes) {
  const std::vector<aws::MessageAttribute> attributes = {{"store", "String", "books"},
                                                         {"price", "Number", "9"},
                                                         {"tags", "String.Array", R"(["a","b"])"},
                                                         {"blob", "Binary", "x"}};
  EXPECT_THAT(
      lines(explain_filter(R"({"store":["books"],"price":[{"numeric":[">",10]}],"tags":["b"],)"
                           R"("blob":["x"],"gone":[{"exists":false}]})",
                           FilterScope::kMessageAttributes, attributes, "")),
      ElementsAre(R"(store ["books"] ["books"] yes)",
                  R"(price [{"numeric":[">",10]}] [9] no)",  //
                  R"(tags ["b"] ["a","b"] yes)",
                  R"-(blob ["x"] ["(binary: policies do not see it)"] no)-",
                  R"(gone [{"exists":false}] [] yes)"));
}

TEST(ExplainFilter, FollowsPathsOfTheBody) {
  EXPECT_THAT(
      lines(explain_filter(R"({"order":{"items":{"kind":["x"]},"by.name":["n"]},"top":[1]})",
                           FilterScope::kMessageBody, {},
                           R"({"order":{"items":[{"kind":"y"},{"kind":"x"}],"by":{"name":"n"}}})")),
      ElementsAre(R"(order.items.kind ["x"] ["y","x"] yes)",
                  R"(order.by.name ["n"] ["n"] yes)",  //
                  R"(top [1] [] no)"));
}

TEST(ExplainFilter, NumbersTheBranchesOfOr) {
  EXPECT_THAT(
      lines(explain_filter(R"({"$or":[{"a":["1"]},{"$or":[{"b":["2"]},{"c":["3"]}]}]})",
                           FilterScope::kMessageAttributes, {{"c", "String", "3"}}, "")),
      ElementsAre(R"(1 a ["1"] [] no)", R"(2.1 b ["2"] [] no)", R"(2.2 c ["3"] ["3"] yes)"));
}

TEST(ExplainFilter, OfABodyThatIsNoJsonNothingMatches) {
  EXPECT_THAT(lines(explain_filter(R"({"a":["1"]})", FilterScope::kMessageBody, {}, "text")),
              ElementsAre(R"(a ["1"] [] no)"));
}

class ExplainTopic : public Account {};

TEST_F(ExplainTopic, SaysWhoGetsAMessage) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"FilterPolicy", R"({"store":["books"]})"}});
  subscribe(arn, std::string(kQueue) + "2");
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "http"}, {"Endpoint", "http://h/"}});
  PublishRequest request;
  request.topic_arn = arn;
  request.message = "m";
  request.attributes = {{"store", "String", "toys"}};
  const auto explained = topics.explain(request);
  ASSERT_TRUE(explained.has_value());
  const auto& each = (*explained)["subscriptions"];
  ASSERT_THAT(each, SizeIs(3));
  EXPECT_EQ(each[0]["delivers"], false);
  EXPECT_EQ(each[0]["why"], "store: no value of the policy's matches");
  EXPECT_EQ(each[0]["scope"], "MessageAttributes");
  EXPECT_THAT(lines(each[0]["keys"]), ElementsAre(R"(store ["books"] ["toys"] no)"));
  EXPECT_EQ(each[1]["delivers"], true);
  EXPECT_EQ(each[1]["why"], "it has no filter policy");
  EXPECT_EQ(each[2]["why"], "it is not confirmed yet");
  EXPECT_TRUE(queues.messages.empty()) << "nothing is published";
  request.topic_arn += "x";
  EXPECT_FALSE(topics.explain(request).has_value());
}

// What would be lost on the way is not said to be delivered.
TEST_F(ExplainTopic, SaysWhatKeepsAMessageFromItsQueue) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  subscribe(arn, std::string(kQueue) + "-missing");
  PublishRequest request;
  request.topic_arn = arn;
  request.message = "m";
  queues.policy = "deny";
  auto explained = topics.explain(request).value()["subscriptions"];
  EXPECT_EQ(explained[0]["delivers"], false);
  EXPECT_EQ(explained[0]["why"],
            "it has no filter policy, but add an AWS::SQS::QueuePolicy (Action sqs:SendMessage, "
            "Principal sns.amazonaws.com, SourceArn " +
                arn + ")");
  queues.policy = "allow";
  explained = topics.explain(request).value()["subscriptions"];
  EXPECT_EQ(explained[0]["delivers"], true);
  EXPECT_EQ(explained[1]["why"], "it has no filter policy, but there is no such queue");
}

TEST_F(ExplainTopic, RemembersTheLastPublishes) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"FilterPolicy", R"({"store":["books"]})"}});
  const auto publish = [&](const std::string& message) {
    return (*call("Publish", {{"TopicArn", arn}, {"Message", message}}))["MessageId"]
        .get<std::string>();
  };
  const auto id = publish("m");
  EXPECT_THAT(told(EventKind::kFiltered), ElementsAre("store: missing"));
  const auto explained = topics.explain_published(id);
  ASSERT_TRUE(explained.has_value());
  EXPECT_THAT(lines((*explained)["subscriptions"][0]["keys"]),
              ElementsAre(R"(store ["books"] [] no)"));
  EXPECT_FALSE(topics.explain_published(publish(std::string(5000, 'x'))).has_value());
  for (int i = 0; i < 256; ++i) publish("m");
  EXPECT_FALSE(topics.explain_published(id).has_value());
}

}  // namespace
}  // namespace loopgate::sns
