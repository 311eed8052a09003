#include <gmock/gmock.h>

// Topics, subscriptions, attributes, tags, permissions: what the API keeps and what it refuses.
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

using TopicsTest = Account;

TEST_F(TopicsTest, CreatingATopicTwiceFindsIt) {
  EXPECT_EQ(topic(), "arn:aws:sns:us-west-2:123456789012:events");
  EXPECT_EQ(topic(), "arn:aws:sns:us-west-2:123456789012:events");
  EXPECT_EQ(refusal("CreateTopic", {{"Name", "events"}, {"Attributes", {{"DisplayName", "x"}}}}),
            "InvalidParameter: Invalid parameter: Attributes Reason: Topic already exists with "
            "different attributes");
  EXPECT_EQ(
      refusal("CreateTopic", {{"Name", "events"}, {"Tags", {{{"Key", "a"}, {"Value", "b"}}}}}),
      "InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different "
      "tags");
}

TEST_F(TopicsTest, RefusesBadNames) {
  EXPECT_EQ(refusal("CreateTopic", {{"Name", "with space"}}),
            "InvalidParameter: Invalid parameter: Topic Name");
  EXPECT_EQ(refusal("CreateTopic", {{"Name", "a.fifo"}}),
            "InvalidParameter: Invalid parameter: Topic Name");
  EXPECT_EQ(refusal("CreateTopic", {{"Name", std::string(257, 'a')}}),
            "InvalidParameter: Invalid parameter: Topic Name");
  for (const auto& name : {std::string("a"), std::string(".fifo"), std::string("a.b.fifo"),
                           std::string(252, 'a') + ".fifo"}) {
    EXPECT_EQ(refusal("CreateTopic", {{"Name", name}, {"Attributes", {{"FifoTopic", "true"}}}}),
              "InvalidParameter: Invalid parameter: Topic Name")
        << name;
  }
  topic(std::string(251, 'a') + ".fifo", {{"FifoTopic", "true"}});
}

TEST_F(TopicsTest, ShowsAndSetsAttributes) {
  const auto arn = topic();
  const auto attributes = call("GetTopicAttributes", {{"TopicArn", arn}}).value()["Attributes"];
  EXPECT_EQ(attributes["Owner"], "123456789012");
  EXPECT_EQ(attributes["SubscriptionsConfirmed"], "0");
  EXPECT_FALSE(attributes.contains("FifoTopic"));
  EXPECT_EQ(json::parse(attributes["Policy"].get<std::string>())["Statement"][0]["Resource"], arn);

  EXPECT_TRUE(
      call("SetTopicAttributes",
           {{"TopicArn", arn}, {"AttributeName", "DisplayName"}, {"AttributeValue", "Events"}}));
  EXPECT_EQ(call("GetTopicAttributes", {{"TopicArn", arn}}).value()["Attributes"]["DisplayName"],
            "Events");
  EXPECT_EQ(refusal("SetTopicAttributes",
                    {{"TopicArn", arn}, {"AttributeName", "Nothing"}, {"AttributeValue", "x"}}),
            "InvalidParameter: Invalid parameter: AttributeName");
  EXPECT_EQ(refusal("GetTopicAttributes", {{"TopicArn", arn + "2"}}),
            "NotFound: Topic does not exist");
  EXPECT_EQ(refusal("GetTopicAttributes", {{"TopicArn", arn + ":id"}}),
            "InvalidParameter: Invalid parameter: TopicArn");
}

TEST_F(TopicsTest, KeepsRegionsAndAccountsApart) {
  const auto arn = topic();
  EXPECT_EQ(call("GetTopicAttributes", {{"TopicArn", arn}}, "us-east-1").error().message,
            "Invalid parameter: TopicArn");
  EXPECT_TRUE(call("ListTopics", json::object(), "us-east-1").value()["Topics"].empty());
  EXPECT_EQ(call("ListTopics", json::object()).value()["Topics"].size(), 1u);
}

