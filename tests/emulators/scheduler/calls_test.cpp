#include "emulators/scheduler/calls.h"

#include <gtest/gtest.h>

#include "emulators/scheduler/requests.h"

namespace loopgate::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(UniversalTarget, NamesAServiceAndAnAction) {
  const auto target = UniversalTarget::parse("arn:aws:scheduler:::aws-sdk:sqs:sendMessage");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->service, "sqs");
  EXPECT_EQ(target->action, "sendMessage");
  for (const char* const arn :
       {"", "arn:aws:sqs:us-west-2:123456789012:q", "arn:aws:scheduler:::aws-sdk:sqs",
        "arn:aws:scheduler:::aws-sdk:sqs:", "arn:aws:scheduler:::aws-sdk::sendMessage"}) {
    EXPECT_FALSE(UniversalTarget::parse(arn)) << arn;
  }
}

TEST(UniversalTarget, KnowsWhatOnlyReads) {
  const auto reads = [](const char* action) { return UniversalTarget{"s", action}.only_reads(); };
  EXPECT_TRUE(reads("getQueueUrl"));
  EXPECT_TRUE(reads("listBrokers"));
  EXPECT_TRUE(reads("scan"));
  EXPECT_FALSE(reads("putItem"));
  EXPECT_FALSE(reads("deleteQueue"));
}

TEST(Schedule, IsTheSameAfterItsRow) {
  const Schedule schedule{
      .arn = schedule_arn("us-west-2", "123456789012", "g", "s"),
      .group = "g",
      .name = "s",
      .description = "d",
      .expression = "rate(1 minute)",
      .zone = "Europe/Berlin",
      .start = WallTime(1s),
      .window_minutes = 5,
      .is_enabled = false,
      .is_deleted_when_over = true,
      .targets = {{.arn = "arn:x", .role_arn = "arn:r", .input = "", .retries = 3, .max_age = 60s}},
      .created = WallTime(2s),
      .next = WallTime(3s)};
  const auto row = to_row(schedule);
  EXPECT_EQ(to_row(schedule_of(schedule.arn, row)), row);
  const Firing firing{.id = "1f",
                      .schedule_arn = schedule.arn,
                      .target = schedule.targets[0],
                      .scheduled = WallTime(4s),
                      .attempts = 2,
                      .is_under_way = true};
  const auto firing_row = to_row(firing);
  EXPECT_EQ(to_row(firing_of("1f", firing_row)), firing_row);
}

struct RefusedCase {
  std::string name;
  json change;
  std::string message;
};

TEST(ReadSchedule, RefusesInAwsWords) {
  Zones zones;
  const json good = {{"Name", "s"},
                     {"ScheduleExpression", "rate(1 hour)"},
                     {"FlexibleTimeWindow", {{"Mode", "OFF"}}},
                     {"Target",
                      {{"Arn", "arn:aws:lambda:us-west-2:123456789012:function:f"},
                       {"RoleArn", "arn:aws:iam::123456789012:role/r"}}}};
  const WallTime now(1'793'610'930s);
  ASSERT_TRUE(read_schedule(good, now, zones));
  for (const auto& [name, change, message] : std::vector<RefusedCase>{
           {"expression",
            {{"ScheduleExpression", "rate(1)"}},
            "Invalid Schedule Expression rate(1)."},
           {"zone",
            {{"ScheduleExpressionTimezone", "../etc/passwd"}},
            "Invalid ScheduleExpressionTimezone ../etc/passwd: "},
           {"start",
            {{"StartDate", 1'793'610'000}},
            "The StartDate you specify cannot be earlier than 5 minutes ago."},
           {"far", {{"StartDate", 9e18}}, "Invalid StartDate."},
           {"end",
            {{"StartDate", 1'793'620'000}, {"EndDate", 1'793'620'000}},
            "The EndDate you specify must come after the StartDate."},
           {"input",
            {{"Target",
              {{"Arn", "arn:aws:lambda:us-west-2:123456789012:function:f"}, {"Input", "{"}}}},
            "Input must be valid JSON for the target."},
           {"arn", {{"Target", {{"Arn", "queue"}}}}, "Provided Arn is not in correct format."}}) {
    json params = good;
    params.update(change);
    const auto read = read_schedule(params, now, zones);
    ASSERT_FALSE(read) << name;
    EXPECT_EQ(read.error().code, "ValidationException");
    EXPECT_EQ(read.error().message.substr(0, message.size()), message);
  }
}

}  // namespace
}  // namespace loopgate::scheduler
