#include "emulators/states/language/timestamp.h"

#include <algorithm>

namespace loopgate::states {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly that many digits; -1 when there are not.
  int number(std::size_t digits) {
    if (text_.size() < digits) return -1;
    int value = 0;
    for (const char c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return value;
  }
  // Of a second, in nanoseconds; -1 when there is none, or too long a one.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      if (digits == 9) return -1;
      value = value * 10 + (text_[digits] - '0');
    }
    text_.remove_prefix(digits);
    if (digits == 0) return -1;
    for (; digits < 9; ++digits) value *= 10;
    return value;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// East of Greenwich; nullopt when it is no zone.
std::optional<std::chrono::minutes> zone(Reader& in) {
  if (in.take('Z') || in.take('z')) return std::chrono::minutes(0);
  const bool east = in.take('+');
  if (!east && !in.take('-')) return std::nullopt;
  const int hours = in.number(2);
  const int minutes = in.take(':') ? in.number(2) : -1;
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return east ? offset : -offset;
}

}  // namespace

std::optional<WallTime> parse_timestamp(std::string_view text) {
  Reader in(text);
  const int year = in.number(4);
  const int month = in.take('-') ? in.number(2) : -1;
  const int day = in.take('-') ? in.number(2) : -1;
  if (year < 0 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok() || !(in.take('T') || in.take('t'))) return std::nullopt;
  const int hour = in.number(2);
  const int minute = in.take(':') ? in.number(2) : -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  int second = 0;
  std::int64_t nanos = 0;
  if (in.take(':')) {
    second = in.number(2);
    if (second < 0 || second > 59) return std::nullopt;
    if (in.take('.')) nanos = in.fraction();
    if (nanos < 0) return std::nullopt;
  }
  const auto offset = zone(in);
  if (!offset || !in.done()) return std::nullopt;
  // Nanoseconds since 1970 end in 2262.
  const int held = std::clamp(year, 1678, 2261);
  const std::chrono::sys_days days =
      held == year ? std::chrono::sys_days(date)
                   : std::chrono::sys_days(std::chrono::year(held) / (held > year ? 1 : 12) / 1);
  return WallTime(days) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::nanoseconds(nanos) - *offset;
}

}  // namespace loopgate::states
