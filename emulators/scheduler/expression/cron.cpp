#include "emulators/scheduler/expression/cron.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace loopgate::scheduler {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::year_month_day;

namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"});
constexpr auto kWeekdays =
    std::to_array<std::string_view>({"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"});

// What a field may hold; names count from its first number.
struct Bounds {
  int first, last;
  std::span<const std::string_view> names{};
};
constexpr Bounds kMinutes{0, 59};
constexpr Bounds kHours{0, 23};
constexpr Bounds kDays{1, 31};
constexpr Bounds kMonthNumbers{1, 12, kMonths};
constexpr Bounds kWeekdayNumbers{1, 7, kWeekdays};
constexpr Bounds kYears{1970, 2199};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || text.front() == '-') return std::nullopt;
  return value;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

std::optional<int> value(std::string_view text, const Bounds& bounds) {
  for (std::size_t i = 0; i < bounds.names.size(); ++i) {
    if (std::ranges::equal(text, bounds.names[i], {}, upper)) {
      return bounds.first + static_cast<int>(i);
    }
  }
  const auto out = number(text);
  if (!out || *out < bounds.first || *out > bounds.last) return std::nullopt;
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (true) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

// "5", "MON-FRI", "*/15", "10/2", "1-31/30": calls `add` with each number.
template <class Add>
bool read_item(std::string_view item, const Bounds& bounds, Add add) {
  const auto slash = item.find('/');
  const auto range = item.substr(0, slash);
  const auto dash = range.find('-');
  std::optional<int> from, to;
  if (range == "*") {
    from = bounds.first;
    to = bounds.last;
  } else {
    from = value(range.substr(0, dash), bounds);
    to = from;
    if (dash != std::string_view::npos)
      to = value(range.substr(dash + 1), bounds);
    else if (slash != std::string_view::npos)
      to = bounds.last;
  }
  if (!from || !to) return false;
  int step = 1;
  if (slash != std::string_view::npos) {
    const auto given = number(item.substr(slash + 1));
    if (!given || *given < 1 || *given > bounds.last) return false;
    step = *given;
  }
  // "FRI-MON" goes over the end.
  const int size = bounds.last - bounds.first + 1;
  const int length = *to >= *from ? *to - *from : *to - *from + size;
  for (int i = 0; i <= length; i += step) add(bounds.first + (*from - bounds.first + i) % size);
  return true;
}

template <std::size_t N>
bool read_field(std::string_view field, const Bounds& bounds, int first, std::bitset<N>& out) {
  return std::ranges::all_of(split(field, ','), [&](std::string_view item) {
    return read_item(item, bounds,
                     [&](int value) { out.set(static_cast<std::size_t>(value - first)); });
  });
}

unsigned last_day(year_month_day date) {
  return static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day());
}

unsigned weekday_of(year_month_day date) {
  return std::chrono::weekday(local_days(date)).c_encoding() + 1;
}

// The Monday to Friday that is nearest to a day of the month, within the month.
unsigned nearest_workday(year_month_day date, unsigned day) {
  const auto weekday = weekday_of(date.year() / date.month() / std::chrono::day(day));
  if (weekday == 7) return day == 1 ? 3 : day - 1;
  if (weekday == 1) return day == last_day(date) ? day - 2 : day + 1;
  return day;
}

}  // namespace

std::optional<Cron> Cron::parse(std::string_view fields) {
  std::vector<std::string_view> each;
  for (const auto part : split(fields, ' ')) {
    if (!part.empty()) each.push_back(part);
  }
  if (each.size() != 6) return std::nullopt;
  Cron out;
  if (!read_field(each[0], kMinutes, 0, out.minutes_) ||
      !read_field(each[1], kHours, 0, out.hours_) ||
      !read_field(each[3], kMonthNumbers, 0, out.months_) ||
      !read_field(each[5], kYears, kFirstYear, out.years_)) {
    return std::nullopt;
  }
  // Of the two days exactly one says which; the other says that it does not.
  out.by_weekday_ = each[2] == "?";
  if (out.by_weekday_ == (each[4] == "?")) return std::nullopt;
  const bool read =
      out.by_weekday_ ? out.read_days_of_week(each[4]) : out.read_days_of_month(each[2]);
  return read ? std::optional(out) : std::nullopt;
}

