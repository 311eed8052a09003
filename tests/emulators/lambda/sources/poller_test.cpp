// From a queue into a function and back: batches, filters, failures.
#include "emulators/lambda/sources/poller.h"

#include "tests/emulators/lambda/sources/mappings_fixture.h"

namespace loopgate::lambda {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PollerTest : public MappingsTest {
 protected:
  // An enabled mapping of a new queue.
  std::string queue_;
  std::string uuid_;
  void map(json params = json::object(), const std::string& name = "q",
           sqs::AttributeMap attributes = {}) {
    queue_ = make_queue(name, std::move(attributes));
    params["EventSourceArn"] = queue_;
    uuid_ = create(params).uuid;
    ASSERT_EQ(error_, "");
    settle();
  }
};

// Recorded, 2023-03-17 and 2024-07-18: the members, their names and order.
TEST_F(PollerTest, GivesRecordsInAwssForm) {
  map();
  const auto id = send(queue_, "hello", "",
                       {{"Author", "String", "John"},
                        {"Raw", "Binary", std::string("\x00\x01", 2)},
                        {"WeeksOn", "Number", "6"}});
  ASSERT_EQ(invoked_.size(), 1u);
  const auto& record = invoked_[0].event["Records"][0];
  EXPECT_EQ(record["messageId"], id);
  EXPECT_EQ(record["body"], "hello");
  EXPECT_EQ(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(record["md5OfMessageAttributes"].get<std::string>().size(), 32u);
  EXPECT_EQ(record["eventSource"], "aws:sqs");
  EXPECT_EQ(record["eventSourceARN"], queue_);
  EXPECT_EQ(record["awsRegion"], "us-west-2");
  EXPECT_EQ(record["attributes"], (json{{"ApproximateReceiveCount", "1"},
                                        {"SentTimestamp", "1793610930000"},
                                        {"SenderId", "123456789012"},
                                        {"ApproximateFirstReceiveTimestamp", "1793610930000"}}));
  EXPECT_EQ(record["messageAttributes"]["Author"], (json{{"stringValue", "John"},
                                                         {"stringListValues", json::array()},
                                                         {"binaryListValues", json::array()},
                                                         {"dataType", "String"}}));
  EXPECT_EQ(record["messageAttributes"]["Raw"]["binaryValue"], "AAE=");
  EXPECT_EQ(record.size(), 10u);
}

TEST_F(PollerTest, AFifoRecordSaysItsGroup) {
  map({}, "q.fifo");
  send(queue_, "a", "g");
  const auto attributes = invoked_.at(0).event["Records"][0]["attributes"];
  EXPECT_EQ(attributes["MessageGroupId"], "g");
  EXPECT_EQ(attributes["MessageDeduplicationId"], "d1");
  EXPECT_EQ(attributes["SequenceNumber"].get<std::string>().size(), 20u);
}

// Recorded, 2023-02-27 (window of 1) and 2023-12-07 (none).
TEST_F(PollerTest, WithAWindowTheDigestOfNoAttributesIsNull) {
  map({{"MaximumBatchingWindowInSeconds", 1}});
  send(queue_, "a");
  advance(seconds(1));
  const auto record = invoked_.at(0).event["Records"][0];
  ASSERT_TRUE(record.contains("md5OfMessageAttributes"));
  EXPECT_TRUE(record["md5OfMessageAttributes"].is_null());
}

TEST_F(PollerTest, DeletesWhatWasProcessed) {
  map();
  send(queue_, "a");
  EXPECT_EQ(counts(queue_).in_flight, 1u);
  answer(0, R"("whatever it says")");
  EXPECT_EQ(counts(queue_).in_flight, 0u);
  EXPECT_EQ(told(), "q 1 worker: processed\n");
}

// Recorded, 2023-02-27 (test_failing_lambda_retries_after_visibility_timeout).
TEST_F(PollerTest, AFailedBatchComesAgainAfterTheVisibilityTimeout) {
  map({}, "q", {{"VisibilityTimeout", "10"}});
  send(queue_, "a");
  answer(0, R"({"errorMessage":"boom","errorType":"Error"})", "Unhandled");
  advance(seconds(9));
  EXPECT_EQ(invoked_.size(), 1u);
  advance(seconds(1));
  ASSERT_EQ(invoked_.size(), 2u);
  EXPECT_EQ(invoked_[1].event["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
  answer(1, "{}");
  EXPECT_EQ(told(), "q 1 worker: the batch failed: Error: boom\nq 1 worker: processed\n");
}

// Recorded, 2023-02-27 (test_redrive_policy_with_failing_lambda).
TEST_F(PollerTest, AfterItsReceivesAMessageGoesTheWayOfTheRedrivePolicy) {
  const auto dead = make_queue("dead");
  map({}, "q",
      {{"VisibilityTimeout", "5"},
       {"RedrivePolicy", R"({"deadLetterTargetArn":")" + dead + R"(","maxReceiveCount":2})"}});
  send(queue_, "a");
  answer(0, "{}", "Unhandled");
  advance(seconds(5));
  answer(1, "{}", "Unhandled");
  advance(seconds(5));
  EXPECT_EQ(invoked_.size(), 2u);
  EXPECT_EQ(counts(dead).ready, 1u);
}

// Recorded, 2023-12-07 (test_report_batch_item_failures).
TEST_F(PollerTest, OnlyWhatTheFunctionReportsComesAgain) {
  map({{"FunctionResponseTypes", {"ReportBatchItemFailures"}}, {"Enabled", false}}, "q.fifo",
      {{"VisibilityTimeout", "3"}});
  std::vector<std::string> ids;
  for (const auto* body : {"1", "2", "3", "4"}) ids.push_back(send(queue_, body, "g"));
  update(uuid_, {{"Enabled", true}});
  settle();
  ASSERT_EQ(invoked_.size(), 1u);
  EXPECT_THAT(invoked_[0].bodies(), ElementsAre("1", "2", "3", "4"));
  answer(0, failing({ids[1], ids[2], ids[3]}));
  advance(seconds(3));
  ASSERT_EQ(invoked_.size(), 2u);
  EXPECT_THAT(invoked_[1].bodies(), ElementsAre("2", "3", "4"));
  answer(1, failing({}));
  EXPECT_EQ(counts(queue_).in_flight + counts(queue_).ready, 0u);
  EXPECT_EQ(told(),
            "q.fifo 3 worker: failed of 4, as the function reports\n"
            "q.fifo 3 worker: processed\n");
}

// Recorded, 2023-02-27 (test_report_batch_item_failures_invalid_result_json_batch_fails).
TEST_F(PollerTest, AnAnswerThatCannotBeUnderstoodFailsTheBatch) {
  map({{"FunctionResponseTypes", {"ReportBatchItemFailures"}}}, "q", {{"VisibilityTimeout", "3"}});
  send(queue_, "a");
  answer(0, R"({"batchItemFailures":[{"foo":"notvalid"}]})");
  EXPECT_EQ(counts(queue_).in_flight, 1u);
  advance(seconds(3));
  ASSERT_EQ(invoked_.size(), 2u);
  answer(1, failing({"someone-else"}));
  EXPECT_THAT(told(), HasSubstr("the itemIdentifier someone-else is not of this batch"));
  EXPECT_EQ(counts(queue_).in_flight, 1u);
}

TEST_F(PollerTest, WithoutBeingAskedForReportsNoneIsRead) {
  map();
  const auto id = send(queue_, "a");
  answer(0, failing({id}));
  EXPECT_EQ(counts(queue_).in_flight, 0u);
}

TEST_F(PollerTest, AWindowGathersABatchAcrossReceives) {
  map({{"BatchSize", 25}, {"MaximumBatchingWindowInSeconds", 5}});
  send(queue_, "0");
  advance(seconds(1));
  for (int i = 1; i < 24; ++i) send(queue_, std::to_string(i));
  advance(seconds(3));
  EXPECT_THAT(invoked_, IsEmpty());
  advance(seconds(1));  // five since the first
  ASSERT_EQ(invoked_.size(), 1u);
  EXPECT_EQ(invoked_[0].event["Records"].size(), 24u);
  answer(0, "{}");
  EXPECT_EQ(counts(queue_).in_flight, 0u);  // three batches of DeleteMessageBatch
  for (int i = 0; i < 30; ++i) send(queue_, std::to_string(i));
  ASSERT_EQ(invoked_.size(), 2u);  // a full one does not wait
  EXPECT_EQ(invoked_[1].event["Records"].size(), 25u);
}

TEST_F(PollerTest, ABatchIsAtMostSixMegabytes) {
  map({{"BatchSize", 100}, {"MaximumBatchingWindowInSeconds", 60}}, "q",
      {{"VisibilityTimeout", "3600"}});
  // Quotes take two bytes in JSON.
  const std::string big(1'000'000, '"');
  for (int i = 0; i < 4; ++i) send(queue_, big);
  ASSERT_EQ(invoked_.size(), 1u);
  EXPECT_EQ(invoked_[0].event["Records"].size(), 3u);
  EXPECT_LE(invoked_[0].bytes, kMaxSyncPayload);
  advance(seconds(60));
  ASSERT_EQ(invoked_.size(), 2u);
  EXPECT_EQ(invoked_[1].event["Records"].size(), 1u);
}

// The rows of https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html: what the body
// is, and what the pattern says of it.
TEST_F(PollerTest, WhatNoFilterLetsThroughIsDeleted) {
  const struct {
    const char* pattern;
    const char* body;
    bool passes;
  } cases[] = {
      {R"({"body":["text"]})", "text", true},
      {R"({"body":[{"prefix":"te"}]})", "text", true},
      {R"({"body":["text"]})", R"({"a":1})", false},
      {R"({"body":{"a":[1]}})", "text", false},
      {R"({"body":{"a":[1]}})", R"({"a":1})", true},
      {R"({"body":{"a":[1]}})", R"({"a":2})", false},
      {R"({"messageAttributes":{"k":{"stringValue":["v"]}}})", "text", true},
      {R"({"messageAttributes":{"k":{"stringValue":["w"]}}})", "text", false},
      {R"({"attributes":{"ApproximateReceiveCount":["1"]}})", "text", true},
      {R"({"awsRegion":["us-west-2"],"eventSource":["aws:sqs"]})", "text", true},
      {"{}", "text", true},
  };
  int number = 0;
  for (const auto& c : cases) {
    invoked_.clear();
    map({{"FilterCriteria", {{"Filters", {{{"Pattern", c.pattern}}}}}}},
        "q" + std::to_string(++number));
    send(queue_, c.body, "", {{"k", "String", "v"}});
    EXPECT_EQ(invoked_.size(), c.passes ? 1u : 0u) << c.pattern << " " << c.body;
    EXPECT_EQ(counts(queue_).in_flight, c.passes ? 1u : 0u) << c.pattern << " " << c.body;
  }
}

TEST_F(PollerTest, ARecordPassesByAnyFilter) {
  map({{"FilterCriteria",
        {{"Filters", {{{"Pattern", R"({"body":["a"]})"}}, {{"Pattern", R"({"body":["b"]})"}}}}}}});
  send(queue_, "a");
  send(queue_, "b");
  send(queue_, "c");
  EXPECT_EQ(invoked_.size(), 2u);
  EXPECT_THAT(told(), HasSubstr("q 1 worker: filtered out and deleted\n"));
}

TEST_F(PollerTest, SeveralBatchesAreWithTheFunctionAtOnce) {
  map({{"BatchSize", 1}});
  for (int i = 0; i < 8; ++i) send(queue_, std::to_string(i));
  EXPECT_EQ(invoked_.size(), 5u);
  EXPECT_EQ(counts(queue_).ready, 3u);
  answer(0, "{}");
  EXPECT_EQ(invoked_.size(), 6u);
}

TEST_F(PollerTest, AtMostAsManyAsTheMappingSays) {
  map({{"BatchSize", 1}, {"ScalingConfig", {{"MaximumConcurrency", 2}}}});
  for (int i = 0; i < 8; ++i) send(queue_, std::to_string(i));
  EXPECT_EQ(invoked_.size(), 2u);
}

// One receive may bring more than as many batches take.
TEST_F(PollerTest, AtMostAsManyAsTheMappingSaysOfLargeMessages) {
  queue_ = make_queue("q", {});
  for (int i = 0; i < 10; ++i) send(queue_, std::string(1'000'000, '"'));
  create({{"EventSourceArn", queue_},
          {"BatchSize", 10},
          {"ScalingConfig", {{"MaximumConcurrency", 2}}}});
  settle();
  ASSERT_EQ(invoked_.size(), 2u);
  EXPECT_EQ(invoked_[0].event["Records"].size(), 3u);
  answer(0, "{}");
  EXPECT_EQ(invoked_.size(), 3u);
}

// Recorded, 2024-07-30: groups side by side, each in order.
TEST_F(PollerTest, AGroupIsInOrderAndGroupsAreSideBySide) {
  map({{"BatchSize", 1}}, "q.fifo");
  send(queue_, "a1", "a");
  send(queue_, "a2", "a");
  send(queue_, "b1", "b");
  ASSERT_EQ(invoked_.size(), 2u);
  EXPECT_THAT(invoked_[0].bodies(), ElementsAre("a1"));
  EXPECT_THAT(invoked_[1].bodies(), ElementsAre("b1"));
  answer(1, "{}");
  EXPECT_EQ(invoked_.size(), 2u);
  answer(0, "{}");
  ASSERT_EQ(invoked_.size(), 3u);
  EXPECT_THAT(invoked_[2].bodies(), ElementsAre("a2"));
}

TEST_F(PollerTest, AThrottledBatchIsTriedAgainAsLongAsItIsHidden) {
  map({}, "q", {{"VisibilityTimeout", "5"}});
  send(queue_, "a");
  for (std::size_t i = 0; i < 4; ++i) {
    throttle(i);
    EXPECT_EQ(invoked_.size(), i + 1);
    advance(seconds(1));
    ASSERT_EQ(invoked_.size(), i + 2);
    EXPECT_EQ(invoked_[i + 1].event, invoked_[0].event);  // not received again
  }
  throttle(4);
  advance(seconds(1));
  ASSERT_EQ(invoked_.size(), 6u);
  EXPECT_EQ(invoked_[5].event["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
}

TEST_F(PollerTest, RestsWhileItsRoleMayNotAndSaysSoOnce) {
  map();
  services_->refusals["ReceiveMessage"] = aws::access_denied("User: x is not authorized");
  send(queue_, "a");  // ends the poll that waits
  answer(0, "{}");
  advance(seconds(10));
  const auto calls = services_->calls["ReceiveMessage"];
  EXPECT_LE(calls, 6);
  EXPECT_THAT(told(), HasSubstr("rests: User: x is not authorized"));
  EXPECT_EQ(told().find("rests"), told().rfind("rests"));
  services_->refusals.clear();
  advance(seconds(60));
  send(queue_, "b");
  EXPECT_EQ(invoked_.size(), 2u);
}

TEST_F(PollerTest, TakesNothingForAFunctionThatIsGone) {
  map();
  is_gone_ = true;
  send(queue_, "a");  // the poll that waited has taken it
  const auto first = invoked_.size();
  send(queue_, "b");
  EXPECT_EQ(counts(queue_).ready, 1u);
  is_gone_ = false;
  advance(seconds(60));
  EXPECT_GT(invoked_.size(), first);
}

TEST_F(PollerTest, WhatWasGatheredIsGivenBackAtOnce) {
  map({{"MaximumBatchingWindowInSeconds", 300}});
  send(queue_, "a");
  EXPECT_EQ(counts(queue_).in_flight, 1u);
  update(uuid_, {{"Enabled", false}});
  settle();
  EXPECT_EQ(state_of(uuid_), "Disabled");
  EXPECT_EQ(counts(queue_).ready, 1u);
}

TEST_F(PollerTest, ALongPollThatNobodyWaitsForTakesNothing) {
  map();
  update(uuid_, {{"Enabled", false}});
  settle();
  send(queue_, "a");
  EXPECT_EQ(counts(queue_).ready, 1u);
}

TEST_F(PollerTest, AFailureWithoutVisibilityDoesNotComeAroundForever) {
  map({{"ScalingConfig", {{"MaximumConcurrency", 2}}}});
  ASSERT_TRUE(
      queues_->set_attributes(*sqs::QueueKey::from_arn(queue_), {{"VisibilityTimeout", "0"}}));
  send(queue_, "a");
  ASSERT_EQ(invoked_.size(), 2u);  // it is there for the second at once
  answer(0, "{}", "Unhandled");
  answer(1, "{}", "Unhandled");
  EXPECT_EQ(invoked_.size(), 2u);
  advance(seconds(1));
  EXPECT_EQ(invoked_.size(), 4u);
}

TEST_F(PollerTest, ForgettingDropsWhatIsGathered) {
  map({{"MaximumBatchingWindowInSeconds", 10}});
  send(queue_, "a");
  mappings_->forget({});
  queues_->forget({});
  advance(seconds(30));
  EXPECT_THAT(invoked_, IsEmpty());
  send(queue_, "b");
  advance(seconds(10));
  EXPECT_EQ(invoked_.size(), 1u);
}

}  // namespace
}  // namespace loopgate::lambda
