#include "base/time.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

using namespace std::chrono_literals;

struct DurationCase {
  const char* text;
  std::optional<Duration> value;
};

TEST(ParseDuration, ReadsWhatPeopleWriteAndRefusesTheRest) {
  const DurationCase cases[] = {
      {"250ms", 250ms},
      {"181s", 181s},
      {"3m", 3min},
      {"1h30m", 90min},
      {"0.05s", 50ms},
      {"2", 2s},
      {"1d", 24h},
      {"0s", 0s},
      {"1.5h", 90min},
      {"", std::nullopt},
      {"-1s", std::nullopt},
      {"s", std::nullopt},
      {"1x", std::nullopt},
      {"1s2", 3s},
      {"nan", std::nullopt},
      {"1e9s", std::nullopt},
      {"99999999h", std::nullopt},
  };
  for (const auto& c : cases) {
    const auto got = parse_duration(c.text);
    EXPECT_EQ(got.has_value(), c.value.has_value()) << c.text;
    if (got && c.value) {
      EXPECT_EQ(*got, *c.value) << c.text;
    }
  }
}

TEST(DurationToString, IsReadBackAsItself) {
  for (const Duration d : {Duration(250ms), Duration(1s), Duration(90s), Duration(3min),
                           Duration(90min), Duration(1500ms), Duration(3601s)}) {
    EXPECT_EQ(*parse_duration(to_string(d)), d) << to_string(d);
  }
}

TEST(Iso8601, KeepsMilliseconds) {
  const auto time = parse_iso8601("2026-11-02T09:15:30.204Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_iso8601(*time), "2026-11-02T09:15:30.204Z");
  EXPECT_EQ(to_seconds(*time), 1793610930);
}

TEST(Iso8601, BringsFarDatesIntoTheRangeOfTheClock) {
  EXPECT_EQ(to_iso8601(*parse_iso8601("9999-12-31T23:59:59Z")), "2261-12-31T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(*parse_iso8601("0001-01-01T00:00:00Z")), "1678-01-01T00:00:00.000Z");
}

TEST(Iso8601, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-02-01T24:00:00Z", "2026-02-01T00:00:00", "2026-02-01 00:00:00Z"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

}  // namespace
}  // namespace loopgate
