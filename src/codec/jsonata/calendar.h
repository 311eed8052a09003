// Dates of the proleptic Gregorian calendar in UTC, as JavaScript's Date has them: milliseconds
// since 1970, a hundred million days either way.
#pragma once

#include <cstdint>

namespace loopgate::codec::jsonata {

inline constexpr double kMaxMillis = 8.64e15;
inline constexpr double kMillisADay = 86'400'000;

struct Date {
  std::int64_t year = 1970;
  int month = 1;  // 1 … 12
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milli = 0;
  int weekday = 4;  // 1 Monday … 7 Sunday
};

// `millis` is within kMaxMillis.
Date date_of(double millis);
// Months and days may lie outside their range, and are carried over.
double millis_of(double year, double month, double day);

// The Monday of the first week of a month (of a year: of January): the week with its first
// Thursday.
double first_week(std::int64_t year, int month);

}  // namespace loopgate::codec::jsonata
