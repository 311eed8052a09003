#include "codec/jsonata/date_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/jsonata/calendar.h"
#include "codec/jsonata/letter_case.h"
#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

constexpr std::string_view kNumbered = "YMDdFWwXxHhmsf";

constexpr std::array<std::string_view, 7> kWeekdays = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

// How a component is shown when the picture does not say; empty for unknown ones.
std::string_view default_form(char component) {
  if (std::string_view("YMDdWwXxHhf").find(component) != std::string_view::npos) return "1";
  if (std::string_view("FPCE").find(component) != std::string_view::npos) return "n";
  if (component == 'm' || component == 's') return "01";
  return component == 'Z' || component == 'z' ? "01:01" : "";
}

// JavaScript's parseInt: digits at the beginning, NaN without any.
double leading_integer(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    value = value * 10 + (text[at] - '0');
  }
  if (at == 0) return NAN;
  return negative ? -value : value;
}

std::string without_blanks(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (std::string_view(" \t\n\r\v\f").find(c) == std::string_view::npos) kept += c;
  }
  return kept;
}

std::string halved_brackets(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text.substr(i, 2) == "]]") ++i;
  }
  return out;
}

struct Width {
  std::optional<double> min;
  std::optional<double> max;
};

std::optional<double> width_of(std::string_view text) {
  if (text == "*") return std::nullopt;
  const double width = leading_integer(text);
  return std::isnan(width) ? std::nullopt : std::optional(width);
}

// ",min-max" at the end of a marker is taken off.
Width take_width(std::string_view& marker) {
  const auto comma = marker.rfind(',');
  if (comma == marker.npos) return {};
  const auto text = marker.substr(comma + 1);
  marker = marker.substr(0, comma);
  const auto dash = text.find('-');
  Width width{.min = width_of(text.substr(0, dash)), .max = std::nullopt};
  if (dash != text.npos) width.max = width_of(text.substr(dash + 1));
  return width;
}

std::expected<void, Fault> set_number(DatePart& part, std::string_view form, bool ordinal,
                                      const Width& width) {
  auto integer = IntegerPicture::parse(std::string(form) + (ordinal ? ";o" : ""));
  if (!integer) return std::unexpected(integer.error());
  if (width.min) integer->mandatory_digits = std::max(integer->mandatory_digits, *width.min);
  if (part.component == 'Y') {
    if (width.max) {
      part.year_digits = integer->mandatory_digits = *width.max;
    } else if (const double digits = integer->mandatory_digits + integer->optional_digits;
               digits >= 2) {
      part.year_digits = digits;
    }
  }
  part.integer = std::move(*integer);
  return {};
}

// "Y0001,4-4": component, presentation, width.
std::expected<DatePart, Fault> parse_marker(std::string_view marker) {
  DatePart part;
  part.component = marker.empty() ? '\0' : marker[0];
  const Width width = take_width(marker);
  part.max_width = width.max;
  std::string_view form = marker.empty() ? marker : marker.substr(1);
  bool ordinal = false;
  if (form.size() > 1 && std::string_view("atco").find(form.back()) != std::string_view::npos) {
    ordinal = form.back() == 'o';
    part.traditional = form.back() == 't';
    form.remove_suffix(1);
  }
  if (form.empty()) form = default_form(part.component);
  if (form.empty()) {
    return std::unexpected(Fault{
        .code = "D3132",
        .message = fmt::format("Unknown component specifier \"{}\" in date/time picture string",
                               marker.substr(0, 1))});
  }
  const bool numbered = kNumbered.find(part.component) != kNumbered.npos;
  if (form[0] == 'n') {
    part.names = LetterCase::kLower;
  } else if (form[0] == 'N') {
    part.names = form.substr(1, 1) == "n" ? LetterCase::kTitle : LetterCase::kUpper;
  } else if (numbered) {
    if (const auto done = set_number(part, form, ordinal, width); !done) {
      return std::unexpected(done.error());
    }
  }
  if (part.component == 'Z' || part.component == 'z') {
    auto integer = IntegerPicture::parse(form);
    if (!integer) return std::unexpected(integer.error());
    part.integer = std::move(*integer);
  }
  return part;
}

std::string in_case(std::string_view name, LetterCase letters) {
  if (letters == LetterCase::kUpper) return upper_case(name);
  return letters == LetterCase::kLower ? lower_case(name) : std::string(name);
}

std::expected<std::string, Fault> format_name(const DatePart& part, double value) {
  std::string_view name;
  if (part.component == 'M' || part.component == 'x') {
    name = month_name(static_cast<int>(value));
  } else if (part.component == 'F') {
    name = weekday_name(static_cast<int>(value));
  } else {
    return std::unexpected(Fault{
        .code = "D3133",
        .message = fmt::format("The 'name' modifier can only be applied to months and days in the "
                               "date/time picture string, not \"{}\"",
                               part.component)});
  }
  std::string text = in_case(name, *part.names);
  if (part.max_width && static_cast<double>(text.size()) > *part.max_width) {
    text.resize(static_cast<std::size_t>(std::max(*part.max_width, 0.0)));
  }
  return text;
}

std::expected<std::string, Fault> format_zone(const DatePart& part, double hours, double minutes) {
  const IntegerPicture& picture = *part.integer;
  const double offset = hours * 100 + minutes;
  if (offset == 0 && part.traditional) return "Z";
  const double digits = picture.mandatory_digits;
  std::expected<std::string, Fault> text = "";
  if (picture.regular || digits == 3 || digits == 4) {
    text = picture.format(offset);
  } else if (digits == 1 || digits == 2) {
    text = picture.format(hours);
    if (text && minutes != 0) *text += fmt::format(":{:02}", minutes);
  } else {
    return std::unexpected(Fault{.code = "D3134", .value = Value::number(digits)});
  }
  if (!text) return text;
  return (part.component == 'z' ? "GMT" : "") + std::string(offset >= 0 ? "+" : "") + *text;
}

