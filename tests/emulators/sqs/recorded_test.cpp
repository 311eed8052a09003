// What AWS was recorded to answer, a row or a test for each kind: LocalStack's snapshots of real
// accounts (their dates), and sentences that SDK users have quoted.
#include "tests/emulators/sqs/sqs_api.h"

namespace loopgate::sqs {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Recorded : public SqsApi {
 protected:
  std::string delete_by(const QueueKey& key, const std::string& handle) {
    const auto deleted = queues_->delete_message(key, handle);
    return deleted ? "" : deleted.error().message;
  }
  std::string change(const QueueKey& key, const std::string& handle, std::int64_t to) {
    const auto changed = queues_->change_visibility(key, handle, to);
    return changed ? "" : changed.error().code;
  }
  std::size_t left(const QueueKey& key) {
    const auto counts = *queues_->counts(key);
    return counts.ready + counts.in_flight;
  }
  json attributes_of(const std::string& queue) {
    return (*call("GetQueueAttributes",
                  {{"QueueUrl", queue}, {"AttributeNames", {"All"}}}))["Attributes"];
  }
  static json attribute(const std::string& type, const std::string& value) {
    return {{"DataType", type}, {"StringValue", value}};
  }
};

// A.1
TEST_F(Recorded, A1_BooleansComeInAnyCase) {
  const auto queue = url("q.fifo", {{"FifoQueue", "True"}, {"ContentBasedDeduplication", "TRUE"}});
  EXPECT_EQ(attributes_of(queue)["ContentBasedDeduplication"], "true");
  EXPECT_EQ(
      refusal("SetQueueAttributes",
              {{"QueueUrl", queue},
               {"Attributes",
                {{"ContentBasedDeduplication", "False"}, {"SqsManagedSseEnabled", "fAlse"}}}}),
      "");
  EXPECT_EQ(attributes_of(queue)["ContentBasedDeduplication"], "false");
  EXPECT_EQ(attributes_of(queue)["SqsManagedSseEnabled"], "false");
  EXPECT_EQ(attributes_of(queue)["FifoQueue"], "true");
}

// A.2 (2024-04-30)
TEST_F(Recorded, A2_AnEarlierHandleOfAStandardQueueDeletes) {
  const auto key = make("q");
  send(key, "a");
  const auto first = receive(key, 1, 1)[0].receipt_handle;
  advance(seconds(2));
  const auto second = receive(key, 1, 1)[0].receipt_handle;
  EXPECT_NE(first, second);
  EXPECT_EQ(delete_by(key, first), "");
  EXPECT_EQ(left(key), 0u);
  EXPECT_EQ(delete_by(key, second), "");  // of what is gone: nothing to do

  send(key, "b");
  const auto visible_again = receive(key, 1, 1)[0].receipt_handle;
  advance(seconds(2));
  EXPECT_EQ(delete_by(key, visible_again), "");
  EXPECT_EQ(left(key), 0u);
}

TEST_F(Recorded, A2_AHandleOfAnotherMessageDeletesNothing) {
  const auto key = make("q");
  send(key, "a");
  send(key, "b");
  const auto received = receive(key, 2);
  auto forged = *Receipt::parse(received[0].receipt_handle);
  forged.message = Receipt::parse(received[1].receipt_handle)->message;
  EXPECT_EQ(delete_by(key, forged.to_string()), "");
  EXPECT_EQ(left(key), 2u);
}

// (2023-11-14)
TEST_F(Recorded, A3_AHandleOfAFifoQueueEndsWithItsVisibility) {
  const auto key = make("q.fifo");
  send(key, "a", "g", "1");
  const auto first = receive(key, 1, 1)[0].receipt_handle;
  advance(seconds(2));
  EXPECT_THAT(delete_by(key, first), HasSubstr("Reason: The receipt handle has expired."));
  receive(key, 1);
  EXPECT_THAT(delete_by(key, first), HasSubstr("Reason: The receipt handle has expired."));
  EXPECT_EQ(left(key), 1u);
}

// A.3 (2024-04-30)
TEST_F(Recorded, A3_VisibilityIsChangedAfterItRanOutAndByAnEarlierHandle) {
  const auto key = make("q");
  send(key, "a");
  const auto first = receive(key, 1, 1)[0].receipt_handle;
  advance(seconds(2));
  EXPECT_EQ(change(key, first, 60), "");
  EXPECT_THAT(bodies(key), IsEmpty());  // it took effect
  advance(seconds(61));
  ASSERT_EQ(receive(key, 1, 300).size(), 1u);
  EXPECT_EQ(change(key, first, 0), "");
  EXPECT_THAT(bodies(key), ElementsAre("a"));
}

// A.4 and A.5 (2025-11-19)
TEST_F(Recorded, A4_AGroupIsHeldBehindWhatIsInvisible) {
  const auto key = make("q.fifo");
  send(key, "g1-m1", "g1", "1");
  send(key, "g1-m2", "g1", "2");
  send(key, "g2-m1", "g2", "3");
  const auto both = receive(key, 2);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(change(key, both[0].receipt_handle, 0), "");
  EXPECT_THAT(bodies(key), ElementsAre("g2-m1", "g1-m1"));
}

TEST_F(Recorded, A4_ThoseBeforeTheOneThatIsHeldAreGiven) {
  const auto key = make("q.fifo");
  for (const char* id : {"1", "2", "3", "4"}) send(key, id, "g", id);
  const auto three = receive(key, 3, 10);
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(change(key, three[2].receipt_handle, 60), "");
  advance(seconds(11));
  EXPECT_THAT(bodies(key), ElementsAre("1", "2"));  // and neither 3 nor 4
}

TEST_F(Recorded, A4_WhatIsHeldIsHeldAfterARestartToo) {
  const auto key = make("q.fifo");
  for (const char* id : {"1", "2", "3"}) send(key, id, "g", id);
  const auto two = receive(key, 2, 60);
  EXPECT_EQ(change(key, two[0].receipt_handle, 0), "");
  restart();
  EXPECT_THAT(bodies(key), ElementsAre("1"));
}

// A.6 (2023-11-14)
TEST_F(Recorded, A6_AFifoBatchWithoutAnIdIsRefusedWhole) {
  const auto queue = url("q.fifo", {{"FifoQueue", "true"}});
  const auto batch = [&](const json& second) {
    const json first = {{"Id", "a"},
                        {"MessageBody", "x"},
                        {"MessageGroupId", "g"},
                        {"MessageDeduplicationId", "1"}};
    return refusal("SendMessageBatch", {{"QueueUrl", queue}, {"Entries", {first, second}}});
  };
  EXPECT_EQ(batch({{"Id", "b"}, {"MessageBody", "y"}, {"MessageDeduplicationId", "2"}}),
            "InvalidParameterValue: The request must contain the parameter MessageGroupId.");
  EXPECT_EQ(batch({{"Id", "b"}, {"MessageBody", "y"}, {"MessageGroupId", "g"}}),
            "InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled "
            "or MessageDeduplicationId provided explicitly");
  EXPECT_EQ(attributes_of(queue)["ApproximateNumberOfMessages"], "0");
}

// A.7
TEST_F(Recorded, A7_APurgeForgetsWhatWasSent) {
  const auto key = make("q.fifo");
  send(key, "a", "g", "1");
  ASSERT_TRUE(queues_->purge(key));
  send(key, "a", "g", "1");
  EXPECT_THAT(bodies(key), ElementsAre("a"));
}

// B.3 (2025-06-27)
TEST_F(Recorded, B3_TheTraceHeaderOfTheRequestGoesWithTheMessage) {
  const auto queue = url("q");
  const auto sent = call("SendMessage", {{"QueueUrl", queue}, {"MessageBody", "x"}}, "Root=1-2-3");
  ASSERT_TRUE(sent);
  EXPECT_FALSE(sent->contains("MD5OfMessageSystemAttributes"));  // the client did not say it
  const json own = {{"AWSTraceHeader", attribute("String", "Root=own")}};
  ASSERT_TRUE(call("SendMessage",
                   {{"QueueUrl", queue}, {"MessageBody", "y"}, {"MessageSystemAttributes", own}},
                   "Root=1-2-3"));
  const auto received = call(
      "ReceiveMessage",
      {{"QueueUrl", queue}, {"MaxNumberOfMessages", 10}, {"AttributeNames", {"AWSTraceHeader"}}});
  EXPECT_EQ((*received)["Messages"][0]["Attributes"]["AWSTraceHeader"], "Root=1-2-3");
  EXPECT_EQ((*received)["Messages"][1]["Attributes"]["AWSTraceHeader"], "Root=own");
}

// B.4 (2023-11-14)
TEST_F(Recorded, B4_AnAsteriskMeansAllMessageAttributes) {
  const auto queue = url("q");
  const json both = {{"a", attribute("String", "1")}, {"b.c", attribute("Number", "2")}};
  ASSERT_TRUE(call("SendMessage",
                   {{"QueueUrl", queue}, {"MessageBody", "x"}, {"MessageAttributes", both}}));
  const auto received =
      call("ReceiveMessage", {{"QueueUrl", queue}, {"MessageAttributeNames", {"*"}}});
  EXPECT_EQ((*received)["Messages"][0]["MessageAttributes"], both);
}

// C.3, D.2 and the rows of E
TEST_F(Recorded, C3_MessageAttributes) {
  struct Row {
    const char* name;
    json value;
    const char* refusal;
  };
  const Row rows[] = {
      {"attr.1\xC3\xB8\xC3\x9F", attribute("String", "x"), ""},
      {"n", attribute("Number", "-12.5e3"), ""},
      {"n", attribute("Number.int", "7"), ""},
      {"n", attribute("Number", "abc"),
       "Can't cast the value of message (user) attribute 'n' to a number."},
      {"n", attribute("Number", "1.5.2"), "Can't cast the value"},
      {"n", attribute("Number", "0x10"), "Can't cast the value"},
      {"n", attribute("Number", "NaN"), "Can't cast the value"},
      {"E", attribute("String", ""),
       "Message (user) attribute 'E' must contain a non-empty value of type 'String'."},
      {"e", attribute("String", "a\x0B"), "Message (user) attribute 'e' has a value with invalid"},
      {"t", attribute("Text", "x"),
       "The type of message (user) attribute 't' is invalid. You must use only the following "
       "supported type prefixes: Binary, Number, String."},
      {"AWS.x", attribute("String", "x"), "You can't use message attribute names beginning with"},
      {"amazon.x", attribute("String", "x"), "You can't use message attribute names beginning"},
      {"a..b", attribute("String", "x"), "Message (user) attribute name a..b is invalid"},
      {"a b", attribute("String", "x"),
       "Message (user) attributes name can only contain upper and lower score characters, digits, "
       "periods, hyphens and underscores. "},
  };
  const auto queue = url("q");
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name + row.value.dump());
    const auto refused = refusal("SendMessage", {{"QueueUrl", queue},
                                                 {"MessageBody", "x"},
                                                 {"MessageAttributes", {{row.name, row.value}}}});
    if (*row.refusal == '\0') {
      EXPECT_EQ(refused, "");
    } else {
      EXPECT_THAT(refused, StartsWith(std::string("InvalidParameterValue: ") + row.refusal));
    }
  }
}

