// The life of mappings and what they refuse. "Recorded" rows: LocalStack's snapshots of AWS
// (tests/aws/services/lambda_/event_source_mapping).
#include "emulators/lambda/sources/mappings.h"

#include "emulators/lambda/sources/mapping_resource.h"
#include "tests/emulators/lambda/sources/mappings_fixture.h"

namespace loopgate::lambda {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Mappings : public MappingsTest {};

// Recorded, 2023-02-27 (test_event_source_mapping_default_batch_size).
TEST_F(Mappings, AreMadeWithDefaultsAndThenEnabled) {
  const auto queue = make_queue("q");
  const auto made = create({{"EventSourceArn", queue}});
  ASSERT_EQ(error_, "");
  const auto shown = describe(made);
  EXPECT_EQ(shown["BatchSize"], 10);
  EXPECT_EQ(shown["MaximumBatchingWindowInSeconds"], 0);
  EXPECT_EQ(shown["EventSourceArn"], queue);
  EXPECT_EQ(shown["FunctionArn"], "arn:aws:lambda:us-west-2:123456789012:function:worker");
  EXPECT_EQ(shown["FunctionResponseTypes"], json::array());
  EXPECT_EQ(shown["State"], "Creating");
  EXPECT_EQ(shown["StateTransitionReason"], "USER_INITIATED");
  EXPECT_EQ(shown["LastModified"], 1'793'610'930.0);
  EXPECT_EQ(shown["EventSourceMappingArn"],
            "arn:aws:lambda:us-west-2:123456789012:event-source-mapping:" + made.uuid);
  for (const auto* absent : {"FilterCriteria", "ScalingConfig", "StartingPosition"}) {
    EXPECT_FALSE(shown.contains(absent)) << absent;
  }
  settle();
  EXPECT_EQ(state_of(made.uuid), "Enabled");
}

// Recorded, 2024-07-30 (test_fifo_message_group_parallelism) and 2023-10-31.
TEST_F(Mappings, GoThroughTheirStates) {
  const auto queue = make_queue("q.fifo");
  const auto made = create({{"EventSourceArn", queue}, {"Enabled", false}, {"BatchSize", 1}});
  EXPECT_EQ(name(made.state), "Disabled");
  settle();
  send(queue, "waits", "g");
  EXPECT_THAT(invoked_, IsEmpty());

  EXPECT_EQ(name(update(made.uuid, {{"Enabled", true}}).state), "Enabling");
  settle();
  EXPECT_EQ(state_of(made.uuid), "Enabled");
  ASSERT_EQ(invoked_.size(), 1u);

  EXPECT_EQ(name(update(made.uuid, {{"BatchSize", 2}}).state), "Updating");
  settle();
  EXPECT_EQ(state_of(made.uuid), "Enabled");

  // What the function has in hand comes back first.
  EXPECT_EQ(name(update(made.uuid, {{"Enabled", false}}).state), "Disabling");
  settle();
  EXPECT_EQ(state_of(made.uuid), "Disabling");
  answer(0, "null");
  EXPECT_EQ(state_of(made.uuid), "Disabled");
  EXPECT_EQ(counts(queue).in_flight, 0u);
  send(queue, "stays", "g");
  advance(seconds(60));
  EXPECT_EQ(invoked_.size(), 1u);
  EXPECT_EQ(counts(queue).ready, 1u);

  const auto gone = mappings_->remove(home_, made.uuid);
  ASSERT_TRUE(gone);
  EXPECT_EQ(name(gone->state), "Deleting");
  settle();
  EXPECT_EQ(state_of(made.uuid), "none");
}

TEST_F(Mappings, AreDeletedWhenTheirLastBatchIsBack) {
  const auto queue = make_queue("q");
  const auto made = create({{"EventSourceArn", queue}});
  settle();
  send(queue, "a");
  ASSERT_EQ(invoked_.size(), 1u);
  ASSERT_TRUE(mappings_->remove(home_, made.uuid));
  settle();
  EXPECT_EQ(state_of(made.uuid), "Deleting");
  EXPECT_EQ(mappings_->remove(home_, made.uuid).error().code, "ResourceInUseException");
  update(made.uuid, {{"BatchSize", 3}});
  EXPECT_THAT(error_, HasSubstr("Cannot update the event source mapping because it is in use."));
  answer(0, "{}");
  EXPECT_EQ(state_of(made.uuid), "none");
  EXPECT_EQ(counts(queue).in_flight, 0u);
}

TEST_F(Mappings, RefuseWhatAwsRefuses) {
  const auto queue = make_queue("q");
  const auto fifo = make_queue("q.fifo");
  const auto filter = [](const json& pattern) {
    return json{{"Filters", {{{"Pattern", pattern}}}}};
  };
  const auto invalid = [](const std::string& sentence) {
    return "InvalidParameterValueException: " + sentence;
  };
  const auto no_filter = invalid("Invalid filter pattern definition.");
  const struct {
    json params;
    std::string wanted;
  } cases[] = {
      // Recorded, 2023-02-27.
      {{{"EventSourceArn", queue}, {"BatchSize", 11}},
       invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is "
               "greater than 10")},
      {{{"EventSourceArn", queue}, {"FilterCriteria", filter("simple string")}}, no_filter},
      {{{"EventSourceArn", queue}, {"FilterCriteria", filter(nullptr)}}, no_filter},
      {{{"EventSourceArn", queue}, {"FilterCriteria", filter(R"({"eventSource":"aws:sqs"})")}},
       no_filter},
      {{{"EventSourceArn", queue}, {"FilterCriteria", filter(R"({"eventSource":[]})")}}, no_filter},
      // Recorded, 2025-02-17.
      {{{"EventSourceArn", queue}, {"StartingPosition", "LATEST"}},
       invalid("StartingPosition is not valid for SQS event sources.")},
      // As CloudFormation's users quote them.
      {{{"EventSourceArn", fifo}, {"BatchSize", 100}, {"MaximumBatchingWindowInSeconds", 5}},
       invalid("Batching window is not supported for FIFO queues")},
      {{{"EventSourceArn", queue}, {"MaximumRetryAttempts", 2}},
       invalid("Unsupported MaximumRetryAttempts parameter for given event source mapping type.")},
      {{{"EventSourceArn", queue}, {"FunctionName", "other"}}, invalid("Function does not exist")},
      {{{"EventSourceArn", queue}, {"FunctionName", "worker:7"}},
       invalid("Function does not exist")},
      {json::object(), invalid("Unrecognized event source.")},
      {{{"EventSourceArn", "arn:aws:sqs:us-west-2:123456789012:none"}},
       invalid("Error occurred while ReceiveMessage. SQS Error Code: "
               "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue "
               "does not exist.")},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.params), c.wanted) << c.params;
  EXPECT_THAT(refusal({{"EventSourceArn", "arn:aws:kinesis:us-west-2:123456789012:stream/s"}}),
              HasSubstr("Sources of kinesis cannot be polled here"));
  json six = json::array();
  for (int i = 0; i < 6; ++i) six.push_back({{"Pattern", "{}"}});
  EXPECT_THAT(refusal({{"EventSourceArn", queue}, {"FilterCriteria", {{"Filters", six}}}}),
              HasSubstr("at most 5 filters"));
  EXPECT_THAT(mappings_->list(home_), IsEmpty());
}