std::expected<std::string, Fault> format_part(const DatePart& part, double millis, double hours,
                                              double minutes) {
  if (part.component == 0) return part.literal;
  const bool numbered = kNumbered.find(part.component) != kNumbered.npos;
  if (part.component == 'Z' || part.component == 'z') return format_zone(part, hours, minutes);
  if (part.component == 'P') {
    const std::string_view half = date_component(millis, 'H') >= 12 ? "pm" : "am";
    return part.names == LetterCase::kUpper ? upper_case(half) : std::string(half);
  }
  if (!numbered) return "ISO";  // the calendar, the era
  double value = date_component(millis, part.component);
  if (part.component == 'Y' && part.year_digits >= 0) {
    value = std::fmod(value, std::pow(10, part.year_digits));
  }
  if (part.names) return format_name(part, value);
  return part.integer->format(value);
}

double week_of(const Date& date, double from, double next, double previous, double most) {
  const double today = millis_of(static_cast<double>(date.year), date.month, date.day);
  const auto weeks = [&](double start) { return (today - start) / (kMillisADay * 7) + 1; };
  double week = weeks(from);
  if (week > most) {
    if (today >= next) week = 1;
  } else if (week < 1) {
    week = weeks(previous);
  }
  return std::floor(week);
}

// The month `step` further, and its year.
std::pair<std::int64_t, int> month_beside(const Date& date, int step) {
  const int month = date.month + step;
  if (month < 1) return {date.year - 1, 12};
  if (month > 12) return {date.year + 1, 1};
  return {date.year, month};
}

double first_week_beside(const Date& date, int step) {
  const auto [year, month] = month_beside(date, step);
  return first_week(year, month);
}

}  // namespace

std::string_view month_name(int month) {
  return kMonths.at(static_cast<std::size_t>(month - 1));
}

std::string_view weekday_name(int weekday) {
  return kWeekdays.at(static_cast<std::size_t>(weekday - 1));
}

double date_component(double millis, char component) {
  if (!(std::abs(millis) <= kMaxMillis)) return NAN;
  const Date date = date_of(millis);
  const auto year = static_cast<double>(date.year);
  switch (component) {
    case 'Y':
      return year;
    case 'M':
      return date.month;
    case 'D':
      return date.day;
    case 'd':
      return (millis_of(year, date.month, date.day) - millis_of(year, 1, 1)) / kMillisADay + 1;
    case 'F':
      return date.weekday;
    case 'W':
      return week_of(date, first_week(date.year, 1), first_week(date.year + 1, 1),
                     first_week(date.year - 1, 1), 52);
    case 'w':
      return week_of(date, first_week_beside(date, 0), first_week_beside(date, 1),
                     first_week_beside(date, -1), 4);
    case 'X':
      if (millis < first_week(date.year, 1)) return year - 1;
      return millis >= first_week(date.year + 1, 1) ? year + 1 : year;
    case 'x':
      if (millis < first_week_beside(date, 0)) return month_beside(date, -1).second;
      return millis >= first_week_beside(date, 1) ? month_beside(date, 1).second : date.month;
    case 'H':
      return date.hour;
    case 'h':
      return date.hour % 12 == 0 ? 12 : date.hour % 12;
    case 'P':
      return date.hour >= 12 ? 1 : 0;
    case 'm':
      return date.minute;
    case 's':
      return date.second;
    case 'f':
      return date.milli;
    default:
      return NAN;
  }
}

std::expected<DatePicture, Fault> DatePicture::parse(std::string_view text) {
  DatePicture picture;
  auto& parts = picture.parts_;
  const auto literal = [&](std::string_view part) {
    if (!part.empty()) parts.push_back({.literal = halved_brackets(part)});
  };
  while (!text.empty()) {
    const auto open = text.find('[');
    literal(text.substr(0, open));
    if (open == text.npos) break;
    text.remove_prefix(open + 1);
    if (text.starts_with('[')) {
      parts.push_back({.literal = "["});
      text.remove_prefix(1);
      continue;
    }
    const auto close = text.find(']');
    if (close == text.npos) return std::unexpected(Fault{.code = "D3135"});
    auto part = parse_marker(without_blanks(text.substr(0, close)));
    if (!part) return std::unexpected(part.error());
    text.remove_prefix(close + 1);
    // Numbers that touch are told apart by their width.
    const bool number = part->integer && part->component != 'Z' && part->component != 'z';
    if (number && !parts.empty() && parts.back().integer) {
      parts.back().integer->parse_width = parts.back().integer->mandatory_digits;
    }
    parts.push_back(std::move(*part));
  }
  return picture;
}

std::expected<std::string, Fault> DatePicture::format(double millis, std::string_view zone) const {
  const double offset = zone.empty() ? 0 : leading_integer(zone);
  const double hours = std::floor(offset / 100);
  const double minutes = std::fmod(offset, 100);
  const double local = millis + (60 * hours + minutes) * 60 * 1000;
  if (!(std::abs(local) <= kMaxMillis)) {
    return std::unexpected(Fault{.code = "D3110",
                                 .value = Value::number(millis),
                                 .message = "The time " + number_text(millis) +
                                            " in the time zone \"" + std::string(zone) +
                                            "\" is no date"});
  }
  std::string text;
  for (const DatePart& part : parts_) {
    auto formatted = format_part(part, local, hours, minutes);
    if (!formatted) return formatted;
    text += *formatted;
  }
  return text;
}

}  // namespace loopgate::codec::jsonata
