#include "aws/protocol/scalar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/time.h"

namespace loopgate::aws {

namespace {

using nlohmann::json;
using Scalar = std::expected<json, Reason>;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// Beyond the range of the clock there is no date to write.
constexpr double kLastSecond = 9.2e9;

template <class T>
Scalar number(std::string_view text, Reason reason) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || !std::isfinite(static_cast<double>(value))) return std::unexpected(reason);
  return json(value);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", also with parts of a second.
std::optional<double> parse_rfc822(std::string_view text) {
  if (text.size() < 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  std::size_t month = 0;
  while (month < kMonths.size() && kMonths[month] != text.substr(8, 3)) ++month;
  const auto day = text.substr(5, 2);
  if (month == kMonths.size() || !is_digit(day[0]) || !is_digit(day[1])) return std::nullopt;
  const auto iso = fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month + 1, day,
                               text.substr(17, text.size() - 17 - 4));
  return parse_timestamp(iso, TimestampFormat::kIso8601);
}

std::string format_rfc822(WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const auto second = std::chrono::floor<std::chrono::seconds>(time - days).count();
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(days).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), second / 3600, second / 60 % 60, second % 60);
}

}  // namespace

std::optional<double> parse_timestamp(std::string_view text, TimestampFormat format) {
  if (format == TimestampFormat::kRfc822) return parse_rfc822(text);
  if (format == TimestampFormat::kUnix) {
    const auto seconds = number<double>(text, {});
    return seconds ? std::optional(seconds->get<double>()) : std::nullopt;
  }
  const auto time = parse_iso8601(text);
  if (!time) return std::nullopt;
  return static_cast<double>(to_millis(*time)) / 1000.0;
}

std::string format_timestamp(const json& value, TimestampFormat format) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number() || !(std::abs(value.get<double>()) < kLastSecond) ||
      format == TimestampFormat::kUnix) {
    return write_json(value);
  }
  const std::chrono::duration<double> since(value.get<double>());
  const WallTime time(std::chrono::round<std::chrono::milliseconds>(since));
  return format == TimestampFormat::kRfc822 ? format_rfc822(time) : to_iso8601(time);
}

Scalar scalar_from_text(const Shape& shape, TimestampFormat format, std::string_view text) {
  switch (shape.type()) {
    case ShapeType::kInteger:
    case ShapeType::kLong:
      return number<std::int64_t>(text, "Must be an integer.");
    case ShapeType::kFloat:
    case ShapeType::kDouble:
      return number<double>(text, "Must be a number.");
    case ShapeType::kBoolean:
      if (text == "true" || text == "false") return json(text == "true");
      return std::unexpected(Reason("Must be true or false."));
    case ShapeType::kTimestamp: {
      const auto time = parse_timestamp(text, format);
      if (time) return json(*time);
      return std::unexpected(
          Reason(format == TimestampFormat::kRfc822
                     ? "Must be a date of the form Sun, 06 Nov 1994 08:49:37 GMT."
                 : format == TimestampFormat::kUnix ? "Must be a number of seconds since 1970."
                                                    : "Must be an ISO 8601 timestamp."));
    }
    default:
      return json(std::string(text));
  }
}

std::string scalar_to_text(const Shape& shape, TimestampFormat format, const json& value) {
  if (shape.type() == ShapeType::kTimestamp) return format_timestamp(value, format);
  return value.is_string() ? value.get<std::string>() : write_json(value);
}

}  // namespace loopgate::aws
