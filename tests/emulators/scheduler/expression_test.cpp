#include "emulators/scheduler/expression/expression.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"

namespace loopgate::scheduler {
namespace {

WallTime at(std::string_view text) {
  return parse_iso8601(text).value();
}

// Of the system; nullopt: it has none.
std::optional<TimeZone> zone(const std::string& name) {
  if (name == "UTC") return TimeZone::utc();
  const std::string path = "/usr/share/zoneinfo/" + name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto bytes = read_file(path, 1 << 20);
  return bytes ? std::optional(TimeZone::parse(*bytes).value()) : std::nullopt;
}

struct Case {
  std::string name;
  std::string expression;
  std::string zone;
  std::string after;
  std::vector<std::string> next;  // shorter than four: then never again
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class NextTimes : public testing::TestWithParam<Case> {};

TEST_P(NextTimes, AreThese) {
  const auto& c = GetParam();
  const auto zone_there = zone(c.zone);
  if (!zone_there) GTEST_SKIP() << "no tzdata here";
  const auto expression = Expression::parse(c.expression);
  ASSERT_TRUE(expression) << c.expression;
  const auto anchor = at(c.after);
  auto time = anchor;
  std::vector<std::string> got;
  while (got.size() < 4) {
    const auto next = expression->next_after(time, *zone_there, anchor);
    if (!next) break;
    got.push_back(to_iso8601(*next));
    time = *next;
  }
  std::vector<std::string> wanted;
  for (const auto& each : c.next) wanted.push_back(each + ".000Z");
  EXPECT_EQ(got, wanted);
}

// Days of the week and ends of months are the calendar's; offsets are those of tzdata.
INSTANTIATE_TEST_SUITE_P(
    Tables, NextTimes,
    testing::Values(
        Case{"Rate",
             "rate(5 minutes)",
             "UTC",
             "2026-11-02T09:15:30Z",
             {"2026-11-02T09:20:30", "2026-11-02T09:25:30", "2026-11-02T09:30:30",
              "2026-11-02T09:35:30"}},
        // A day is 24 hours, whatever clocks do.
        Case{"RateOfADayOverAChange",
             "rate(1 day)",
             "America/New_York",
             "2026-03-07T14:00:00Z",
             {"2026-03-08T14:00:00", "2026-03-09T14:00:00", "2026-03-10T14:00:00",
              "2026-03-11T14:00:00"}},
        Case{"Once",
             "at(2026-11-20T13:00:00)",
             "UTC",
             "2026-11-02T00:00:00Z",
             {"2026-11-20T13:00:00"}},
        Case{"OnceInAZone",
             "at(2026-07-20T13:00:00)",
             "Europe/Berlin",
             "2026-07-02T00:00:00Z",
             {"2026-07-20T11:00:00"}},
        Case{"OncePast", "at(2026-11-20T13:00:00)", "UTC", "2026-11-20T13:00:00Z", {}},
        Case{"OnceWhenClocksSkip",
             "at(2026-03-29T02:30:00)",
             "Europe/Berlin",
             "2026-01-01T00:00:00Z",
             {}},
        Case{"OnceWhenClocksRepeat",
             "at(2026-10-25T02:30:00)",
             "Europe/Berlin",
             "2026-01-01T00:00:00Z",
             {"2026-10-25T00:30:00"}},
        Case{"EveryMinute",
             "cron(* * * * ? *)",
             "UTC",
             "2026-11-02T23:58:30Z",
             {"2026-11-02T23:59:00", "2026-11-03T00:00:00", "2026-11-03T00:01:00",
              "2026-11-03T00:02:00"}},
        // The examples of the user guide.
        Case{"TenEachDay",
             "cron(0 10 * * ? *)",
             "UTC",
             "2026-12-30T10:00:00Z",
             {"2026-12-31T10:00:00", "2027-01-01T10:00:00", "2027-01-02T10:00:00",
              "2027-01-03T10:00:00"}},
        Case{"EveningsOfTheWeek",
             "cron(0 18 ? * MON-FRI *)",
             "UTC",
             "2026-11-05T18:00:00Z",
             {"2026-11-06T18:00:00", "2026-11-09T18:00:00", "2026-11-10T18:00:00",
              "2026-11-11T18:00:00"}},
        Case{"FirstOfTheMonth",
             "cron(0 8 1 * ? *)",
             "UTC",
             "2026-11-02T00:00:00Z",
             {"2026-12-01T08:00:00", "2027-01-01T08:00:00", "2027-02-01T08:00:00",
              "2027-03-01T08:00:00"}},
        Case{"TenMinutesOfWorkdays",
             "cron(0/20 8-9 ? * 2-6 *)",
             "UTC",
             "2026-11-06T09:00:00Z",
             {"2026-11-06T09:20:00", "2026-11-06T09:40:00", "2026-11-09T08:00:00",
              "2026-11-09T08:20:00"}},
        Case{"LastFridayOfTheMonth",
             "cron(15 10 ? * 6L 2026-2027)",
             "UTC",
             "2026-10-01T00:00:00Z",
             {"2026-10-30T10:15:00", "2026-11-27T10:15:00", "2026-12-25T10:15:00",
              "2027-01-29T10:15:00"}},
        Case{"LastDay",
             "cron(0 0 L * ? *)",
             "UTC",
             "2027-11-30T00:00:00Z",
             {"2027-12-31T00:00:00", "2028-01-31T00:00:00", "2028-02-29T00:00:00",
              "2028-03-31T00:00:00"}},
        // 31 January 2026 is a Saturday, 28 February too, 31 May a Sunday.
        Case{"LastWorkday",
             "cron(0 0 LW * ? *)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2026-01-30T00:00:00", "2026-02-27T00:00:00", "2026-03-31T00:00:00",
              "2026-04-30T00:00:00"}},
        Case{"LastWorkdayAfterASunday",
             "cron(0 0 LW MAY ? 2026)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2026-05-29T00:00:00"}},
        // 15 August 2026 is a Saturday, 15 November a Sunday.
        Case{"NearestWorkday",
             "cron(0 0 15W 8,11 ? 2026)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2026-08-14T00:00:00", "2026-11-16T00:00:00"}},
        // Not in another month: 1 August 2026 is a Saturday, 1 November a Sunday.
        Case{"NearestWorkdayWithinTheMonth",
             "cron(0 0 1W 8,11 ? 2026)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2026-08-03T00:00:00", "2026-11-02T00:00:00"}},
        Case{"NoThirtyFirstNearby",
             "cron(0 0 31W 2-3 ? 2026)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2026-03-31T00:00:00"}},
        Case{"SecondTuesday",
             "cron(30 6 ? * 3#2 *)",
             "UTC",
             "2026-11-10T06:30:00Z",
             {"2026-12-08T06:30:00", "2027-01-12T06:30:00", "2027-02-09T06:30:00",
              "2027-03-09T06:30:00"}},
        Case{"FifthMonday",
             "cron(0 0 ? * mon#5 2026)",
             "UTC",
             "2026-03-01T00:00:00Z",
             {"2026-03-30T00:00:00", "2026-06-29T00:00:00", "2026-08-31T00:00:00",
              "2026-11-30T00:00:00"}},
        Case{"LAloneIsSaturday",
             "cron(0 0 ? * L *)",
             "UTC",
             "2026-11-02T00:00:00Z",
             {"2026-11-07T00:00:00", "2026-11-14T00:00:00", "2026-11-21T00:00:00",
              "2026-11-28T00:00:00"}},
        Case{"OverTheEndOfTheWeek",
             "cron(0 0 ? * FRI-MON *)",
             "UTC",
             "2026-11-02T00:00:00Z",
             {"2026-11-06T00:00:00", "2026-11-07T00:00:00", "2026-11-08T00:00:00",
              "2026-11-09T00:00:00"}},
        Case{"LeapDay",
             "cron(0 0 29 2 ? *)",
             "UTC",
             "2026-01-01T00:00:00Z",
             {"2028-02-29T00:00:00", "2032-02-29T00:00:00", "2036-02-29T00:00:00",
              "2040-02-29T00:00:00"}},
        Case{"NeverThirtiethOfFebruary", "cron(0 0 30 2 ? *)", "UTC", "2026-01-01T00:00:00Z", {}},
        Case{"YearsPast", "cron(0 0 1 1 ? 2020)", "UTC", "2026-01-01T00:00:00Z", {}},
        // New York: 2026-03-08 02:00 is skipped to 03:00.
        Case{"SkippedHour",
             "cron(30 2 * * ? *)",
             "America/New_York",
             "2026-03-07T00:00:00Z",
             {"2026-03-07T07:30:00", "2026-03-09T06:30:00", "2026-03-10T06:30:00",
              "2026-03-11T06:30:00"}},
        Case{"EveryHalfHourOverASkip",
             "cron(0/30 * * * ? *)",
             "America/New_York",
             "2026-03-08T06:00:00Z",
             {"2026-03-08T06:30:00", "2026-03-08T07:00:00", "2026-03-08T07:30:00",
              "2026-03-08T08:00:00"}},
        // 2026-11-01 01:00 to 02:00 comes twice: 05:00Z and 06:00Z.
        Case{"RepeatedHour",
             "cron(30 1 * * ? *)",
             "America/New_York",
             "2026-10-31T06:00:00Z",
             {"2026-11-01T05:30:00", "2026-11-02T06:30:00", "2026-11-03T06:30:00",
              "2026-11-04T06:30:00"}},
        Case{"EveryHalfHourOverARepetition",
             "cron(0/30 * * * ? *)",
             "America/New_York",
             "2026-11-01T05:00:00Z",
             {"2026-11-01T05:30:00", "2026-11-01T07:00:00", "2026-11-01T07:30:00",
              "2026-11-01T08:00:00"}},
        // South of the equator, by half an hour: 2026-04-05 02:00 +11 goes back to 01:30 +10:30.
        Case{"HalfAnHourBack",
             "cron(45 1 * * ? *)",
             "Australia/Lord_Howe",
             "2026-04-03T20:00:00Z",
             {"2026-04-04T14:45:00", "2026-04-05T15:15:00", "2026-04-06T15:15:00",
              "2026-04-07T15:15:00"}},
        // Beyond what the file lists, by its rule.
        Case{"InTheFarFuture",
             "cron(0 12 13,14 3 ? 2050)",
             "America/New_York",
             "2050-03-01T00:00:00Z",
             {"2050-03-13T16:00:00", "2050-03-14T16:00:00"}},
        Case{"NoChanges",
             "cron(0 9 * * ? *)",
             "Asia/Kathmandu",
             "2026-11-02T00:00:00Z",
             {"2026-11-02T03:15:00", "2026-11-03T03:15:00", "2026-11-04T03:15:00",
              "2026-11-05T03:15:00"}}),
    [](const auto& info) { return info.param.name; });

