// When something is to happen: rate(…), cron(…) and at(…), as EventBridge Scheduler and scheduled
// rules write them. Pure: the time zone and every time are handed in.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "emulators/scheduler/expression/cron.h"
#include "emulators/scheduler/expression/time_zone.h"

namespace loopgate::scheduler {

class Expression {
 public:
  // Of rules: there is no at(), and one minute is not "1 minutes".
  enum class Dialect { kScheduler, kRule };

  // nullopt: AWS would not take it.
  static std::optional<Expression> parse(std::string_view text,
                                         Dialect dialect = Dialect::kScheduler);

  // The first time after `after`; nullopt: never again. Rates count from `anchor`, which is their
  // first time, and know no time zone: a day is 24 hours. What falls into the hour that clocks skip
  // does not happen, what falls into the one that they repeat happens in its first run.
  std::optional<WallTime> next_after(WallTime after, const TimeZone& zone, WallTime anchor) const;
  bool is_rate() const { return std::holds_alternative<Rate>(what_); }
  bool is_once() const { return std::holds_alternative<At>(what_); }

 private:
  struct Rate {
    Duration every;
  };
  struct At {
    std::chrono::local_seconds time;
  };
  using What = std::variant<Rate, At, Cron>;

  explicit Expression(What what) : what_(std::move(what)) {}
  static std::optional<What> parse_rate(std::string_view text, Dialect dialect);
  static std::optional<What> parse_at(std::string_view text);

  What what_;
};

}  // namespace loopgate::scheduler
