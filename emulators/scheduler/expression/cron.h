// The six fields of a cron expression: minutes, hours, day of month, month, day of week, year.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace loopgate::scheduler {

class Cron {
 public:
  // "0/15 9-17 ? * MON-FRI *". nullopt: AWS would not take it.
  static std::optional<Cron> parse(std::string_view fields);

  // The first minute after `after` that the fields allow, on any clock; nullopt: there is none up
  // to the end of 2199.
  std::optional<std::chrono::local_seconds> next_after(std::chrono::local_seconds after) const;

 private:
  struct NthWeekday {
    unsigned weekday;  // 1 is Sunday
    unsigned nth;      // 0: the last one
  };

  bool read_days_of_month(std::string_view field);
  bool read_days_of_week(std::string_view field);
  bool allows(std::chrono::year_month_day date) const;
  bool allows_day_of_month(std::chrono::year_month_day date) const;
  bool allows_day_of_week(std::chrono::year_month_day date) const;
  std::optional<std::chrono::minutes> time_from(std::chrono::minutes from) const;

  static constexpr int kFirstYear = 1970;
  static constexpr int kLastYear = 2199;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<13> months_;
  std::bitset<kLastYear - kFirstYear + 1> years_;
  bool by_weekday_ = false;  // else by day of month
  std::bitset<32> days_;
  bool last_day_ = false, last_workday_ = false;
  std::vector<unsigned> nearest_workdays_;  // to that day of the month
  std::bitset<8> weekdays_;                 // 1 is Sunday
  std::vector<NthWeekday> nth_weekdays_;
};

}  // namespace loopgate::scheduler
