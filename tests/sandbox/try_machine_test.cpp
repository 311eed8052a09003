#include "sandbox/try_machine.h"

#include <gmock/gmock.h>

namespace loopgate {
namespace {

using testing::HasSubstr;

TEST(TryMachine, ShowsEachStateAndTakesNoTime) {
  const auto tried = try_machine({.definition = R"(
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: f}
    Next: Sleep
  Sleep: {Type: Wait, Seconds: 3600, End: true}
)",
                                  .definition_file = "m.yaml",
                                  .input = R"({"n":1})",
                                  .answers = {{"Ask", R"({"a":2})"}}});
  ASSERT_TRUE(tried) << tried.error().to_string();
  EXPECT_EQ(tried->status, "SUCCEEDED");
  EXPECT_EQ(tried->output, R"({"a":2})");
  ASSERT_EQ(tried->steps.size(), 2U);
  EXPECT_EQ(tried->steps[0].input, R"({"n":1})");
  EXPECT_EQ(tried->steps[1].type, "Wait");
  EXPECT_EQ(tried->steps[1].at, "1h");
}

TEST(TryMachine, SaysWhatATaskWithoutAnAnswerNeeds) {
  const auto tried = try_machine(
      {.definition =
           R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject","End":true}}})",
       .definition_file = "m.json"});
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->status, "FAILED");
  EXPECT_THAT(tried->cause, HasSubstr("--answer 'T=JSON'"));
}

TEST(TryMachine, TellsWhatIsWrongWithTheDefinition) {
  const auto tried =
      try_machine({.definition = R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}})",
                   .definition_file = "m.json"});
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().to_string(),
            "m.json: MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next");
}

}  // namespace
}  // namespace loopgate
