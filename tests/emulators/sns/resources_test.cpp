// The CloudFormation types and the gateway's port.
#include "emulators/sns/resources.h"

#include "emulators/sns/sns_port.h"
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

class Resources : public Account {
 protected:
  cfn::ResourceRequest request(json properties, std::string physical_id = {},
                               json old_properties = json::object()) {
    cfn::ResourceRequest out;
    out.stack = &stack;
    out.logical_id = "Events";
    out.physical_id = std::move(physical_id);
    out.properties = std::move(properties);
    out.old_properties = std::move(old_properties);
    out.place = {"app.yaml", 7};
    return out;
  }
  Result<cfn::ResourceState> create(cfn::ResourceType& type, json properties) {
    Result<cfn::ResourceState> result;
    type.create(request(std::move(properties)), [&](auto done) { result = std::move(done); });
    return result;
  }
  Result<cfn::ResourceState> update(cfn::ResourceType& type, const std::string& id, json old_ones,
                                    json new_ones) {
    Result<cfn::ResourceState> result;
    type.update(request(std::move(new_ones), id, std::move(old_ones)),
                [&](auto done) { result = std::move(done); });
    return result;
  }
  std::string invalid(cfn::ResourceType& type, json properties) {
    std::vector<std::string> warnings;
    const auto status = type.validate(request(std::move(properties)), warnings);
    return status ? "" : status.error().to_string();
  }

  cfn::StackContext stack{"demo", "arn:aws:cloudformation:x", "123456789012", "us-west-2", ".",
                          false};
  TopicResource topic_type{topics, random};
  SubscriptionResource subscription_type{topics};
  TopicPolicyResource policy_type{topics};
};

TEST_F(Resources, ATopicIsNamedByItsStackAndSubscribesInline) {
  const json properties = {{"DisplayName", "Events"},
                           {"Subscription", {{{"Protocol", "sqs"}, {"Endpoint", kQueue}}}},
                           {"Tags", {{{"Key", "a"}, {"Value", "b"}}}}};
  const auto state = create(topic_type, properties).value();
  EXPECT_TRUE(state.physical_id.starts_with("arn:aws:sns:us-west-2:123456789012:demo-Events-"));
  EXPECT_EQ(state.attributes["TopicArn"], state.physical_id);
  EXPECT_TRUE(state.attributes["TopicName"].get<std::string>().starts_with("demo-Events-"));
  EXPECT_EQ(topics.table().subscriptions_of(state.physical_id).size(), 1u);

  auto changed = properties;
  changed.erase("DisplayName");
  changed["Subscription"][0]["Endpoint"] = kDeadLetters;
  EXPECT_EQ(update(topic_type, state.physical_id, properties, changed)->physical_id,
            state.physical_id);
  const auto& subscriptions = topics.table().subscriptions_of(state.physical_id);
  ASSERT_EQ(subscriptions.size(), 1u);
  EXPECT_EQ(topics.table().subscription(subscriptions[0])->endpoint, kDeadLetters);
  EXPECT_FALSE(topics.table().topic(state.physical_id)->attributes.contains("DisplayName"));

  changed["TopicName"] = "named";
  EXPECT_EQ(update(topic_type, state.physical_id, properties, changed)->physical_id,
            "arn:aws:sns:us-west-2:123456789012:named")
      << "another name is another topic";
  topic_type.remove(request({}, state.physical_id), [](Status status) { EXPECT_TRUE(status); });
  EXPECT_EQ(topics.table().topic(state.physical_id), nullptr);
}

TEST_F(Resources, AFailedInlineSubscriptionLeavesNoTopic) {
  const auto state =
      create(topic_type, {{"Subscription", {{{"Protocol", "sqs"}, {"Endpoint", "orders"}}}}});
  EXPECT_EQ(state.error().to_string(), "app.yaml:7: Invalid parameter: SQS endpoint ARN");
  EXPECT_TRUE(topics.table().topics().empty());
}