TEST(Expression, RefusesWhatAwsRefuses) {
  for (const char* const text : {"",
                                 "rate",
                                 "rate()",
                                 "rate(5)",
                                 "rate(0 minutes)",
                                 "rate(-1 minutes)",
                                 "rate(5 seconds)",
                                 "rate(1.5 hours)",
                                 "rate(5 weeks)",
                                 "Rate(5 minutes)",
                                 "rate(5 minutes",
                                 "rate(99999999999999999999 days)",
                                 "rate(99999999 days)",
                                 "at(2026-11-20)",
                                 "at(2026-02-29T00:00:00)",
                                 "at(2026-11-20T24:00:00)",
                                 "at(2026-11-20 13:00:00)",
                                 "at(2026-11-20T13:00:00Z)",
                                 "at(aaaa-11-20T13:00:00)",
                                 "cron()",
                                 "cron(0 10 * * ?)",
                                 "cron(0 10 * * * *)",
                                 "cron(0 10 ? * ? *)",
                                 "cron(60 10 * * ? *)",
                                 "cron(0 24 * * ? *)",
                                 "cron(0 10 0 * ? *)",
                                 "cron(0 10 32 * ? *)",
                                 "cron(0 10 * 13 ? *)",
                                 "cron(0 10 ? * 8 *)",
                                 "cron(0 10 ? * 0 *)",
                                 "cron(*/60 * * * ? *)",
                                 "cron(*/0 * * * ? *)",
                                 "cron(0 10 * * ? 1969)",
                                 "cron(0 10 * * ? 2200)",
                                 "cron(0, 10 * * ? *)",
                                 "cron(0 10 ? * 3#6 *)",
                                 "cron(0 10 ? * 3#1,4#2 *)",
                                 "cron(0 10 ? * MONDAY *)",
                                 "cron(? 10 * * ? *)",
                                 "cron(- 10 * * ? *)",
                                 "cron(/ 10 * * ? *)",
                                 "cron(0 10 W * ? *)",
                                 "0 10 * * ? *"}) {
    EXPECT_FALSE(Expression::parse(text)) << text;
  }
}

