// Publishing: who gets what, in which form, and what is told about who does not.
#include "tests/emulators/sns/account.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

using Publish = Account;

json attribute(const char* type, const char* value) {
  return {{"DataType", type},
          {type == std::string("Binary") ? "BinaryValue" : "StringValue", value}};
}

// The layout of
// https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html and of the
// guide's notification examples: two spaces, a blank before and after each colon.
TEST_F(Publish, WrapsMessagesForQueuesAsAws) {
  const auto arn = topic("ExampleTopic1");
  const auto subscription = subscribe(arn, kQueue);
  const auto result =
      call("Publish", {{"TopicArn", arn},
                       {"Subject", "TestSubject"},
                       {"Message", "This is a \"test\" message."},
                       {"MessageAttributes",
                        {{"a", attribute("String", "x")}, {"b", attribute("Binary", "aGk=")}}}})
          .value();
  ASSERT_EQ(queues.messages[kQueue].size(), 1u);
  const auto& delivered = queues.messages[kQueue][0];
  EXPECT_TRUE(delivered.attributes.empty());
  EXPECT_EQ(delivered.body,
            "{\n"
            "  \"Type\" : \"Notification\",\n"
            "  \"MessageId\" : \"" +
                result["MessageId"].get<std::string>() +
                "\",\n"
                "  \"TopicArn\" : \"" +
                arn +
                "\",\n"
                "  \"Subject\" : \"TestSubject\",\n"
                "  \"Message\" : \"This is a \\\"test\\\" message.\",\n"
                "  \"Timestamp\" : \"2021-02-16T21:41:19.978Z\",\n"
                "  \"SignatureVersion\" : \"1\",\n"
                "  \"Signature\" : \"" +
                json::parse(delivered.body)["Signature"].get<std::string>() +
                "\",\n"
                "  \"SigningCertURL\" : \"https://sns.us-west-2.amazonaws.com/_aws/sns/" +
                topics.signer().certificate_name() +
                "\",\n"
                "  \"UnsubscribeURL\" : \"https://sns.us-west-2.amazonaws.com/"
                "?Action=Unsubscribe&SubscriptionArn=" +
                subscription +
                "\",\n"
                "  \"MessageAttributes\" : {\n"
                "    \"a\" : {\"Type\":\"String\",\"Value\":\"x\"},\n"
                "    \"b\" : {\"Type\":\"Binary\",\"Value\":\"aGk=\"}\n"
                "  }\n"
                "}");
}

TEST_F(Publish, RawDeliveryPassesBodyAndAttributes) {
  const auto arn = topic();
  subscribe(arn, "arn:aws:sqs:eu-west-1:123456789012:far", {{"RawMessageDelivery", "true"}});
  call("Publish", {{"TopicArn", arn},
                   {"Message", "m"},
                   {"MessageAttributes", {{"b", attribute("Binary", "aGk=")}}}});
  const auto& far = queues.messages["arn:aws:sqs:eu-west-1:123456789012:far"];
  ASSERT_EQ(far.size(), 1u) << "another region";
  EXPECT_EQ(far[0].body, "m");
  ASSERT_EQ(far[0].attributes.size(), 1u);
  EXPECT_EQ(far[0].attributes[0].value, "hi");
}

TEST_F(Publish, InvokesFunctionsAsynchronously) {
  const auto arn = topic();
  const std::string function = "arn:aws:lambda:us-west-2:123456789012:function:f";
  const auto subscription =
      call("Subscribe", {{"TopicArn", arn}, {"Protocol", "lambda"}, {"Endpoint", function}})
          .value()["SubscriptionArn"];
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_EQ(functions.arns, std::vector{function});
  const auto event = json::parse(functions.payloads.at(0));
  EXPECT_EQ(event["Records"][0]["EventSource"], "aws:sns");
  EXPECT_EQ(event["Records"][0]["EventSubscriptionArn"], subscription);
  EXPECT_EQ(event["Records"][0]["Sns"]["Message"], "m");
  EXPECT_TRUE(event["Records"][0]["Sns"]["Subject"].is_null());
}