TEST_F(Resources, ATopicOfSomebodyElseIsNeitherTakenNorDeleted) {
  const auto arn = topic();
  const auto name = arn.substr(arn.rfind(':') + 1);
  const auto twice = create(topic_type, {{"TopicName", name}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().to_string(), "app.yaml:7: a topic named " + name + " exists already");
  EXPECT_NE(topics.table().topic(arn), nullptr);
}

TEST_F(Resources, AFailedUpdateLeavesATopicAsItWas) {
  const json properties = {{"DisplayName", "Old"},
                           {"Subscription", {{{"Protocol", "sqs"}, {"Endpoint", kQueue}}}}};
  const auto arn = create(topic_type, properties)->physical_id;
  const json wrong = {{"DisplayName", "New"},
                      {"SignatureVersion", "2"},
                      {"Subscription",
                       {{{"Protocol", "sqs"}, {"Endpoint", kDeadLetters}},
                        {{"Protocol", "sqs"}, {"Endpoint", "orders"}}}}};
  EXPECT_FALSE(update(topic_type, arn, properties, wrong));
  EXPECT_EQ(topics.table().topic(arn)->attributes, (AttributeMap{{"DisplayName", "Old"}}));
  const auto& subscriptions = topics.table().subscriptions_of(arn);
  ASSERT_EQ(subscriptions.size(), 1u);
  EXPECT_EQ(topics.table().subscription(subscriptions[0])->endpoint, kQueue);
}

TEST_F(Resources, AFailedUpdateLeavesASubscriptionAsItWas) {
  const json properties = {{"TopicArn", topic()},
                           {"Protocol", "sqs"},
                           {"Endpoint", kQueue},
                           {"FilterPolicy", {{"k", {"a"}}}}};
  const auto arn = create(subscription_type, properties)->physical_id;
  const auto before = topics.table().subscription(arn)->attributes;
  auto wrong = properties;
  wrong["FilterPolicyScope"] = "MessageBody";
  wrong["FilterPolicy"] = {{"k", {{{"like", "x"}}}}};
  EXPECT_FALSE(update(subscription_type, arn, properties, wrong));
  const auto* now = topics.table().subscription(arn);
  EXPECT_EQ(now->attributes.at("FilterPolicy"), before.at("FilterPolicy"));
  ASSERT_TRUE(now->filter.has_value());
  EXPECT_FALSE(now->filter->matches({}, R"({"k":"a"})")) << "its scope is the attributes again";
}

TEST_F(Resources, ASubscriptionTakesItsPolicyAsAnObject) {
  const auto arn = topic();
  const json properties = {{"TopicArn", arn},
                           {"Protocol", "sqs"},
                           {"Endpoint", kQueue},
                           {"RawMessageDelivery", "true"},
                           {"FilterPolicy", {{"k", {"a"}}}}};
  const auto state = create(subscription_type, properties).value();
  EXPECT_EQ(state.attributes["Arn"], state.physical_id);
  EXPECT_TRUE(topics.table().subscription(state.physical_id)->raw);
  EXPECT_TRUE(topics.table().subscription(state.physical_id)->filter.has_value());

  auto changed = properties;
  changed.erase("RawMessageDelivery");
  changed["FilterPolicyScope"] = "MessageBody";
  changed["FilterPolicy"] = {{"a", {{"b", {1}}}}};
  EXPECT_EQ(update(subscription_type, state.physical_id, properties, changed)->physical_id,
            state.physical_id);
  const auto* updated = topics.table().subscription(state.physical_id);
  EXPECT_FALSE(updated->raw);
  EXPECT_TRUE(updated->filter->matches({}, R"({"a":{"b":1}})"));
}

TEST_F(Resources, ValidatesBeforeAnythingIsMade) {
  EXPECT_EQ(invalid(topic_type, {{"FifoTopic", true}, {"TopicName", "x"}}),
            "app.yaml:7: the TopicName of a FIFO topic must end with .fifo");
  EXPECT_EQ(invalid(subscription_type, {{"Protocol", "sqs"}}),
            "app.yaml:7: property TopicArn is required");
  EXPECT_EQ(invalid(subscription_type, {{"Protocol", "sqs"},
                                        {"TopicArn", "${unresolved:T}"},
                                        {"FilterPolicy", {{"k", {{{"like", "x"}}}}}}}),
            "app.yaml:7: Invalid parameter: FilterPolicy: Unrecognized match type like");
  EXPECT_EQ(invalid(subscription_type, {{"Protocol", "sqs"},
                                        {"TopicArn", "${unresolved:T}"},
                                        {"FilterPolicy", {{"k", {"${unresolved:V}"}}}}}),
            "");
  EXPECT_EQ(invalid(policy_type, {{"Topics", {"x"}}}),
            "app.yaml:7: PolicyDocument must be an object with a Statement");
}

TEST_F(Resources, ATopicPolicyIsSetAndTakenBack) {
  const auto arn = topic();
  const json properties = {{"Topics", {arn}}, {"PolicyDocument", {{"Statement", json::array()}}}};
  EXPECT_EQ(policy_type.order(), cfn::CreationOrder::kGrant);
  const auto state = create(policy_type, properties).value();
  EXPECT_EQ(topics.topic_attributes(arn)->at("Policy"), R"({"Statement":[]})");
  policy_type.remove(request(properties, state.physical_id),
                     [](Status status) { EXPECT_TRUE(status); });
  EXPECT_NE(topics.topic_attributes(arn)->at("Policy"), R"({"Statement":[]})");
}

TEST_F(Resources, ThePortAsksForEachAction) {
  TaskQueue tasks;
  std::string allowed = "sns:Subscribe";
  std::vector<std::string> asked;
  EmbeddedSns port(topics, tasks,
                   [&](const aws::Session&, std::string_view action,
                       const std::string& resource) -> aws::Outcome<void> {
                     asked.push_back(std::string(action) + " " + resource);
                     if (action == allowed) return {};
                     return aws::refuse(aws::access_denied("no"));
                   });
  const auto session = std::make_shared<const aws::Session>(
      aws::Session{"123456789012", "arn:aws:iam::123456789012:role/r", "s", {}});
  const auto arn = topic();

  std::string subscription;
  port.subscribe(session,
                 {.topic_arn = arn,
                  .queue_arn = kQueue,
                  .filter_policy = R"({"EgressRegion":["us-west-2"]})",
                  .raw_delivery = true},
                 [&](aws::Outcome<std::string> done) { subscription = done.value(); });
  EXPECT_TRUE(subscription.empty()) << "completes from the task queue";
  tasks.run_ready();
  EXPECT_TRUE(topics.table().subscription(subscription)->raw);

  std::string refused;
  port.unsubscribe(session, subscription,
                   [&](aws::Outcome<aws::Done> done) { refused = done.error().code; });
  tasks.run_ready();
  EXPECT_EQ(refused, "AccessDenied");
  EXPECT_EQ(asked.back(), "sns:Unsubscribe " + arn);

  allowed = "sns:ListSubscriptionsByTopic";
  std::vector<std::string> listed;
  port.list_subscriptions_by_topic(
      session, arn, [&](aws::Outcome<std::vector<std::string>> done) { listed = done.value(); });
  tasks.run_ready();
  EXPECT_EQ(listed, std::vector<std::string>{subscription});

  allowed = "sns:Unsubscribe";
  port.unsubscribe(session, subscription,
                   [&](aws::Outcome<aws::Done> done) { EXPECT_TRUE(done.has_value()); });
  tasks.run_ready();
  EXPECT_EQ(topics.table().subscription(subscription), nullptr);
}

}  // namespace
}  // namespace loopgate::sns
