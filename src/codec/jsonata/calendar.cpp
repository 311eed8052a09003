#include "codec/jsonata/calendar.h"

#include <cmath>

namespace loopgate::codec::jsonata {

namespace {

// Days since 1970-01-01, and back: eras of 400 years that begin in March, so that the leap day is
// the last of its year.
std::int64_t days_of(std::int64_t year, int month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void set_day(Date& date, std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t of_era = days - era * 146097;
  const std::int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  date.day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
  date.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  date.year = years + era * 400 + (date.month <= 2 ? 1 : 0);
}

}  // namespace

Date date_of(double millis) {
  Date date;
  const double days = std::floor(millis / kMillisADay);
  auto rest = static_cast<std::int64_t>(millis - days * kMillisADay);
  set_day(date, static_cast<std::int64_t>(days));
  date.milli = static_cast<int>(rest % 1000);
  date.second = static_cast<int>(rest / 1000 % 60);
  date.minute = static_cast<int>(rest / 60'000 % 60);
  date.hour = static_cast<int>(rest / 3'600'000);
  // 1970-01-01 was a Thursday.
  const auto weekday = (static_cast<std::int64_t>(days) + 3) % 7;
  date.weekday = static_cast<int>(weekday < 0 ? weekday + 7 : weekday) + 1;
  return date;
}

double millis_of(double year, double month, double day) {
  if (!(std::abs(year) < 1e6 && std::abs(month) < 1e6 && std::abs(day) < 1e9)) return NAN;
  const double months = std::trunc(month) - 1;
  const double carried = std::floor(months / 12);
  const auto days = days_of(static_cast<std::int64_t>(std::trunc(year) + carried),
                            static_cast<int>(months - carried * 12) + 1,
                            static_cast<std::int64_t>(std::trunc(day)));
  return static_cast<double>(days) * kMillisADay;
}

double first_week(std::int64_t year, int month) {
  const double first = millis_of(static_cast<double>(year), month, 1);
  const int weekday = date_of(first).weekday;
  return first + (weekday > 4 ? 8 - weekday : 1 - weekday) * kMillisADay;
}

}  // namespace loopgate::codec::jsonata