TEST_F(Publish, ChoosesTheTextOfTheProtocol) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"RawMessageDelivery", "true"}});
  call("Publish", {{"TopicArn", arn},
                   {"MessageStructure", "json"},
                   {"Message", R"({"default":"d","sqs":"for queues","http":1})"}});
  EXPECT_EQ(queues.messages[kQueue][0].body, "for queues");
}

TEST_F(Publish, FiltersAndSaysWhy) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"FilterPolicy", R"({"EgressRegion":["us-west-2"]})"}});
  std::vector<std::pair<std::string, std::size_t>> observed;
  topics.set_publish_observer([&](const PublishedMessage& message, std::size_t matched) {
    observed.emplace_back(message.body, matched);
  });
  call("Publish", {{"TopicArn", arn}, {"Message", "lost"}});
  call("Publish", {{"TopicArn", arn},
                   {"Message", "found"},
                   {"MessageAttributes", {{"EgressRegion", attribute("String", "us-west-2")}}}});
  EXPECT_EQ(queues.messages[kQueue].size(), 1u);
  EXPECT_EQ(told(EventKind::kFiltered), std::vector<std::string>{"EgressRegion: missing"});
  EXPECT_EQ(observed,
            (std::vector<std::pair<std::string, std::size_t>>{{"lost", 0}, {"found", 1}}));

  const auto events = journal.read(0, 10);
  EXPECT_EQ(events[0].kind, EventKind::kPublished);
  EXPECT_EQ(journal.name(events[0].subject), "events");
  EXPECT_EQ(events[0].size, 4u);
  EXPECT_EQ(journal.name(events[1].subject), kQueue);
}

TEST_F(Publish, BodyPoliciesReadTheBody) {
  const auto arn = topic();
  subscribe(arn, kQueue,
            {{"FilterPolicyScope", "MessageBody"}, {"FilterPolicy", R"({"a":{"b":[1]}})"}});
  call("Publish", {{"TopicArn", arn}, {"Message", R"({"a":{"b":1}})"}});
  call("Publish", {{"TopicArn", arn}, {"Message", "hello"}});
  EXPECT_EQ(queues.messages[kQueue].size(), 1u);
  EXPECT_EQ(told(EventKind::kFiltered), std::vector<std::string>{"the body is not a JSON object"});
}

TEST_F(Publish, FailedDeliveriesGoToTheDeadLetterQueue) {
  const auto arn = topic();
  const std::string missing = "arn:aws:sqs:us-west-2:123456789012:missing";
  subscribe(
      arn, missing,
      {{"RawMessageDelivery", "true"},
       {"RedrivePolicy", R"({"deadLetterTargetArn":")" + std::string(kDeadLetters) + R"("})"}});
  EXPECT_TRUE(call("Publish", {{"TopicArn", arn}, {"Message", "m"}}));
  ASSERT_EQ(queues.messages[kDeadLetters].size(), 1u);
  EXPECT_EQ(queues.messages[kDeadLetters][0].body, "m");
  EXPECT_TRUE(queues.messages[kDeadLetters][0].attributes.empty());
  EXPECT_EQ(told(EventKind::kWarning),
            std::vector<std::string>{"SNS could not deliver to " + missing +
                                     ": The specified queue does not exist. The message went to "
                                     "the dead-letter queue " +
                                     kDeadLetters + "."});
}

