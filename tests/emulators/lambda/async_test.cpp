// Asynchronous invocations on simulated time, the built-in function, and the order of results.

#include <gmock/gmock.h>

#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class AsyncInvocation : public FunctionsTest {
 protected:
  FunctionConfig failing() {
    auto function = config("fails", "fail", "", "loopgate.echo");
    function.code = {};
    return function;
  }
  int attempts() {
    int count = 0;
    for (const auto& event : world->journal.read(0, 10'000)) {
      count += event.kind == EventKind::kInvocationStarted ? 1 : 0;
    }
    return count;
  }
  Result submit(const std::string& arn, const std::string& payload = R"({"n":1})") {
    InvokeCall call;
    call.function_arn = arn;
    call.payload = payload;
    call.type = InvocationType::kEvent;
    auto result = invoke(std::move(call));
    world->settle();
    return result;
  }
};

TEST_F(AsyncInvocation, IsAcceptedAndRun) {
  const auto arn = deploy(config("says", "echo.says"));
  const auto result = submit(arn);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, 202);
  EXPECT_EQ(result->payload, "");
  ASSERT_TRUE(world->until([&] { return world->functions->in_flight() == 0; }));
  EXPECT_EQ(log_of("says")[1], "START RequestId: " + result->request_id + " Version: $LATEST");
}

TEST_F(AsyncInvocation, IsRetriedAfterOneAndTwoMinutesThenDeadLettered) {
  auto function = failing();
  function.dead_letter_arn = "arn:aws:sqs:us-west-2:123456789012:dead";
  const auto result = submit(deploy(function));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(attempts(), 1);
  world->advance(std::chrono::milliseconds(59'999));
  EXPECT_EQ(attempts(), 1);
  world->advance(std::chrono::milliseconds(1));
  EXPECT_EQ(attempts(), 2);
  world->advance(std::chrono::milliseconds(119'999));
  EXPECT_EQ(attempts(), 2);
  EXPECT_TRUE(world->deliveries.empty());
  world->advance(std::chrono::milliseconds(1));
  EXPECT_EQ(attempts(), 3);
  ASSERT_EQ(world->deliveries.size(), 1u);
  const auto& letter = world->deliveries[0];
  EXPECT_EQ(letter.target, function.dead_letter_arn);
  EXPECT_EQ(letter.payload, R"({"n":1})");
  ASSERT_EQ(letter.attributes.size(), 3u);
  EXPECT_EQ(letter.attributes[0].value, result->request_id);
  EXPECT_EQ(letter.attributes[2].value, "this function always fails");
  world->advance(std::chrono::hours(24));
  EXPECT_EQ(attempts(), 3);
}

TEST_F(AsyncInvocation, TellsItsFailureDestinationEverything) {
  auto function = failing();
  function.companions.event_invoke["$LATEST"].on_failure_arn =
      "arn:aws:sqs:us-west-2:123456789012:failed";
  function.companions.event_invoke["$LATEST"].max_retries = 0;
  const auto result = submit(deploy(function));
  ASSERT_EQ(world->deliveries.size(), 1u);
  const auto record = nlohmann::json::parse(world->deliveries[0].payload);
  EXPECT_EQ(record["requestContext"]["requestId"], result->request_id);
  EXPECT_EQ(record["requestContext"]["condition"], "RetriesExhausted");
  EXPECT_EQ(record["requestContext"]["approximateInvokeCount"], 1);
  EXPECT_EQ(record["requestPayload"]["n"], 1);
  EXPECT_EQ(record["responseContext"]["functionError"], "Unhandled");
  EXPECT_EQ(record["responsePayload"]["errorType"], "Loopgate.Fail");
}

TEST_F(AsyncInvocation, SurvivesARestart) {
  auto function = failing();
  function.dead_letter_arn = "arn:aws:sqs:us-west-2:123456789012:dead";
  submit(deploy(function));
  world->advance(std::chrono::seconds(30));
  restart();
  world->settle();
  EXPECT_EQ(attempts(), 0);
  world->advance(std::chrono::seconds(30));
  EXPECT_EQ(attempts(), 1);
  world->advance(std::chrono::minutes(2));
  EXPECT_EQ(attempts(), 2);
  EXPECT_EQ(world->deliveries.size(), 1u);
}

TEST_F(AsyncInvocation, WaitsWhileItIsThrottled) {
  auto function = config("echo", "echo", "", "loopgate.echo");
  function.code = {};
  function.reserved_concurrency = 0;
  const auto arn = deploy(function);
  submit(arn);
  world->advance(std::chrono::seconds(10));
  EXPECT_EQ(attempts(), 0);
  function.reserved_concurrency.reset();
  ASSERT_TRUE(world->functions->update(function).has_value());
  world->advance(std::chrono::seconds(1));
  EXPECT_EQ(attempts(), 1);
}

TEST_F(AsyncInvocation, OverOneMegabyteIsRefused) {
  const auto result = submit(deploy(failing()), "\"" + std::string(kMaxAsyncPayload, 'x') + "\"");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "RequestTooLargeException");
  EXPECT_EQ(result.error().status, 413);
}

class SynchronousInvocation : public FunctionsTest {};

TEST_F(SynchronousInvocation, OfTheBuiltInFunctionNeedsNoProcess) {
  auto function = config("echo", "", "", "loopgate.echo");
  function.code = {};
  const auto arn = deploy(function);
  const auto result = invoke(arn + ":$LATEST", R"({"Messages":[{"Tag":"1","Data":"eA=="}]})");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->payload, R"({"Replies":[{"Tag":"1","Data":"eA=="}]})");
  EXPECT_EQ(world->functions->workers(), 0u);
  const auto unknown = invoke(arn + ":7");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, "ResourceNotFoundException");
}

TEST_F(SynchronousInvocation, RefusesATenantIdThatIsNoHeader) {
  InvokeCall call;
  call.function_arn = deploy(config("echo", "echo.handler"));
  call.tenant_id = "a\r\nLambda-Runtime-Aws-Request-Id: forged";
  const auto result = invoke(call);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "InvalidParameterValueException");
}