// C.4
TEST_F(Recorded, C4_AnEmptyIdIsNotNoId) {
  EXPECT_EQ(refusal("SendMessage",
                    {{"QueueUrl", url("q")}, {"MessageBody", "x"}, {"MessageGroupId", ""}}),
            "InvalidParameterValue: Value  for parameter MessageGroupId is invalid. Reason: "
            "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in "
            "length.");
  EXPECT_THAT(refusal("SendMessage", {{"QueueUrl", url("q.fifo", {{"FifoQueue", "true"}})},
                                      {"MessageBody", "x"},
                                      {"MessageGroupId", "g"},
                                      {"MessageDeduplicationId", ""}}),
              StartsWith("InvalidParameterValue: Value  for parameter MessageDeduplicationId is"));
}

// E
TEST_F(Recorded, E_Sentences) {
  EXPECT_EQ(refusal("GetQueueUrl", {{"QueueName", "none"}}),
            "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist for this "
            "wsdl version.");
  EXPECT_EQ(call("GetQueueUrl", {{"QueueName", "none"}}).error().message,
            "The specified queue does not exist.");
  const auto queue = url("q", {{"MaximumMessageSize", "1024"}});
  const auto fifo = url("q.fifo", {{"FifoQueue", "true"}});
  EXPECT_EQ(
      refusal("DeleteMessage", {{"QueueUrl", queue}, {"ReceiptHandle", "x"}}),
      "ReceiptHandleIsInvalid: The input receipt handle \"x\" is not a valid receipt handle.");
  const auto set = [&](const std::string& at, const json& attributes) {
    return refusal("SetQueueAttributes", {{"QueueUrl", at}, {"Attributes", attributes}});
  };
  EXPECT_EQ(set(queue, {{"DeduplicationScope", "queue"}}),
            "InvalidAttributeName: You can specify the DeduplicationScope only when FifoQueue is "
            "set to true.");
  EXPECT_EQ(set(queue, {{"FifoThroughputLimit", "perQueue"}}),
            "InvalidAttributeName: You can specify the FifoThroughputLimit only when FifoQueue is "
            "set to true.");
  EXPECT_EQ(set(queue, {{"FifoQueue", "true"}}),
            "InvalidAttributeName: Unknown Attribute FifoQueue.");
  EXPECT_EQ(set(queue, {{"ContentBasedDeduplication", "true"}}),
            "InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.");
  EXPECT_EQ(set(fifo, {{"FifoQueue", "False"}}),
            "InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying "
            "queue type is not supported.");
  const std::string large(1025, 'x');
  EXPECT_EQ(refusal("SendMessage", {{"QueueUrl", queue}, {"MessageBody", large}}),
            "InvalidParameterValue: One or more parameters are invalid. Reason: Message must be "
            "shorter than 1024 bytes.");
  const auto batch =
      call("SendMessageBatch",
           {{"QueueUrl", queue}, {"Entries", {{{"Id", "a"}, {"MessageBody", large}}}}});
  EXPECT_EQ((*batch)["Failed"][0]["Message"],
            "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 "
            "bytes.");
}