TEST_F(TopicsTest, ListsInPages) {
  for (int i = 0; i < 150; ++i) topic("t" + std::to_string(i));
  const auto first = call("ListTopics", json::object()).value();
  EXPECT_EQ(first["Topics"].size(), 100u);
  const auto second = call("ListTopics", {{"NextToken", first["NextToken"]}}).value();
  EXPECT_EQ(second["Topics"].size(), 50u);
  EXPECT_FALSE(second.contains("NextToken"));
}

TEST_F(TopicsTest, DeletingATopicTakesItsSubscriptions) {
  const auto arn = topic();
  subscribe(arn, kQueue);
  EXPECT_TRUE(call("DeleteTopic", {{"TopicArn", arn}}));
  EXPECT_TRUE(call("DeleteTopic", {{"TopicArn", arn}})) << "gone already counts";
  EXPECT_TRUE(call("ListSubscriptions", json::object()).value()["Subscriptions"].empty());
}

TEST_F(TopicsTest, SubscribingIsIdempotent) {
  const auto arn = topic();
  const auto first = subscribe(arn, kQueue);
  EXPECT_EQ(subscribe(arn, kQueue), first);
  EXPECT_TRUE(first.starts_with(arn + ":"));
  EXPECT_EQ(refusal("Subscribe", {{"TopicArn", arn},
                                  {"Protocol", "sqs"},
                                  {"Endpoint", kQueue},
                                  {"Attributes", {{"RawMessageDelivery", "true"}}}}),
            "InvalidParameter: Invalid parameter: Attributes Reason: Subscription already exists "
            "with different attributes");
  EXPECT_EQ(call("ListSubscriptionsByTopic", {{"TopicArn", arn}}).value()["Subscriptions"].size(),
            1u);
}

struct SubscribeRefusal {
  const char* protocol;
  const char* endpoint;
  const char* message;
};

