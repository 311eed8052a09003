// Two kinds of time, both handed in from the one Clock: `Instant` only moves forward and measures;
// `WallTime` is what people and protocols write down.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loopgate {

using Duration = std::chrono::nanoseconds;

struct MonotonicTag {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<MonotonicTag, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = std::chrono::time_point<MonotonicTag, Duration>;
using WallTime = std::chrono::sys_time<Duration>;

std::int64_t to_millis(WallTime time);   // since 1970
std::int64_t to_seconds(WallTime time);  // since 1970

// "2026-11-02T09:15:30.204Z": ISO 8601, UTC, milliseconds.
std::string to_iso8601(WallTime time);
// A date before 1678 or after 2261 becomes the first or the last day of those years, so that it
// still compares as it should.
std::optional<WallTime> parse_iso8601(std::string_view text);

// "3m", "181s", "250ms", "1h30m", "0.5s"; a number alone is seconds. Not negative, at most 100
// years.
Result<Duration> parse_duration(std::string_view text);
std::string to_string(Duration duration);  // "181s", "250ms", "1h30m"

}  // namespace loopgate
