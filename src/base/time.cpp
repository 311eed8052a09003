#include "base/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace loopgate {

using namespace std::chrono;

std::int64_t to_millis(WallTime time) {
  return floor<milliseconds>(time).time_since_epoch().count();
}
std::int64_t to_seconds(WallTime time) {
  return floor<seconds>(time).time_since_epoch().count();
}

std::string to_iso8601(WallTime time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool has(std::string_view text, std::size_t at, char c) {
  return text.size() > at && text[at] == c;
}

// What 64 bits of nanoseconds hold, in whole years.
constexpr year_month_day kFirstDay{year(1678), month(1), day(1)};
constexpr year_month_day kLastDay{year(2261), month(12), day(31)};

}  // namespace

std::optional<WallTime> parse_iso8601(std::string_view text) {
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return std::nullopt;
  if (!has(text, 4, '-') || !has(text, 7, '-') || !has(text, 10, 'T') || !has(text, 13, ':') ||
      !has(text, 16, ':')) {
    return std::nullopt;
  }
  Duration fraction{};
  std::size_t at = 19;
  if (has(text, at, '.')) {
    Duration unit = 100ms;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      fraction += unit * (text[at] - '0');
    }
  }
  if (text.substr(at) != "Z") return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  if (date < kFirstDay) return WallTime(sys_days(kFirstDay));
  if (date > kLastDay) return WallTime(sys_days(kLastDay));
  return WallTime(sys_days(date)) + hours(*h) + minutes(*mi) + seconds(*s) + fraction;
}

namespace {

std::optional<double> unit_in_seconds(std::string_view unit) {
  if (unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s" || unit.empty()) return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  return std::nullopt;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto bad = [&] {
    return fail(fmt::format("'{}' is not a duration: write it like 250ms, 30s, 3m or 1h30m", text));
  };
  double total = 0;
  std::string_view rest = text;
  if (rest.empty()) return bad();
  while (!rest.empty()) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
    if (error != std::errc() || !(value >= 0)) return bad();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto unit_size = std::min(rest.find_first_of("0123456789."), rest.size());
    const auto unit = unit_in_seconds(rest.substr(0, unit_size));
    if (!unit || (unit_size == 0 && !rest.empty())) return bad();
    total += value * *unit;
    rest.remove_prefix(unit_size);
  }
  if (total > 100 * 365.25 * 86400) return fail(fmt::format("'{}' is over 100 years", text));
  return Duration(std::llround(total * 1e9));
}

std::string to_string(Duration duration) {
  if (duration < Duration{}) return "-" + to_string(-duration);
  const auto nanos = duration.count();
  if (nanos % 1'000'000 != 0) return fmt::format("{}us", static_cast<double>(nanos) / 1e3);
  if (nanos % 1'000'000'000 != 0) {
    return nanos < 1'000'000'000 ? fmt::format("{}ms", nanos / 1'000'000)
                                 : fmt::format("{}s", static_cast<double>(nanos) / 1e9);
  }
  const auto total = nanos / 1'000'000'000;
  if (total < 60 || (total % 60 != 0 && total < 3600)) return fmt::format("{}s", total);
  const auto h = total / 3600, m = total / 60 % 60, s = total % 60;
  std::string out;
  if (h) out += fmt::format("{}h", h);
  if (m) out += fmt::format("{}m", m);
  if (s) out += fmt::format("{}s", s);
  return out;
}

}  // namespace loopgate
