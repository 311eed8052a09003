#include "emulators/scheduler/expression/expression.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace loopgate::scheduler {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

struct Unit {
  std::string_view name;
  std::chrono::minutes length;
};
constexpr auto kUnits = std::to_array<Unit>({{"minute", std::chrono::minutes(1)},
                                             {"hour", std::chrono::hours(1)},
                                             {"day", std::chrono::days(1)}});
// Ours: rates beyond a hundred years fire in nobody's lifetime, and would leave what we count in.
constexpr Duration kMaxRate = std::chrono::hours(24 * 366 * 100);

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Expression> Expression::parse(std::string_view text, Dialect dialect) {
  const auto open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  const auto kind = text.substr(0, open);
  const auto inside = text.substr(open + 1, text.size() - open - 2);
  std::optional<What> what;
  if (kind == "rate") {
    what = parse_rate(trimmed(inside), dialect);
  } else if (kind == "at" && dialect == Dialect::kScheduler) {
    what = parse_at(inside);
  } else if (kind == "cron") {
    if (auto cron = Cron::parse(inside)) what = *std::move(cron);
  }
  if (!what) return std::nullopt;
  return Expression(*std::move(what));
}

// "5 minutes"
std::optional<Expression::What> Expression::parse_rate(std::string_view text, Dialect dialect) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + space, value);
  if (error != std::errc() || at != text.data() + space || value < 1) return std::nullopt;
  auto unit = trimmed(text.substr(space));
  const bool plural = unit.ends_with('s');
  if (dialect == Dialect::kRule && plural == (value == 1)) return std::nullopt;
  if (plural) unit.remove_suffix(1);
  const auto* const known = std::ranges::find(kUnits, unit, &Unit::name);
  if (known == kUnits.end() || value > kMaxRate / known->length) return std::nullopt;
  return Rate{value * known->length};
}

// "2026-11-20T13:00:00"
std::optional<Expression::What> Expression::parse_at(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
  }
  std::array<int, 6> parts{};
  constexpr std::array<std::size_t, 6> kStarts = {0, 5, 8, 11, 14, 17};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = digits(text.substr(kStarts[i], i == 0 ? 4 : 2));
    if (!value) return std::nullopt;
    parts[i] = *value;
  }
  const std::chrono::year_month_day date(std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2])));
  if (!date.ok() || parts[0] < 1970 || parts[0] > 2199 || parts[3] > 23 || parts[4] > 59 ||
      parts[5] > 59) {
    return std::nullopt;
  }
  return At{local_days(date) + std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) +
            seconds(parts[5])};
}

std::optional<WallTime> Expression::next_after(WallTime after, const TimeZone& zone,
                                               WallTime anchor) const {
  if (const auto* rate = std::get_if<Rate>(&what_)) {
    if (after < anchor) return anchor;
    return anchor + ((after - anchor) / rate->every + 1) * rate->every;
  }
  const auto second = std::chrono::floor<seconds>(after);
  if (const auto* at = std::get_if<At>(&what_)) {
    const auto time = zone.first_at(at->time);
    if (!time || WallTime(*time) <= after) return std::nullopt;
    return *time;
  }
  const auto& cron = std::get<Cron>(what_);
  auto local = zone.local(second);
  while (const auto next = cron.next_after(local)) {
    const auto time = zone.first_at(*next);
    if (time && WallTime(*time) > after) return *time;
    local = *next;
  }
  return std::nullopt;
}

}  // namespace loopgate::scheduler
