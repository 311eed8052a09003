// Dates and times read by a picture, or as ISO 8601.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "codec/jsonata/calendar.h"
#include "codec/jsonata/date_picture.h"
#include "codec/jsonata/pattern.h"

namespace loopgate::codec::jsonata {

namespace {

std::string escaped(std::string_view literal) {
  std::string out;
  for (const char c : literal) {
    if (std::string_view(".*+?^${}()|[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

double digits_at(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') break;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

std::string separator_of(const DatePart& part) {
  if (!part.integer->regular) return {};
  const char32_t c = part.integer->separators[0].character;
  return c < 0x80 ? std::string(1, static_cast<char>(c)) : std::string();
}

// Minutes east of Greenwich: "+hh", "+hhmm", or with a separator.
double parse_zone(const DatePart& part, std::string_view text) {
  if (part.component == 'z') text.remove_prefix(3);
  const auto separator = separator_of(part);
  if (!separator.empty()) {
    const auto at = text.find(separator);
    return digits_at(text.substr(0, at)) * 60 + digits_at(text.substr(at + 1));
  }
  if (text.size() <= 3) return digits_at(text) * 60;
  return digits_at(text.substr(0, 3)) * 60 + digits_at(text.substr(3));
}

double parse_name(const DatePart& part, std::string_view text) {
  const auto cut = [&](std::string_view name) {
    return part.max_width ? name.substr(0, static_cast<std::size_t>(std::max(*part.max_width, 0.0)))
                          : name;
  };
  if (part.component == 'P') {
    if (text == "am" || text == "AM") return 0;
    return text == "pm" || text == "PM" ? 1 : NAN;
  }
  const bool day = part.component == 'F';
  for (int i = 1; i <= (day ? 7 : 12); ++i) {
    if (cut(day ? weekday_name(i) : month_name(i)) == text) return i;
  }
  return NAN;
}

std::expected<double, Fault> parse_part(const DatePart& part, std::string_view text) {
  if (part.component == 'Z' || part.component == 'z') return parse_zone(part, text);
  if (part.component == 'f') {
    // Of a fraction's digits the first three: milliseconds.
    return digits_at(text.substr(0, 3)) *
           std::pow(10, 3 - std::min<double>(3, static_cast<double>(text.size())));
  }
  if (part.integer) return part.integer->parse_text(text);
  return parse_name(part, text);
}

// The numbers that were read, by component.
class Components {
 public:
  double& operator[](char component) {
    return values_[static_cast<unsigned char>(component) & 127];
  }
  bool has(char component) { return !std::isnan((*this)[component]); }

  // Whether all that was read (and not zero) of `all` is among `these`, and something was.
  bool only(std::string_view all, std::string_view these) {
    bool any = false;
    for (const char component : all) {
      if (!has(component) || (*this)[component] == 0) continue;
      if (these.find(component) == these.npos) return false;
      any = true;
    }
    return any;
  }

  // Before the first that was read, now's; behind the last, the least. False when one is missing
  // in between.
  bool complete(std::string_view order, double now) {
    bool started = false;
    bool ended = false;
    for (const char component : order) {
      if (has(component)) {
        if (ended) return false;
        started = true;
      } else if (started) {
        (*this)[component] = std::string_view("MDd").find(component) != std::string_view::npos;
        ended = true;
      } else {
        (*this)[component] = date_component(now, component);
      }
    }
    return true;
  }

 private:
  std::array<double, 128> values_ = [] {
    std::array<double, 128> none{};
    none.fill(NAN);
    return none;
  }();
};

std::expected<double, Fault> millis_from(Components& parts, double now) {
  constexpr std::string_view kDates = "YXMxWwdD";
  constexpr std::string_view kTimes = "PHhmsf";
  const bool by_date = parts.only(kDates, "YMD");
  const bool by_day = !by_date && parts.only(kDates, "Yd");
  const bool by_month_week = parts.only(kDates, "Xxw");
  const bool by_week = !by_month_week && parts.only(kDates, "XW");
  const bool half_days = !parts.only(kTimes, "Hmsf") && parts.only(kTimes, "Phmsf");
  const std::string order = std::string(by_day          ? "YD"
                                        : by_month_week ? "XxwF"
                                        : by_week       ? "XWF"
                                                        : "YMD") +
                            (half_days ? "Phmsf" : "Hmsf");
  if (!parts.complete(order, now) || by_month_week || by_week) {
    return std::unexpected(Fault{.code = "D3136"});
  }
  double month = parts['M'] > 0 ? parts['M'] : 1;
  double day = parts['D'];
  if (by_day) {
    month = 1;
    day = parts['d'];
  }
  double hour = parts['H'];
  if (half_days) hour = (parts['h'] == 12 ? 0 : parts['h']) + (parts['P'] == 1 ? 12 : 0);
  // Two digits of a year are of the twentieth century, as Date.UTC has them.
  double year = parts['Y'];
  if (year >= 0 && year <= 99) year += 1900;
  double millis = millis_of(year, month, day) + hour * 3'600'000 + parts['m'] * 60'000 +
                  parts['s'] * 1000 + parts['f'];
  for (const char zone : {'Z', 'z'}) {
    if (!parts.has(zone) || parts[zone] == 0) continue;
    millis -= parts[zone] * 60'000;
    break;
  }
  return std::abs(millis) <= kMaxMillis ? millis : NAN;
}

}  // namespace

std::expected<std::string, Fault> DatePicture::pattern(const DatePart& part) const {
  if (part.component == 0) return escaped(part.literal);
  if (part.component == 'Z' || part.component == 'z') {
    const auto separator = separator_of(part);
    return std::string(part.component == 'z' ? "GMT" : "") + "[-+][0-9]+" +
           (separator.empty() ? "" : escaped(separator) + "[0-9]+");
  }
  if (part.component == 'f') return "[0-9]+";
  if (part.integer) return part.integer->pattern();
  if (std::string_view("MxFP").find(part.component) == std::string_view::npos) {
    return std::unexpected(Fault{
        .code = "D3133",
        .message = fmt::format("The 'name' modifier can only be applied to months and days in the "
                               "date/time picture string, not \"{}\"",
                               part.component)});
  }
  return "[a-zA-Z]+";
}

std::expected<std::optional<double>, Fault> DatePicture::parse_text(std::string_view text,
                                                                    double now) const {
  std::string whole = "^";
  for (const DatePart& part : parts_) {
    const auto piece = pattern(part);
    if (!piece) return std::unexpected(piece.error());
    whole += "(" + *piece + ")";
  }
  const auto compiled = Pattern::compile(whole + "$", "i");
  if (!compiled) {
    return std::unexpected(
        Fault{.code = kPatternCode,
              .message = "The date/time picture string cannot be read by: " + compiled.error()});
  }
  std::vector<Span> spans;
  const auto found = compiled->find(text, 0, spans);
  if (found == Search::kGivenUp) {
    return std::unexpected(Fault{.code = kLimitCode,
                                 .message = "The date/time picture string takes too many steps",
                                 .limit = true});
  }
  if (found == Search::kNothing) return std::nullopt;
  Components components;
  bool any = false;
  for (std::size_t i = 0; i < parts_.size() && i + 1 < spans.size(); ++i) {
    if (parts_[i].component == 0) continue;
    const Span& span = spans[i + 1];
    auto value = parse_part(parts_[i], text.substr(span.begin, span.end - span.begin));
    if (!value) return std::unexpected(value.error());
    components[parts_[i].component] = *value;
    any = true;
  }
  if (!any) return std::nullopt;
  auto millis = millis_from(components, now);
  if (!millis) return std::unexpected(millis.error());
  return *millis;
}

std::optional<double> parse_iso_date(std::string_view text) {
  static const Pattern pattern = *Pattern::compile(
      R"(^(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(\.\d+)?(?:([+-])([0-2]\d):?([0-5]\d)|Z)?$)",
      "");
  std::vector<Span> spans;
  if (pattern.find(text, 0, spans) != Search::kFound) return std::nullopt;
  const auto number = [&](std::size_t group, double missing) {
    const Span& span = spans[group];
    return span.matched ? digits_at(text.substr(span.begin, span.end - span.begin)) : missing;
  };
  const double month = number(2, 1);
  const double day = number(3, 1);
  const double hour = number(4, 0);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24) return NAN;
  if (hour == 24 && number(5, 0) + number(6, 0) > 0) return NAN;
  double millis = millis_of(number(1, 0), month, day) + hour * 3'600'000 + number(5, 0) * 60'000 +
                  number(6, 0) * 1000;
  if (spans[7].matched) {
    const auto digits = text.substr(spans[7].begin + 1,
                                    std::min<std::size_t>(3, spans[7].end - spans[7].begin - 1));
    millis += digits_at(digits) * std::pow(10, 3 - static_cast<double>(digits.size()));
  }
  if (spans[8].matched) {
    const double minutes = number(9, 0) * 60 + number(10, 0);
    millis += (text[spans[8].begin] == '-' ? minutes : -minutes) * 60'000;
  }
  return millis;
}

}  // namespace loopgate::codec::jsonata
