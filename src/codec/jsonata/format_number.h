// $formatNumber: a number by a picture, as XPath's fn:format-number has it (W3C, XPath and XQuery
// Functions 3.1, §4.7).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "codec/jsonata/fault.h"

namespace loopgate::codec::jsonata {

// The characters that stand for something in a picture and in what it makes. Each is one character,
// or empty, in which case nothing stands for it.
struct NumberFormat {
  std::u32string decimal_separator = U".";
  std::u32string grouping_separator = U",";
  std::u32string exponent_separator = U"e";
  std::u32string minus_sign = U"-";
  std::u32string percent = U"%";
  std::u32string per_mille = U"\u2030";
  std::u32string zero_digit = U"0";
  std::u32string digit = U"#";
  std::u32string pattern_separator = U";";

  // By the property's name of XPath ("decimal-separator"); others are ignored.
  void set(std::string_view property, std::string_view value);
};

std::expected<std::string, Fault> format_number(double value, std::string_view picture,
                                                const NumberFormat& format);

// Half to even, `precision` digits behind the point (before it, when negative).
double round_half_even(double value, double precision);

}  // namespace loopgate::codec::jsonata
