#include "emulators/scheduler/expression/time_zone.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace loopgate::scheduler {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kMaxTransitions = 100'000;
// RFC 9636 demands less than 26 hours to the east and 25 to the west.
constexpr std::chrono::hours kMaxOffset{26};

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  if (bytes.size() == 8) return static_cast<std::int64_t>(value);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}

// How many there are of each part of a block.
struct Header {
  std::size_t utc_flags, standard_flags, leaps, times, types, letters;

  std::size_t block_bytes(std::size_t time_bytes) const {
    return times * time_bytes + times + types * 6 + letters + leaps * (time_bytes + 4) +
           standard_flags + utc_flags;
  }
};

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return std::nullopt;
  std::array<std::size_t, 6> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = big_endian(bytes.substr(20 + i * 4, 4));
    if (count < 0 || count > static_cast<std::int64_t>(kMaxTransitions)) return std::nullopt;
    counts[i] = static_cast<std::size_t>(count);
  }
  return Header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

}  // namespace

// "EST5EDT,M3.2.0,M11.1.0" by and by.
class TimeZone::RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  std::optional<Rule> read() {
    Rule rule;
    if (!name()) return std::nullopt;
    const auto west = time();
    if (!west || *west < -kMaxOffset || *west > kMaxOffset) return std::nullopt;
    rule.standard = -*west;
    if (rest_.empty()) return rule;
    if (!name()) return std::nullopt;
    rule.summer = rule.standard + std::chrono::hours(1);
    if (!rest_.empty() && rest_.front() != ',') {
      const auto summer_west = time();
      if (!summer_west || *summer_west < -kMaxOffset || *summer_west > kMaxOffset) {
        return std::nullopt;
      }
      rule.summer = -*summer_west;
    }
    const auto begins = day();
    const auto ends = day();
    if (!begins || !ends || !rest_.empty()) return std::nullopt;
    rule.begins = *begins;
    rule.ends = *ends;
    return rule;
  }

 private:
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool name() {
    const bool quoted = take('<');
    const auto end = rest_.find_first_of(quoted ? ">" : "+-0123456789,");
    const auto length = std::min(end, rest_.size());
    rest_.remove_prefix(length);
    return length > 0 && (!quoted || take('>'));
  }

  std::optional<int> number() {
    int value = 0, digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && digits < 4) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++digits;
    }
    return digits == 0 ? std::nullopt : std::optional(value);
  }

  // "[+-]h[:mm[:ss]]"
  std::optional<seconds> time() {
    const bool negative = take('-');
    if (!negative) take('+');
    int total = 0;
    for (const int unit : {3600, 60, 1}) {
      const auto value = number();
      if (!value) return std::nullopt;
      total += *value * unit;
      if (!take(':')) break;
    }
    return seconds(negative ? -total : total);
  }

  std::optional<YearlyDay> day() {
    if (!take(',')) return std::nullopt;
    YearlyDay out;
    if (take('M')) {
      out.kind = YearlyDay::Kind::kMonthWeekDay;
      const auto month = number();
      const auto week = take('.') ? number() : std::nullopt;
      const auto weekday = take('.') ? number() : std::nullopt;
      if (!month || !week || !weekday || *month < 1 || *month > 12 || *week < 1 || *week > 5 ||
          *weekday > 6) {
        return std::nullopt;
      }
      out.month = *month;
      out.week = *week;
      out.day = *weekday;
    } else {
      if (take('J')) out.kind = YearlyDay::Kind::kJulian;
      const auto day = number();
      if (!day || *day > 365) return std::nullopt;
      out.day = *day;
    }
    if (take('/')) {
      const auto when = time();
      if (!when) return std::nullopt;
      out.time = *when;
    }
    return out;
  }

  std::string_view rest_;
};

