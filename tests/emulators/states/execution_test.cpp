#include <gmock/gmock.h>

#include "emulators/states/language/limits.h"
#include "tests/emulators/states/host.h"

namespace loopgate::states {
namespace {

using testing::HasSubstr;

constexpr const char* kTask = R"({"StartAt":"T","States":{"T":{"Type":"Task",
  "Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"n.$":"$$.State.RetryCount"},
  "Retry":[{"ErrorEquals":["A"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":3,"MaxDelaySeconds":10},
           {"ErrorEquals":["States.ALL"],"MaxAttempts":1}],
  "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.fault","Next":"Caught"}],"End":true},
  "Caught":{"Type":"Pass","End":true}}})";

TEST(Execution, RetriesWithBackOffUpToTheMaximumDelay) {
  Played run(kTask);
  run.start();
  std::vector<std::int64_t> tried;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(run.host.tasks.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(run.host.tasks.back().parameters.text(), "{\"n\":" + std::to_string(i) + "}");
    tried.push_back(run.seconds());
    run.execution->task_failed(run.host.tasks.back().id, {.error = "A", .cause = "why"}, run.now);
    run.step();
  }
  // 2, 6, then 18 cut to 10.
  EXPECT_EQ(tried, (std::vector<std::int64_t>{0, 2, 8, 18}));
  EXPECT_EQ(run.output(), R"({"fault":{"Error":"A","Cause":"why"}})");
}

TEST(Execution, JitterComesFromTheSeed) {
  constexpr const char* kJitter = R"({"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::sqs:sendMessage","End":true,
    "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1000,"JitterStrategy":"FULL"}]}}})";
  const auto waited = [&](std::uint64_t seed) {
    Played run(kJitter, "{}", seed);
    run.start();
    run.execution->task_failed(run.host.tasks.back().id, {.error = "A"}, run.now);
    run.step();
    return (run.now - kStart).count();
  };
  EXPECT_EQ(waited(1), waited(1));
  EXPECT_NE(waited(1), waited(2));
  EXPECT_LT(waited(1), Duration(std::chrono::seconds(1000)).count());
}

TEST(Execution, AMissedHeartbeatIsATimeOut) {
  Played run(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","TimeoutSeconds":60,"HeartbeatSeconds":10,
    "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"t.$":"$$.Task.Token"},"End":true}}})");
  run.start();
  const auto id = run.host.tasks.back().id;
  EXPECT_EQ(run.host.tasks.back().parameters.text(), R"({"t":"token"})");
  run.execution->task_submitted(id, Datum::of_text("{}"), run.now);
  run.now += std::chrono::seconds(8);
  EXPECT_TRUE(run.execution->task_heartbeat(id, run.now));
  run.step();
  EXPECT_EQ(run.seconds(), 18);
  EXPECT_EQ(run.error(), "States.Timeout");
  EXPECT_EQ(run.execution->fault().cause, std::nullopt);
  EXPECT_EQ(run.history(),
            "1<0 ExecutionStarted, 2<0 TaskStateEntered, 3<2 TaskScheduled, 4<3 TaskStarted, "
            "5<4 TaskSubmitted, 6<5 TaskTimedOut, 7<6 ExecutionFailed");
  EXPECT_FALSE(run.execution->task_heartbeat(id, run.now));
}

TEST(Execution, SiblingsOfAFailedBranchAreAborted) {
  Played run(R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
    {"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}},
    {"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":5,"Next":"C"},"C":{"Type":"Fail","Error":"E"}}}]}}})");
  run.finish();
  EXPECT_EQ(run.error(), "E");
  EXPECT_EQ(run.host.cancelled, std::vector{run.host.tasks.front().id});
  EXPECT_THAT(run.history(), HasSubstr("TaskStateAborted"));
}

// States and their clock go on in another process, children and variables included.
TEST(Execution, GoesOnFromWhatWasStored) {
  Played run(R"({"StartAt":"Set","States":{"Set":{"Type":"Pass","Assign":{"who":"you"},"Next":"M"},
    "M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":1,"Next":"W","ItemProcessor":{"StartAt":"T",
      "States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
        "Parameters":{"item.$":"$","who.$":"$who"},"End":true}}}},
    "W":{"Type":"Wait","Seconds":31536000,"End":true}}})",
             R"({"items":[1,2]})");
  run.start();
  run.restart();
  ASSERT_EQ(run.host.tasks.size(), 1U);
  EXPECT_TRUE(run.host.tasks.back().resumed);
  EXPECT_EQ(run.host.tasks.back().parameters.text(), R"({"item":1,"who":"you"})");
  run.execution->task_succeeded(run.host.tasks.back().id, Datum::of_text("\"a\""), run.now);
  run.restart();
  run.execution->task_succeeded(run.host.tasks.back().id, Datum::of_text("\"b\""), run.now);
  run.restart();
  while (run.step()) {
  }
  EXPECT_EQ(run.output(), R"(["a","b"])");
  EXPECT_EQ(run.seconds(), 31'536'000);
}

TEST(Execution, EndsAtTheLimitOfTheHistory) {
  Played run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}})");
  run.finish();
  EXPECT_EQ(run.error(), "States.Runtime");
  EXPECT_THAT(run.cause(), HasSubstr("25000"));
  EXPECT_LE(static_cast<std::int64_t>(run.host.events.size()), kMaxHistoryEvents);
}

TEST(Execution, AnExpressOneThatLoopsIsEnded) {
  Played run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}})", "{}", 1, true);
  run.finish();
  EXPECT_EQ(run.execution->status(), ExecutionStatus::kTimedOut);
}

TEST(Execution, RefusesOutputsOverTheQuota) {
  Played run(R"~({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{
    "a.$":"States.Format('{}{}', $.x, $.x)"},"End":true}}})~",
             "{\"x\":\"" + std::string(200 * 1024, 'x') + "\"}");
  run.finish();
  EXPECT_EQ(run.error(), "States.DataLimitExceeded");
  EXPECT_EQ(run.cause(),
            "The state/task 'A' returned a result with a size exceeding the maximum number of "
            "bytes service limit.");
}

TEST(Execution, RuntimeFaultsAreNotCaught) {
  Played run(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
    "Parameters":{"a.$":"$.missing"},"Catch":[{"ErrorEquals":["States.Runtime"],"Next":"C"}],"End":true},
    "C":{"Type":"Pass","End":true}}})");
  run.finish();
  EXPECT_EQ(run.error(), "States.Runtime");
  EXPECT_EQ(run.cause(),
            "An error occurred while executing the state 'T' (entered at the event id #2). The "
            "JSONPath '$.missing' specified for the field 'a.$' could not be found in the input "
            "'{}'");
}

TEST(Execution, IsRedrivenAtTheStateThatFailed) {
  Played run(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"v":1},"Next":"T"},
    "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true}}})");
  run.start();
  run.execution->task_failed(run.host.tasks.back().id, {.error = "E"}, run.now);
  EXPECT_EQ(run.execution->status(), ExecutionStatus::kFailed);
  run.execution->redrive(run.now);
  ASSERT_EQ(run.host.tasks.size(), 2U);
  run.execution->task_succeeded(run.host.tasks.back().id, Datum::of_text("2"), run.now);
  EXPECT_EQ(run.output(), "2");
  EXPECT_THAT(run.history(), HasSubstr("ExecutionRedriven"));
}

}  // namespace
}  // namespace loopgate::states