TEST(Expression, TakesEitherUnitInSchedulesAndTheRightOneInRules) {
  using enum Expression::Dialect;
  EXPECT_TRUE(Expression::parse("rate(1 minutes)", kScheduler));
  EXPECT_TRUE(Expression::parse("rate(5 minute)", kScheduler));
  EXPECT_TRUE(Expression::parse("rate(1 minute)", kRule));
  EXPECT_FALSE(Expression::parse("rate(1 minutes)", kRule));
  EXPECT_FALSE(Expression::parse("rate(5 minute)", kRule));
  EXPECT_FALSE(Expression::parse("at(2026-11-20T13:00:00)", kRule));
}

TEST(TimeZone, RefusesWhatIsNotAZone) {
  EXPECT_FALSE(TimeZone::parse(""));
  EXPECT_FALSE(TimeZone::parse("TZif2"));
  EXPECT_FALSE(TimeZone::parse(std::string("TZif2") + std::string(39, '\0')));
  EXPECT_FALSE(TimeZone::parse(std::string("TZif2") + std::string(39, '\xff')));
}

TEST(TimeZone, SurvivesEveryTruncation) {
  const std::string path = "/usr/share/zoneinfo/America/New_York";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no tzdata here";
  const auto bytes = read_file(path, 1 << 20).value();
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    (void)TimeZone::parse(std::string_view(bytes).substr(0, size));
  }
}

}  // namespace
}  // namespace loopgate::scheduler