local_seconds TimeZone::YearlyDay::in(int year) const {
  using namespace std::chrono;  // NOLINT: its literals and names throughout
  const std::chrono::year y(year);
  if (kind == Kind::kMonthWeekDay) {
    const std::chrono::month m(static_cast<unsigned>(month));
    const std::chrono::weekday wanted(static_cast<unsigned>(day));
    if (week == 5) return local_days(y / m / wanted[last]) + time;
    return local_days(y / m / wanted[static_cast<unsigned>(week)]) + time;
  }
  const local_days first(y / January / 1);
  if (kind == Kind::kZeroBased) return first + days(day) + time;
  // A Julian day does not count the 29th of February.
  return first + days(day - 1 + (y.is_leap() && day >= 60 ? 1 : 0)) + time;
}

seconds TimeZone::Rule::offset_at(sys_seconds time) const {
  if (!summer) return standard;
  const std::chrono::year_month_day date(std::chrono::floor<days>(time + standard));
  const int year = static_cast<int>(date.year());
  const sys_seconds begin((begins.in(year)-standard).time_since_epoch());
  const sys_seconds end((ends.in(year) - *summer).time_since_epoch());
  const bool is_summer = begin < end ? begin <= time && time < end : !(end <= time && time < begin);
  return is_summer ? *summer : standard;
}

Result<TimeZone> TimeZone::parse(std::string_view bytes) {
  const auto broken = [] { return fail("the time zone's file is damaged"); };
  const auto first = read_header(bytes);
  if (!first) return fail("the time zone's file is not a TZif file");
  if (bytes[4] < '2') return fail("the time zone's file is of a version without years after 2037");
  const auto start = kHeaderBytes + first->block_bytes(4);
  if (start > bytes.size()) return broken();
  bytes.remove_prefix(start);
  const auto header = read_header(bytes);
  if (!header || header->types == 0) return broken();
  const auto block = header->block_bytes(8);
  if (kHeaderBytes + block > bytes.size()) return broken();
  bytes.remove_prefix(kHeaderBytes);
  const auto times = bytes.substr(0, header->times * 8);
  const auto kinds = bytes.substr(times.size(), header->times);
  const auto types = bytes.substr(times.size() + kinds.size(), header->types * 6);
  const auto offset_of = [&](std::size_t type) {
    return seconds(big_endian(types.substr(type * 6, 4)));
  };
  for (std::size_t i = 0; i < header->types; ++i) {
    if (offset_of(i) < -kMaxOffset || offset_of(i) > kMaxOffset) return broken();
  }
  TimeZone zone;
  zone.before_ = offset_of(0);
  for (std::size_t i = 0; i < header->times; ++i) {
    const auto type = static_cast<unsigned char>(kinds[i]);
    if (type >= header->types) return broken();
    zone.transitions_.push_back(
        {sys_seconds(seconds(big_endian(times.substr(i * 8, 8)))), offset_of(type)});
  }
  auto footer = bytes.substr(block);
  if (footer.empty() || footer.front() != '\n') return broken();
  footer.remove_prefix(1);
  footer = footer.substr(0, footer.find('\n'));
  if (!footer.empty()) {
    zone.rule_ = RuleReader(footer).read();
    if (!zone.rule_) return broken();
  }
  return zone;
}

seconds TimeZone::offset_at(sys_seconds time) const {
  const auto after = std::ranges::upper_bound(transitions_, time, {}, &Transition::at);
  if (after == transitions_.end() && rule_) return rule_->offset_at(time);
  return after == transitions_.begin() ? before_ : std::prev(after)->offset;
}

std::optional<sys_seconds> TimeZone::first_at(local_seconds local) const {
  const sys_seconds as_utc(local.time_since_epoch());
  std::optional<sys_seconds> first;
  // No zone is more than a day away from UTC, nor changes its clocks twice within two.
  for (const auto offset : {offset_at(as_utc - days(1)), offset_at(as_utc + days(1))}) {
    const auto time = as_utc - offset;
    if (offset_at(time) == offset && (!first || time < *first)) first = time;
  }
  return first;
}

}  // namespace loopgate::scheduler