TEST_F(Publish, AFunctionThatFailsGoesToTheDeadLetterQueue) {
  const auto arn = topic();
  call(
      "Subscribe",
      {{"TopicArn", arn},
       {"Protocol", "lambda"},
       {"Endpoint", "arn:aws:lambda:us-west-2:123456789012:function:f"},
       {"Attributes",
        {{"RedrivePolicy", R"({"deadLetterTargetArn":")" + std::string(kDeadLetters) + R"("})"}}}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  functions.completions[0](
      aws::refuse({"ResourceNotFoundException", "Function not found", 404, {}}));
  EXPECT_EQ(queues.messages[kDeadLetters].size(), 1u);
}

TEST_F(Publish, AQueueWhosePolicyForbidsItGetsNothingAndTheJournalSaysSo) {
  queues.policy = "deny";
  const auto arn = topic();
  subscribe(arn, kQueue);
  EXPECT_TRUE(call("Publish", {{"TopicArn", arn}, {"Message", "m"}}));
  EXPECT_TRUE(queues.messages[kQueue].empty());
  ASSERT_EQ(told(EventKind::kWarning).size(), 1u);
  EXPECT_NE(told(EventKind::kWarning)[0].find("AWS::SQS::QueuePolicy"), std::string::npos);
}

struct PublishRefusal {
  const char* params;
  const char* message;
};

TEST_F(Publish, RefusesInTheWordsOfAws) {
  const auto arn = topic();
  // clang-format off: one case a line
  const PublishRefusal cases[] = {
      {R"({"Message":""})", "InvalidParameter: Invalid parameter: Empty message"},
      {R"({})", "InvalidParameter: Invalid parameter: Empty message"},
      {R"({"Message":"m","Subject":""})", "InvalidParameter: Invalid parameter: Subject"},
      {R"({"Message":"m","Subject":"line\nbreak"})", "InvalidParameter: Invalid parameter: Subject"},
      {R"({"Message":"m","MessageStructure":"xml"})", "InvalidParameter: Invalid parameter: MessageStructure"},
      {R"({"Message":"m","MessageStructure":"json"})", "InvalidParameter: Invalid parameter: Message Structure - JSON message body failed to parse"},
      {R"({"Message":"{}","MessageStructure":"json"})", "InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON message body"},
      {R"({"Message":"m","MessageDeduplicationId":"d"})", "InvalidParameter: Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"},
      {R"({"Message":"m","MessageAttributes":{".a":{"DataType":"String","StringValue":"x"}}})", "ParameterValueInvalid: Invalid message attribute name starting with character '.' was found."},
      {R"({"Message":"m","MessageAttributes":{"a.":{"DataType":"String","StringValue":"x"}}})", "ParameterValueInvalid: Invalid message attribute name ending with character '.' was found."},
      {R"({"Message":"m","MessageAttributes":{"a..b":{"DataType":"String","StringValue":"x"}}})", "ParameterValueInvalid: Message attribute name can not have successive '.' character."},
      {R"({"Message":"m","MessageAttributes":{"a b":{"DataType":"String","StringValue":"x"}}})", "ParameterValueInvalid: Invalid non-alphanumeric character '#x20' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots."},
      {R"({"Message":"m","MessageAttributes":{"a":{"StringValue":"x"}}})", "ValidationError: 1 validation error detected: Value null at 'messageAttributes.a.member.dataType' failed to satisfy constraint: Member must not be null"},
      {R"({"Message":"m","MessageAttributes":{"a":{"DataType":"Float","StringValue":"x"}}})", "ParameterValueInvalid: The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."},
      {R"({"Message":"m","MessageAttributes":{"a":{"DataType":"String"}}})", "ParameterValueInvalid: The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'."},
      {R"({"Message":"m","MessageAttributes":{"a":{"DataType":"Binary","StringValue":"x"}}})", "ParameterValueInvalid: The message attribute 'a' with type 'Binary' must use field 'Binary'."},
      {R"({"Message":"m","TopicArn":"arn:aws:sns:us-west-2:123456789012:other"})", "NotFound: Topic does not exist"},
  };
  // clang-format on
  for (const auto& c : cases) {
    auto params = json::parse(c.params);
    if (!params.contains("TopicArn")) params["TopicArn"] = arn;
    EXPECT_EQ(refusal("Publish", params), c.message) << c.params;
  }
  EXPECT_EQ(refusal("Publish", {{"TopicArn", arn}, {"Message", std::string(256 * 1024 + 1, 'x')}}),
            "InvalidParameter: Invalid parameter: Message too long");
  EXPECT_EQ(refusal("Publish", {{"Message", "m"}}),
            "InvalidParameter: Invalid parameter: TopicArn or TargetArn Reason: no value for "
            "required parameter");
  EXPECT_TRUE(told(EventKind::kPublished).empty());
}

TEST_F(Publish, BatchesSucceedAndFailByEntry) {
  const auto arn = topic();
  subscribe(arn, kQueue, {{"RawMessageDelivery", "true"}});
  const auto result = call("PublishBatch", {{"TopicArn", arn},
                                            {"PublishBatchRequestEntries",
                                             {{{"Id", "a"}, {"Message", "1"}},
                                              {{"Id", "b"}, {"Message", "2"}, {"Subject", ""}},
                                              {{"Id", "c"}, {"Message", "3"}}}}})
                          .value();
  EXPECT_EQ(result["Successful"].size(), 2u);
  EXPECT_EQ(result["Failed"][0]["Id"], "b");
  EXPECT_EQ(result["Failed"][0]["Code"], "InvalidParameter");
  EXPECT_EQ(queues.messages[kQueue].size(), 2u);
}

TEST_F(Publish, RefusesBatchesAsAWhole) {
  const auto arn = topic();
  const auto with = [&](json entries) {
    return refusal("PublishBatch",
                   {{"TopicArn", arn}, {"PublishBatchRequestEntries", std::move(entries)}});
  };
  json eleven = json::array();
  for (int i = 0; i < 11; ++i) eleven.push_back({{"Id", std::to_string(i)}, {"Message", "m"}});
  EXPECT_EQ(with(json::array()),
            "EmptyBatchRequest: The batch request doesn't contain any entries.");
  EXPECT_EQ(with(eleven),
            "TooManyEntriesInBatchRequest: The batch request contains more entries than "
            "permissible.");
  EXPECT_EQ(with({{{"Id", "a"}, {"Message", "m"}}, {{"Id", "a"}, {"Message", "m"}}}),
            "BatchEntryIdsNotDistinct: Two or more batch entries in the request have the same Id.");
  EXPECT_TRUE(with({{{"Id", "a b"}, {"Message", "m"}}, {{"Id", "c"}, {"Message", "m"}}})
                  .starts_with("InvalidBatchEntryId: "));
  const std::string half(150 * 1024, 'x');
  EXPECT_TRUE(with({{{"Id", "a"}, {"Message", half}}, {{"Id", "b"}, {"Message", half}}})
                  .starts_with("BatchRequestTooLong: "));
}

TEST_F(Publish, FifoTopicsNumberAndDeduplicateForFiveMinutes) {
  const auto arn =
      topic("orders.fifo", {{"FifoTopic", "true"}, {"ContentBasedDeduplication", "true"}});
  const std::string queue = "arn:aws:sqs:us-west-2:123456789012:q.fifo";
  subscribe(arn, queue, {{"RawMessageDelivery", "true"}});
  const json params = {{"TopicArn", arn}, {"Message", "m"}, {"MessageGroupId", "g"}};

  const auto first = call("Publish", params).value();
  EXPECT_EQ(first["SequenceNumber"], "10000000000000000001");
  clock.advance_to(clock.now() + std::chrono::seconds(299));
  EXPECT_EQ(call("Publish", params).value(), first);
  ASSERT_EQ(queues.messages[queue].size(), 1u);
  EXPECT_EQ(queues.messages[queue][0].group_id, "g");
  EXPECT_EQ(queues.messages[queue][0].deduplication_id.size(), 64u);

  clock.advance_to(clock.now() + std::chrono::seconds(1));
  EXPECT_NE(call("Publish", params).value()["MessageId"], first["MessageId"]);
  EXPECT_EQ(queues.messages[queue].size(), 2u);
}

TEST_F(Publish, FifoTopicsAskForGroupAndDeduplication) {
  const auto arn = topic("orders.fifo", {{"FifoTopic", "true"}});
  EXPECT_EQ(
      refusal("Publish", {{"TopicArn", arn}, {"Message", "m"}}),
      "InvalidParameter: Invalid parameter: The MessageGroupId parameter is required for FIFO "
      "topics");
  EXPECT_EQ(refusal("Publish", {{"TopicArn", arn}, {"Message", "m"}, {"MessageGroupId", "g"}}),
            "InvalidParameter: Invalid parameter: The topic should either have "
            "ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
}

}  // namespace
}  // namespace loopgate::sns