// F
TEST_F(Recorded, F_ANewPolicyIsOfTheFirstVersion) {
  const auto queue = url("q");
  ASSERT_TRUE(call("AddPermission", {{"QueueUrl", queue},
                                     {"Label", "l"},
                                     {"AWSAccountIds", {"123456789012"}},
                                     {"Actions", {"ReceiveMessage"}}}));
  EXPECT_THAT(attributes_of(queue)["Policy"].get<std::string>(),
              HasSubstr(R"("Version":"2008-10-17")"));
}

// F (2025-12-10)
TEST_F(Recorded, F_OneKindOfEncryptionAtATime) {
  const auto queue = url("q");
  const auto set = [&](const json& attributes) {
    return refusal("SetQueueAttributes", {{"QueueUrl", queue}, {"Attributes", attributes}});
  };
  EXPECT_EQ(attributes_of(queue)["SqsManagedSseEnabled"], "true");
  EXPECT_EQ(set({{"KmsMasterKeyId", "key"}, {"KmsDataKeyReusePeriodSeconds", "6000"}}), "");
  EXPECT_EQ(attributes_of(queue)["SqsManagedSseEnabled"], "false");
  EXPECT_EQ(attributes_of(queue)["KmsDataKeyReusePeriodSeconds"], "6000");
  EXPECT_EQ(set({{"KmsMasterKeyId", ""}}), "");  // back to the defaults
  EXPECT_FALSE(attributes_of(queue).contains("KmsDataKeyReusePeriodSeconds"));
  EXPECT_EQ(attributes_of(queue)["SqsManagedSseEnabled"], "false");
  EXPECT_EQ(set({{"SqsManagedSseEnabled", "true"}}), "");
  EXPECT_EQ(set({{"KmsMasterKeyId", "key"}}), "");
  EXPECT_EQ(set({{"SqsManagedSseEnabled", "true"}}), "");
  EXPECT_FALSE(attributes_of(queue).contains("KmsMasterKeyId"));
  EXPECT_EQ(set({{"SqsManagedSseEnabled", "true"}, {"KmsMasterKeyId", "key"}}),
            "InvalidAttributeName: You can use one type of server-side encryption (SSE) at one "
            "time. You can either enable KMS SSE or SQS SSE.");
}

