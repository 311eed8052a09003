// Dates and times by a picture, "[Y0001]-[M01]-[D01]", as XPath's fn:format-dateTime has it (W3C,
// XPath and XQuery Functions 3.1, §9.8), both ways; X and x are the reference's own: the year and
// the month to which a week belongs.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/jsonata/fault.h"
#include "codec/jsonata/integer_picture.h"

namespace loopgate::codec::jsonata {

struct DatePart {
  std::string literal{};  // or
  char component = 0;
  std::optional<LetterCase> names{};
  bool traditional = false;  // of a zone: Z when it is UTC
  std::optional<double> max_width{};
  std::optional<IntegerPicture> integer{};
  double year_digits = -1;
};

class DatePicture {
 public:
  static std::expected<DatePicture, Fault> parse(std::string_view picture);

  // `zone` is "+hhmm" or empty.
  std::expected<std::string, Fault> format(double millis, std::string_view zone) const;
  // nullopt when the text is not of that picture. `now` gives what is missing before the first
  // part.
  std::expected<std::optional<double>, Fault> parse_text(std::string_view text, double now) const;

 private:
  std::expected<std::string, Fault> pattern(const DatePart& part) const;

  std::vector<DatePart> parts_;
};

// The number of a component of a date ("YMDdFWwXxHhmsf"); NaN for others.
double date_component(double millis, char component);

std::string_view month_name(int month);      // 1 … 12
std::string_view weekday_name(int weekday);  // 1 … 7

// An ISO 8601 timestamp of the forms that the language takes; nullopt when it is none, NaN when
// there is no such date.
std::optional<double> parse_iso_date(std::string_view text);

}  // namespace loopgate::codec::jsonata