// Three calls answered by their processes in the opposite order.
TEST_F(SynchronousInvocation, WhatWasGivenUpIsNotWaitedForWhileLaterCallsAre) {
  const auto arn = deploy(config("slow", "echo.waits_for_file"));
  std::size_t ended = 0;
  const auto invoke = [&](const std::string& file) {
    InvokeCall call;
    call.function_arn = arn;
    call.payload = nlohmann::json({{"file", data / file}, {"n", 0}}).dump();
    world->functions->invoke(std::move(call), [&ended](const Result&) { ++ended; });
  };
  invoke("first");
  EXPECT_EQ(world->functions->in_flight(), 1u);
  world->functions->give_up();
  EXPECT_EQ(world->functions->in_flight(), 0u);
  invoke("second");
  EXPECT_EQ(world->functions->in_flight(), 1u);
  data.write("first", "");
  ASSERT_TRUE(world->until([&] { return ended == 1; }));
  EXPECT_EQ(world->functions->in_flight(), 1u);
  data.write("second", "");
  ASSERT_TRUE(world->until([&] { return ended == 2; }));
  EXPECT_EQ(world->functions->in_flight(), 0u);
}

TEST_F(SynchronousInvocation, ResultsArriveInTheOrderOfTheirCalls) {
  restart(true);
  const auto arn = deploy(config("ordered", "echo.waits_for_file"));
  std::vector<int> arrived;
  for (int n = 0; n < 3; ++n) {
    InvokeCall call;
    call.function_arn = arn;
    call.payload = nlohmann::json({{"file", data / ("go" + std::to_string(n))}, {"n", n}}).dump();
    call.ordered = true;
    world->functions->invoke(std::move(call),
                             [&arrived, n](const Result&) { arrived.push_back(n); });
  }
  const auto finished = [&](std::ptrdiff_t count) {
    return [this, count] {
      const auto lines = log_of("ordered");
      return std::ranges::count_if(
                 lines, [](const auto& line) { return line.starts_with("END"); }) == count;
    };
  };
  data.write("go2", "");
  ASSERT_TRUE(world->until(finished(1)));
  data.write("go1", "");
  ASSERT_TRUE(world->until(finished(2)));
  EXPECT_TRUE(arrived.empty());
  EXPECT_EQ(world->functions->in_flight(), 3u);
  data.write("go0", "");
  ASSERT_TRUE(world->until([&] { return arrived.size() == 3; }));
  EXPECT_THAT(arrived, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace loopgate::lambda
