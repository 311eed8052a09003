#include "aws/attribute_number.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace loopgate::aws {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool take_sign(std::string_view& text) {
  if (!text.starts_with('+') && !text.starts_with('-')) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// Of what stands behind the digits: "", "e5", "E-10". Beyond what an int holds counts as its end.
std::optional<int> read_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  const bool is_negative = text.starts_with('-');
  take_sign(text);
  const auto digits = take_digits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  constexpr int kFar = 1'000'000;
  int value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
    value = kFar;
  }
  value = std::min(value, kFar);
  return is_negative ? -value : value;
}

// The digits from the first to the last that is no zero, and where the first stands: 10^position.
struct Significant {
  int digits = 0;
  int position = 0;
};

Significant significant_of(std::string_view whole, std::string_view fraction) {
  Significant out;
  int first = 0, last = -1, at = 0;
  for (const auto part : {whole, fraction}) {
    for (const char c : part) {
      if (c != '0') {
        if (last < 0) first = at;
        last = at;
      }
      ++at;
    }
  }
  if (last < 0) return out;  // zero
  out.digits = last - first + 1;
  out.position = static_cast<int>(whole.size()) - 1 - first;
  return out;
}

}  // namespace

NumberFault fault_of_number(std::string_view text) {
  take_sign(text);
  const auto whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  const auto exponent = read_exponent(text);
  if (!exponent || (whole.empty() && fraction.empty())) return NumberFault::kNotANumber;
  const auto significant = significant_of(whole, fraction);
  if (significant.digits > kMaxNumberDigits) return NumberFault::kTooPrecise;
  if (significant.digits == 0) return NumberFault::kNone;
  const int magnitude = significant.position + *exponent;
  const bool fits = magnitude >= kMinNumberExponent && magnitude <= kMaxNumberExponent;
  return fits ? NumberFault::kNone : NumberFault::kOutOfRange;
}

}  // namespace loopgate::aws