TEST_F(TopicsTest, RefusesEndpointsInTheWordsOfAws) {
  const auto arn = topic();
  const SubscribeRefusal cases[] = {
      {"carrier-pigeon", "x",
       "Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon"},
      {"sqs", "orders", "Invalid parameter: SQS endpoint ARN"},
      {"lambda", kQueue, "Invalid parameter: Lambda endpoint ARN"},
      {"http", "https://x", "Invalid parameter: Endpoint must match the specified protocol"},
      {"sms", "0123", "Invalid SMS endpoint: 0123"},
      {"email", "nobody", "Invalid parameter: Email address"},
      {"sqs", "", "Invalid parameter: Endpoint"},
      {"sqs", "arn:aws:sqs:us-west-2:123456789012:q.fifo",
       "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be "
       "subscribed to standard SNS topics"},
      {"firehose", "arn:aws:firehose:us-west-2:123456789012:x",
       "Invalid parameter: Attributes Reason: SubscriptionRoleArn is required"},
      {"firehose", kQueue, "Invalid parameter: Firehose endpoint ARN"},
      {"application", "arn:aws:sns:us-west-2:123456789012:app/GCM/a",
       "Invalid parameter: Application endpoint ARN"},
      {"http", "http://a b/",
       "Invalid parameter: Endpoint Reason: the URL has characters that must "
       "be percent-encoded"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(refusal("Subscribe",
                      {{"TopicArn", arn}, {"Protocol", c.protocol}, {"Endpoint", c.endpoint}}),
              std::string("InvalidParameter: ") + c.message);
  }
}

TEST_F(TopicsTest, HttpEndpointsStayPendingUntilConfirmed) {
  const auto arn = topic();
  const json params = {
      {"TopicArn", arn}, {"Protocol", "https"}, {"Endpoint", "https://example.com/hook"}};
  EXPECT_EQ(call("Subscribe", params).value()["SubscriptionArn"], "pending confirmation");
  EXPECT_EQ(
      call("ListSubscriptions", json::object()).value()["Subscriptions"][0]["SubscriptionArn"],
      "PendingConfirmation");

  const auto token = topics.table().subscriptions().begin()->second.token;
  const auto confirmed = call("ConfirmSubscription", {{"TopicArn", arn}, {"Token", token}}).value();
  EXPECT_TRUE(confirmed["SubscriptionArn"].get<std::string>().starts_with(arn));
}

TEST_F(TopicsTest, ShowsTheScopeOnlyWithAPolicy) {
  const auto subscription = subscribe(topic(), kQueue);
  const auto attributes = [&] {
    return call("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}})
        .value()["Attributes"];
  };
  const auto set = [&](const char* name, const std::string& value) {
    return refusal(
        "SetSubscriptionAttributes",
        {{"SubscriptionArn", subscription}, {"AttributeName", name}, {"AttributeValue", value}});
  };
  EXPECT_EQ(attributes()["RawMessageDelivery"], "false");
  EXPECT_EQ(set("FilterPolicyScope", "MessageBody"), "accepted: {}");
  EXPECT_FALSE(attributes().contains("FilterPolicyScope"));
  EXPECT_EQ(set("FilterPolicy", R"({"attr":["match-this"]})"), "accepted: {}");
  EXPECT_EQ(attributes()["FilterPolicyScope"], "MessageBody");
  EXPECT_EQ(set("FilterPolicyScope", "RandomValue"),
            "InvalidParameter: Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. "
            "Please use either MessageBody or MessageAttributes");
  EXPECT_EQ(set("FilterPolicy", ""), "accepted: {}");
  EXPECT_FALSE(attributes().contains("FilterPolicy"));
  EXPECT_EQ(
      set("FilterPolicy", R"({"key":"x"})"),
      "InvalidParameter: Invalid parameter: FilterPolicy: \"key\" must be an object or an array\n "
      "at [Source: (String)\"{\"key\":\"x\"}\"; line: 1, column: 9]");
  EXPECT_EQ(set("RawMessageDelivery", "maybe"),
            "InvalidParameter: Invalid parameter: RawMessageDelivery: Invalid value [maybe]. Must "
            "be true or false.");
  EXPECT_EQ(
      set("RedrivePolicy", "x"),
      "InvalidParameter: Invalid parameter: RedrivePolicy: failed to parse JSON. Unrecognized "
      "token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
      "or 'false')\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
      "disabled); line: 1, column: 2]");
  EXPECT_EQ(set("RedrivePolicy", "5"),
            "InvalidParameter: Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid "
            "arn");
  EXPECT_EQ(set("RedrivePolicy", R"({"deadLetterTargetArn":"dead"})"),
            "InvalidParameter: Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid "
            "arn");
  EXPECT_EQ(set("Colour", "red"), "InvalidParameter: Invalid parameter: AttributeName");
}

TEST_F(TopicsTest, RefusesAPolicyAtSubscribeAndKeepsNothing) {
  const auto arn = topic();
  EXPECT_EQ(
      refusal("Subscribe", {{"TopicArn", arn},
                            {"Protocol", "sqs"},
                            {"Endpoint", kQueue},
                            {"Attributes", {{"FilterPolicy", R"({"k":[{"like":"x"}]})"}}}}),
      "InvalidParameter: Invalid parameter: Attributes Reason: FilterPolicy: Unrecognized "
      "match type like\n at [Source: (String)\"{\"k\":[{\"like\":\"x\"}]}\"; line: 1, column: "
      "16]");
  EXPECT_TRUE(topics.table().subscriptions().empty());
}

TEST_F(TopicsTest, UnsubscribingIsIdempotentButReadsItsArn) {
  const auto subscription = subscribe(topic(), kQueue);
  EXPECT_TRUE(call("Unsubscribe", {{"SubscriptionArn", subscription}}));
  EXPECT_TRUE(call("Unsubscribe", {{"SubscriptionArn", subscription}}));
  EXPECT_EQ(refusal("GetSubscriptionAttributes", {{"SubscriptionArn", subscription}}),
            "NotFound: Subscription does not exist");
}

TEST_F(TopicsTest, TagsAndPermissions) {
  const auto arn = topic();
  EXPECT_TRUE(
      call("TagResource",
           {{"ResourceArn", arn},
            {"Tags", {{{"Key", "team"}, {"Value", "a"}}, {{"Key", "env"}, {"Value", "b"}}}}}));
  EXPECT_TRUE(call("UntagResource", {{"ResourceArn", arn}, {"TagKeys", {"env"}}}));
  EXPECT_EQ(call("ListTagsForResource", {{"ResourceArn", arn}}).value()["Tags"],
            json::parse(R"([{"Key":"team","Value":"a"}])"));
  EXPECT_EQ(refusal("TagResource", {{"ResourceArn", arn + "x"}, {"Tags", json::array()}}),
            "ResourceNotFound: Resource does not exist");

  const json permission = {{"TopicArn", arn},
                           {"Label", "share"},
                           {"AWSAccountId", {"111111111111"}},
                           {"ActionName", {"Publish"}}};
  for (const auto& [name, nothing] :
       std::map<std::string, json>{{"Label", ""}, {"AWSAccountId", json::array()}}) {
    auto without = permission;
    without[name] = nothing;
    EXPECT_EQ(refusal("AddPermission", without), "InvalidParameter: Invalid parameter: " + name +
                                                     " Reason: no value for required parameter");
  }
  EXPECT_TRUE(call("AddPermission", permission));
  EXPECT_EQ(refusal("AddPermission", permission),
            "InvalidParameter: Invalid parameter: Statement already exists");
  const auto policy = [&] {
    return json::parse(call("GetTopicAttributes", {{"TopicArn", arn}})
                           .value()["Attributes"]["Policy"]
                           .get<std::string>());
  };
  EXPECT_EQ(policy()["Statement"][1]["Principal"]["AWS"], "arn:aws:iam::111111111111:root");
  EXPECT_EQ(policy()["Statement"][1]["Action"], "SNS:Publish");
  EXPECT_TRUE(call("RemovePermission", {{"TopicArn", arn}, {"Label", "share"}}));
  EXPECT_EQ(policy()["Statement"].size(), 1u);
}

TEST_F(TopicsTest, AQueueOfAnotherAccountIsConfirmedByItsOwner) {
  const auto arn = topic();
  const std::string foreign = "arn:aws:sqs:us-west-2:111122223333:theirs";
  const json params = {{"TopicArn", arn}, {"Protocol", "sqs"}, {"Endpoint", foreign}};
  EXPECT_EQ(call("Subscribe", params).value()["SubscriptionArn"], "pending confirmation");
  ASSERT_EQ(queues.messages[foreign].size(), 1u);
  const auto asked = json::parse(queues.messages[foreign][0].body);
  EXPECT_EQ(asked["Type"], "SubscriptionConfirmation");
  EXPECT_TRUE(call("Publish", {{"TopicArn", arn}, {"Message", "early"}}));
  EXPECT_EQ(queues.messages[foreign].size(), 1u) << "nothing comes before it is confirmed";

  ASSERT_TRUE(call("ConfirmSubscription", {{"TopicArn", arn}, {"Token", asked["Token"]}},
                   "us-west-2", "111122223333"));
  EXPECT_TRUE(call("Publish", {{"TopicArn", arn}, {"Message", "late"}}));
  ASSERT_EQ(queues.messages[foreign].size(), 2u);
  EXPECT_EQ(json::parse(queues.messages[foreign][1].body)["Message"], "late");
}

TEST_F(TopicsTest, AllOperationsAreThere) {
  const auto names = http::operation_names(service);
  EXPECT_EQ(std::ranges::count(names, ',') + 1, 42) << names;
}

TEST_F(TopicsTest, EverythingIsThereAfterARestart) {
  const auto arn = topic("orders.fifo", {{"FifoTopic", "true"}});
  const auto subscription = subscribe(arn, "arn:aws:sqs:us-west-2:123456789012:q.fifo",
                                      {{"FilterPolicyScope", "MessageBody"},
                                       {"FilterPolicy", R"({"a":{"b":["c"]}})"},
                                       {"RawMessageDelivery", "true"}});
  store->end_turn();
  Topics again(*store, clock, random, journal, dispatcher);
  const auto* loaded = again.table().subscription(subscription);
  ASSERT_NE(loaded, nullptr);
  EXPECT_TRUE(loaded->raw);
  ASSERT_TRUE(loaded->filter.has_value());
  EXPECT_TRUE(loaded->filter->matches({}, R"({"a":{"b":"c"}})"));
  EXPECT_TRUE(again.table().topic(arn)->fifo);
}

}  // namespace
}  // namespace loopgate::sns
