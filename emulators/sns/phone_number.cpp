#include "emulators/sns/phone_number.h"

#include <algorithm>
#include <string>

namespace loopgate::sns {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_separator(char c) {
  return c == '.' || c == '-' || c == '/';
}

}  // namespace

bool is_e164(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 2 && text.size() <= 15 && text.front() != '0' &&
         std::ranges::all_of(text, is_digit);
}

bool is_sms_endpoint(std::string_view text) {
  if (text.empty() || is_separator(text.front()) || is_separator(text.back())) return false;
  const auto pair = std::ranges::adjacent_find(
      text, [](char a, char b) { return is_separator(a) && is_separator(b); });
  if (pair != text.end()) return false;
  std::string digits(text);
  std::erase_if(digits, is_separator);
  return is_e164(digits);
}

}  // namespace loopgate::sns