// F
TEST_F(Recorded, F_TokensAreOpaque) {
  for (const char* name : {"a", "b", "c"}) url(name);
  std::vector<std::string> found;
  json page = {{"MaxResults", 1}};
  for (int pages = 0; pages < 5; ++pages) {
    const auto answer = *call("ListQueues", page);
    found.push_back(answer["QueueUrls"][0]);
    if (!answer.contains("NextToken")) break;
    page["NextToken"] = answer["NextToken"];
    EXPECT_THAT(found.back(), ::testing::Not(HasSubstr(answer["NextToken"].get<std::string>())));
  }
  EXPECT_EQ(found.size(), 3u);
  EXPECT_THAT(refusal("ListQueues", {{"MaxResults", 1}, {"NextToken", "?"}}),
              StartsWith("InvalidParameterValue: Value ? for parameter NextToken is invalid."));
}

// F (2023-11-14)
TEST_F(Recorded, F_ASecondPurgeWithinAMinuteIsRefused) {
  const auto key = make("q");
  ASSERT_TRUE(queues_->purge(key));
  advance(seconds(59));
  EXPECT_EQ(queues_->purge(key).error().message,
            "Only one PurgeQueue operation on q is allowed every 60 seconds.");
  advance(seconds(1));
  EXPECT_TRUE(queues_->purge(key));
}

}  // namespace
}  // namespace loopgate::sqs
