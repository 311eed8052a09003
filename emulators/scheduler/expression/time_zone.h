// A time zone as the system's tzdata describes it: the moments at which its clocks were changed,
// and the rule by which they go on being changed. Bytes in, values out: who reads the file is not
// here. https://www.rfc-editor.org/rfc/rfc9636 (TZif)
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::scheduler {

class TimeZone {
 public:
  static TimeZone utc() { return {}; }
  // The bytes of a TZif file of version 2 or later. The error says in a sentence what is wrong.
  static Result<TimeZone> parse(std::string_view bytes);

  // East of Greenwich is positive.
  std::chrono::seconds offset_at(std::chrono::sys_seconds time) const;
  std::chrono::local_seconds local(std::chrono::sys_seconds time) const {
    return std::chrono::local_seconds((time + offset_at(time)).time_since_epoch());
  }
  // The first moment at which clocks there show `local`. nullopt: they never do, because they were
  // put forward over it.
  std::optional<std::chrono::sys_seconds> first_at(std::chrono::local_seconds local) const;

 private:
  struct Transition {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset;  // from then on
  };
  // "M3.2.0/2", "J60", "59": a day of each year and a time of it.
  struct YearlyDay {
    enum class Kind { kMonthWeekDay, kJulian, kZeroBased } kind = Kind::kZeroBased;
    int month = 0, week = 0, day = 0;
    std::chrono::seconds time{7200};

    std::chrono::local_seconds in(int year) const;
  };
  // The last line of the file: "EST5EDT,M3.2.0,M11.1.0".
  struct Rule {
    std::chrono::seconds standard{0};
    std::optional<std::chrono::seconds> summer{};
    YearlyDay begins{}, ends{};

    std::chrono::seconds offset_at(std::chrono::sys_seconds time) const;
  };
  class RuleReader;

  std::chrono::seconds before_{0};  // the first transition
  std::vector<Transition> transitions_;
  std::optional<Rule> rule_;  // after the last one
};

}  // namespace loopgate::scheduler