bool Cron::read_days_of_month(std::string_view field) {
  return std::ranges::all_of(split(field, ','), [this](std::string_view item) {
    if (item == "L") return last_day_ = true;
    if (item == "LW" || item == "WL") return last_workday_ = true;
    if (item.ends_with('W')) {
      const auto day = value(item.substr(0, item.size() - 1), kDays);
      if (day) nearest_workdays_.push_back(static_cast<unsigned>(*day));
      return day.has_value();
    }
    return read_item(item, kDays, [this](int day) { days_.set(static_cast<std::size_t>(day)); });
  });
}

bool Cron::read_days_of_week(std::string_view field) {
  const auto items = split(field, ',');
  return std::ranges::all_of(items, [&](std::string_view item) {
    if (item == "L") item = "7";
    const auto hash = item.find('#');
    if (hash != std::string_view::npos || item.ends_with('L')) {
      const auto weekday = value(item.substr(0, std::min(hash, item.size() - 1)), kWeekdayNumbers);
      const auto nth =
          hash == std::string_view::npos ? std::optional(0) : number(item.substr(hash + 1));
      if (!weekday || !nth || *nth > 5) return false;
      // "3#1" stands alone.
      if (hash != std::string_view::npos && (items.size() > 1 || *nth == 0)) return false;
      nth_weekdays_.push_back({static_cast<unsigned>(*weekday), static_cast<unsigned>(*nth)});
      return true;
    }
    return read_item(item, kWeekdayNumbers,
                     [this](int day) { weekdays_.set(static_cast<std::size_t>(day)); });
  });
}

bool Cron::allows_day_of_month(year_month_day date) const {
  const auto day = static_cast<unsigned>(date.day());
  const auto last = last_day(date);
  if (days_.test(day) || (last_day_ && day == last)) return true;
  if (last_workday_ && day == nearest_workday(date, last)) return true;
  return std::ranges::any_of(nearest_workdays_, [&](unsigned wanted) {
    return wanted <= last && nearest_workday(date, wanted) == day;
  });
}

bool Cron::allows_day_of_week(year_month_day date) const {
  const auto weekday = weekday_of(date);
  if (weekdays_.test(weekday)) return true;
  const auto day = static_cast<unsigned>(date.day());
  return std::ranges::any_of(nth_weekdays_, [&](const NthWeekday& wanted) {
    if (wanted.weekday != weekday) return false;
    return wanted.nth == 0 ? day + 7 > last_day(date) : (day - 1) / 7 + 1 == wanted.nth;
  });
}

bool Cron::allows(year_month_day date) const {
  return by_weekday_ ? allows_day_of_week(date) : allows_day_of_month(date);
}

std::optional<std::chrono::minutes> Cron::time_from(std::chrono::minutes from) const {
  auto hour = static_cast<std::size_t>(from.count() / 60);
  auto minute = static_cast<std::size_t>(from.count() % 60);
  for (; hour < hours_.size(); ++hour, minute = 0) {
    if (!hours_.test(hour)) continue;
    for (; minute < minutes_.size(); ++minute) {
      if (minutes_.test(minute)) return std::chrono::minutes(hour * 60 + minute);
    }
  }
  return std::nullopt;
}

std::optional<local_seconds> Cron::next_after(local_seconds after) const {
  const auto start = std::chrono::floor<std::chrono::minutes>(after) + std::chrono::minutes(1);
  auto day = std::chrono::floor<days>(start);
  auto from = std::chrono::duration_cast<std::chrono::minutes>(start - day);
  while (true) {
    const year_month_day date(day);
    const int year = std::max(static_cast<int>(date.year()), kFirstYear);
    if (year > kLastYear) return std::nullopt;
    if (!years_.test(static_cast<std::size_t>(year - kFirstYear))) {
      day = local_days(std::chrono::year(year + 1) / 1 / 1);
    } else if (!months_.test(static_cast<unsigned>(date.month()))) {
      day = local_days((date.year() / date.month() + std::chrono::months(1)) / 1);
    } else {
      const auto time = allows(date) ? time_from(from) : std::nullopt;
      if (time) return day + *time;
      day += days(1);
    }
    from = {};
  }
}

}  // namespace loopgate::scheduler
