// What AWS was recorded to deliver: sections A and B, and functions.
#include <gmock/gmock.h>

#include "tests/emulators/sns/recorded.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- A: messages lost ----------------------------------------------------------------------------

TEST_F(Recorded, A6_PublishBatchIsRefusedWholeForWhatAnEntryLacks) {
  const std::string no_group =
      "InvalidParameter: Invalid parameter: The MessageGroupId parameter is required for FIFO "
      "topics";
  const std::string no_id =
      "InvalidParameter: Invalid parameter: The topic should either have "
      "ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
  const auto arn = fifo_topic();
  subscribe(arn, kFifoQueue);
  const json good = {
      {"Id", "good"}, {"Message", "m"}, {"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}};
  const auto with = [&](json change) {
    json entry = good;
    entry.merge_patch({{"Id", "bad"}});
    entry.merge_patch(change);
    return json::array({good, entry});
  };
  const Case cases[] = {
      {"2023-08-24 no-group-id", with({{"MessageGroupId", nullptr}}), no_group},
      {"2023-08-24 no-dedup-id", with({{"MessageDeduplicationId", nullptr}}), no_id},
      {"2023-08-24 no-default-key-json", with({{"MessageStructure", "json"}, {"Message", "{}"}}),
       "InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON message "
       "body"},
      {"an empty group", with({{"MessageGroupId", ""}}), no_group},
      {"no JSON", with({{"MessageStructure", "json"}, {"Message", "m"}}),
       "InvalidParameter: Invalid parameter: Message Structure - JSON message body failed to "
       "parse"},
      {"2024-11-15 batch-missing_string_attr",
       with({{"MessageAttributes", {{"attr1", attribute("String", "")}}}}),
       "ParameterValueInvalid: The message attribute 'attr1' must contain non-empty message "
       "attribute value for message attribute type 'String'."},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(batch_refusal(arn, c.given), c.answer) << c.name;
    EXPECT_THAT(queues.messages[kFifoQueue], IsEmpty()) << c.name;
  }
  EXPECT_EQ(batch_refusal("arn:aws:sns:us-west-2:123456789012:none", json::array({good})),
            "NotFound: Topic does not exist")
      << "2023-08-24 publish-batch-no-topic";
}

// --- B: what is delivered ------------------------------------------------------------------------

TEST_F(Recorded, B1_DeadLettersAreTheMessageAndNothingElse) {
  const auto arn = topic();
  const std::string missing = "arn:aws:sqs:us-west-2:123456789012:missing";
  // 2023-08-24 test_redrive_policy_sqs_queue_subscription[True]
  subscribe(arn, missing,
            {{"RawMessageDelivery", "true"}, {"RedrivePolicy", redrive_to(kDeadLetters)}});
  call("Publish", {{"TopicArn", arn},
                   {"Message", "m"},
                   {"MessageAttributes", {{"attr1", attribute("Number", "111")}}}});
  ASSERT_THAT(queues.messages[kDeadLetters], SizeIs(1));
  EXPECT_EQ(queues.messages[kDeadLetters][0].body, "m");
  ASSERT_THAT(queues.messages[kDeadLetters][0].attributes, SizeIs(1));
  EXPECT_EQ(queues.messages[kDeadLetters][0].attributes[0].name, "attr1");
}

TEST_F(Recorded, B1_DeadLettersOfAFunctionAreTheNotification) {
  // 2023-08-24 test_redrive_policy_lambda_subscription
  const auto arn = topic();
  const auto subscription =
      call("Subscribe", {{"TopicArn", arn},
                         {"Protocol", "lambda"},
                         {"Endpoint", kFunction},
                         {"Attributes", {{"RedrivePolicy", redrive_to(kDeadLetters)}}}})
          .value()["SubscriptionArn"]
          .get<std::string>();
  call("Publish", {{"TopicArn", arn},
                   {"Message", "test_redrive_policy"},
                   {"MessageAttributes", {{"attr1", attribute("Number", "1")}}}});
  ASSERT_THAT(functions.completions, SizeIs(1));
  EXPECT_TRUE(json::parse(functions.payloads[0]).contains("Records"));
  functions.completions[0](aws::refuse({"ResourceNotFoundException", "no function", 404, {}}));
  ASSERT_THAT(queues.messages[kDeadLetters], SizeIs(1));
  const auto& letter = queues.messages[kDeadLetters][0];
  EXPECT_THAT(letter.attributes, IsEmpty());
  const auto body = json::parse(letter.body);
  EXPECT_EQ(body["Type"], "Notification");
  EXPECT_EQ(body["Message"], "test_redrive_policy");
  EXPECT_EQ(body["SignatureVersion"], "1");
  EXPECT_EQ(body["MessageAttributes"]["attr1"]["Value"], "1");
  EXPECT_THAT(body["UnsubscribeURL"].get<std::string>(), HasSubstr(subscription));
}

TEST_F(Recorded, B2_AGroupOfAStandardTopicReachesStandardQueues) {
  // 2025-08-18 test_publish_message_group_id
  const auto arn = topic();
  const std::string raw = "arn:aws:sqs:us-west-2:123456789012:raw";
  subscribe(arn, kQueue);
  subscribe(arn, raw, {{"RawMessageDelivery", "true"}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}, {"MessageGroupId", "my-group-id-1"}});
  call("PublishBatch", {{"TopicArn", arn},
                        {"PublishBatchRequestEntries",
                         {{{"Id", "a"}, {"Message", "m"}, {"MessageGroupId", "two"}},
                          {{"Id", "b"}, {"Message", "m"}}}}});
  for (const std::string queue : {kQueue, raw.c_str()}) {
    std::vector<std::string> groups;
    for (const auto& message : queues.messages[queue]) groups.push_back(message.group_id);
    EXPECT_THAT(groups, ElementsAre("my-group-id-1", "two", "")) << queue;
  }
}

TEST_F(Recorded, B2_AGroupOfAFifoTopicStaysInFifoQueues) {
  // 2025-08-18 test_fifo_topic_to_regular_sqs
  const auto arn = fifo_topic(true);
  subscribe(arn, kQueue);
  subscribe(arn, kFifoQueue);
  call("Publish", {{"TopicArn", arn}, {"Message", "Test"}, {"MessageGroupId", "g"}});
  ASSERT_THAT(queues.messages[kQueue], SizeIs(1));
  EXPECT_EQ(queues.messages[kQueue][0].group_id, "");
  EXPECT_EQ(queues.messages[kQueue][0].deduplication_id, "");
  EXPECT_TRUE(json::parse(queues.messages[kQueue][0].body).contains("SequenceNumber"));
  ASSERT_THAT(queues.messages[kFifoQueue], SizeIs(1));
  EXPECT_EQ(queues.messages[kFifoQueue][0].group_id, "g");
  // 2025-08-18 test_message_to_fifo_sqs[True]: of the content "Test"
  EXPECT_EQ(queues.messages[kFifoQueue][0].deduplication_id,
            "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25");
}

TEST_F(Recorded, B3_TheTraceOfPublishGoesWithItsMessages) {
  // 2023-08-24 test_publish_sqs_from_sns_with_xray_propagation
  const std::string trace =
      "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1";
  const auto arn = topic();
  subscribe(arn, kQueue);
  const auto publish = [&](const std::string& operation, json params) {
    http::ApiCall traced{operation, std::move(params), {"123456789012", "us-west-2"}};
    traced.trace_header = trace;
    service.call(std::move(traced), [](const http::ApiResult& answer) { EXPECT_TRUE(answer); });
  };
  publish("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  publish("PublishBatch",
          {{"TopicArn", arn}, {"PublishBatchRequestEntries", {{{"Id", "a"}, {"Message", "m"}}}}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  std::vector<std::string> traces;
  for (const auto& message : queues.messages[kQueue]) traces.push_back(message.trace_header);
  EXPECT_THAT(traces, ElementsAre(trace, trace, ""));
}

TEST_F(Recorded, B5_AFifoTopicDoesNotSign) {
  // 2025-08-18 test_message_to_fifo_sqs[False]
  const auto arn = fifo_topic();
  subscribe(arn, kFifoQueue);
  call("Publish", {{"TopicArn", arn},
                   {"Message", "Test"},
                   {"MessageGroupId", "message-group-id-1"},
                   {"MessageDeduplicationId", "message-deduplication-id-1"}});
  ASSERT_THAT(queues.messages[kFifoQueue], SizeIs(1));
  const auto envelope = nlohmann::ordered_json::parse(queues.messages[kFifoQueue][0].body);
  std::vector<std::string> members;
  for (const auto& [name, value] : envelope.items()) members.push_back(name);
  EXPECT_THAT(members, ElementsAre("Type", "MessageId", "SequenceNumber", "TopicArn", "Message",
                                   "Timestamp", "UnsubscribeURL"));
}

TEST_F(Recorded, B5_AStandardTopicSaysWhichSignatureItWants) {
  // 2024-01-04 test_publish_sqs_verify_signature[2], test_publish_lambda_verify_signature[2]
  const auto arn = topic("two", {{"SignatureVersion", "2"}});
  subscribe(arn, kQueue);
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "lambda"}, {"Endpoint", kFunction}});
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_EQ(json::parse(queues.messages[kQueue].at(0).body)["SignatureVersion"], "2");
  EXPECT_EQ(json::parse(functions.payloads.at(0))["Records"][0]["Sns"]["SignatureVersion"], "1");
}

// --- H: functions --------------------------------------------------------------------------------

TEST_F(Recorded, H_AFunctionThatDoesNotPermitTheTopicGetsNothing) {
  const auto arn = topic();
  call("Subscribe", {{"TopicArn", arn}, {"Protocol", "lambda"}, {"Endpoint", kFunction}});
  functions.policy = "no statement";
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_THAT(functions.arns, IsEmpty());
  EXPECT_THAT(told(EventKind::kWarning),
              ElementsAre("SNS could not deliver to " + std::string(kFunction) +
                          ": add an AWS::Lambda::Permission (Action lambda:InvokeFunction, "
                          "Principal sns.amazonaws.com, SourceArn " +
                          arn + "). The message is lost: the subscription has no RedrivePolicy."));
  functions.policy = "allow";
  call("Publish", {{"TopicArn", arn}, {"Message", "m"}});
  EXPECT_THAT(functions.arns, ElementsAre(kFunction));
}

}  // namespace
}  // namespace loopgate::sns