// Recorded, 2024-01-04 (test_duplicate_event_source_mappings).
TEST_F(Mappings, OfASourceAndAFunctionThereIsOne) {
  const auto queue = make_queue("q");
  const auto first = create({{"EventSourceArn", queue}});
  EXPECT_EQ(refusal({{"EventSourceArn", queue}}),
            "ResourceConflictException: An event source mapping with SQS arn (\" " + queue +
                " \") and function (\" worker \") already exists. Please update or delete the "
                "existing mapping with UUID " +
                first.uuid);
  create({{"EventSourceArn", queue}, {"FunctionName", "worker:$LATEST"}});
  EXPECT_EQ(error_, "");
}

TEST_F(Mappings, WantAVisibilityOfAtLeastTheFunctionsTimeout) {
  function_.timeout = seconds(60);
  const auto queue = make_queue("q");
  EXPECT_EQ(refusal({{"EventSourceArn", queue}}),
            "InvalidParameterValueException: Queue visibility timeout: 30 seconds is less than "
            "Function timeout: 60 seconds");
  function_.timeout = seconds(30);
  EXPECT_EQ(refusal({{"EventSourceArn", queue}}), "");
}

TEST_F(Mappings, WantARoleThatMayPoll) {
  const auto queue = make_queue("q");
  for (const auto* action : {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"}) {
    denied_ = std::string("sqs:") + action;
    EXPECT_EQ(refusal({{"EventSourceArn", queue}}),
              std::string("InvalidParameterValueException: The provided execution role does not "
                          "have permissions to call ") +
                  action + " on SQS");
  }
}

TEST_F(Mappings, AreListedBySourceAndFunction) {
  const auto a = make_queue("a");
  const auto b = make_queue("b");
  create({{"EventSourceArn", a}});
  create({{"EventSourceArn", b}});
  EXPECT_EQ(mappings_->list(home_).size(), 2u);
  EXPECT_THAT(mappings_->list({home_.account, "eu-west-1"}), IsEmpty());
  EXPECT_EQ(mappings_->get({"210987654321", home_.region}, mappings_->list(home_)[0].uuid)
                .error()
                .message,
            "The resource you requested does not exist.");
}

TEST_F(Mappings, SurviveARestart) {
  const auto queue = make_queue("q");
  const auto made = create({{"EventSourceArn", queue},
                            {"BatchSize", 3},
                            {"FilterCriteria", {{"Filters", {{{"Pattern", R"({"body":["x"]})"}}}}}},
                            {"FunctionResponseTypes", {"ReportBatchItemFailures"}},
                            {"ScalingConfig", {{"MaximumConcurrency", 2}}},
                            {"Tags", {{"a", "b"}}}});
  settle();
  send(queue, "x");
  ASSERT_EQ(invoked_.size(), 1u);
  const auto before = *mappings_->get(home_, made.uuid);
  restart();
  EXPECT_EQ(*mappings_->get(home_, made.uuid), before);
  // What was with the function when the process ended comes again.
  EXPECT_THAT(invoked_, IsEmpty());
  advance(seconds(31));
  ASSERT_EQ(invoked_.size(), 1u);
  EXPECT_EQ(invoked_[0].event["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
}

TEST_F(Mappings, OneThatWasBeingDeletedIsGoneAfterARestart) {
  const auto queue = make_queue("q");
  const auto made = create({{"EventSourceArn", queue}});
  settle();
  send(queue, "x");
  ASSERT_TRUE(mappings_->remove(home_, made.uuid));
  settle();
  restart();
  EXPECT_EQ(state_of(made.uuid), "none");
}

TEST_F(Mappings, AResourceIsMadeChangedAndReplaced) {
  const auto a = make_queue("a");
  const auto b = make_queue("b");
  MappingResource resource(*mappings_);
  const cfn::StackContext stack{"demo", "id", home_.account, home_.region, "", false};
  const auto run = [&](json old, json now, std::string id) {
    cfn::ResourceRequest request;
    request.stack = &stack;
    request.logical_id = "Mapping";
    request.physical_id = id;
    request.properties = std::move(now);
    request.old_properties = std::move(old);
    std::optional<Result<cfn::ResourceState>> out;
    const auto done = [&](Result<cfn::ResourceState> state) { out = std::move(state); };
    id.empty() ? resource.create(request, done) : resource.update(request, done);
    for (int i = 0; i < 100 && !out; ++i) tasks_.run_ready();
    return *std::move(out);
  };
  const json first = {{"EventSourceArn", a},
                      {"FunctionName", "worker"},
                      {"BatchSize", "5"},
                      {"Enabled", "true"},
                      {"Tags", {{{"Key", "k"}, {"Value", "v"}}}}};
  const auto made = run({}, first, "");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(mappings_->get(home_, made->physical_id)->batch_size, 5);
  EXPECT_EQ(mappings_->get(home_, made->physical_id)->tags.at("k"), "v");
  json second = first;
  second.erase("BatchSize");
  const auto changed = run(first, second, made->physical_id);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->physical_id, made->physical_id);
  EXPECT_EQ(mappings_->get(home_, made->physical_id)->batch_size, 10);
  json third = second;
  third["EventSourceArn"] = b;
  const auto replaced = run(second, third, made->physical_id);
  ASSERT_TRUE(replaced);
  EXPECT_NE(replaced->physical_id, made->physical_id);
  json bad = third;
  bad["BatchSize"] = "many";
  EXPECT_THAT(run({}, bad, "").error().message, HasSubstr("BatchSize must be a number from 1"));
}

}  // namespace
}  // namespace loopgate::lambda
