#include "codec/jsonata/number_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace loopgate::codec::jsonata {

namespace {

struct Decimal {
  std::string digits;  // without the point
  int exponent = 0;    // of the first digit: 1.5 is {"15", 0}
};

// The fewest digits that give the value back.
Decimal shortest(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  const std::string_view written(text.data(), end.ptr);
  const auto e = written.find('e');
  Decimal decimal;
  for (const char c : written.substr(0, e)) {
    if (c != '.') decimal.digits += c;
  }
  decimal.exponent = std::atoi(written.data() + e + 1);
  return decimal;
}

std::string scientific(const Decimal& decimal) {
  std::string text(1, decimal.digits[0]);
  if (decimal.digits.size() > 1) text += "." + decimal.digits.substr(1);
  return fmt::format("{}e{}{}", text, decimal.exponent < 0 ? '-' : '+', std::abs(decimal.exponent));
}

std::string positional(const Decimal& decimal) {
  const auto& digits = decimal.digits;
  const int count = static_cast<int>(digits.size());
  if (decimal.exponent < 0) return "0." + std::string(-decimal.exponent - 1, '0') + digits;
  if (decimal.exponent >= count - 1) {
    return digits + std::string(decimal.exponent - count + 1, '0');
  }
  return digits.substr(0, decimal.exponent + 1) + "." + digits.substr(decimal.exponent + 1);
}

}  // namespace

bool is_integer(double value) {
  return std::isfinite(value) && std::trunc(value) == value;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (is_integer(value) && std::abs(value) < 1e15) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  const auto decimal = shortest(std::abs(value));
  const auto text =
      decimal.exponent >= 21 || decimal.exponent < -6 ? scientific(decimal) : positional(decimal);
  return value < 0 ? "-" + text : text;
}

std::string number_text(double value, int base) {
  if (base == 10 || !std::isfinite(value)) return number_text(value);
  std::string reversed;
  double rest = std::abs(value);
  do {
    // Beyond 2^53 the low digits are not in the value; they are zeros.
    const double digit = rest >= 0x1p53 ? 0 : std::fmod(rest, base);
    reversed += "0123456789abcdefghijklmnopqrstuvwxyz"[static_cast<int>(digit)];
    rest = rest >= 0x1p53 ? rest / base : (rest - digit) / base;
  } while (rest >= 1);
  if (value < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

std::string fixed_text(double value, int places) {
  if (!(std::abs(value) < 1e21)) return number_text(value);
  return fmt::format("{:.{}f}", value, places);
}

double to_15_digits(double value) {
  if (!std::isfinite(value)) return value;
  return std::strtod(fmt::format("{:.14e}", value).c_str(), nullptr);
}

double number_from(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ptr != text.data() + text.size()) return std::numeric_limits<double>::quiet_NaN();
  // What is out of range: too large is infinite, too small is zero. strtod tells which.
  if (end.ec == std::errc::result_out_of_range)
    return std::strtod(std::string(text).c_str(), nullptr);
  return end.ec == std::errc() ? value : std::numeric_limits<double>::quiet_NaN();
}

double shift_decimal(double value, double exponent) {
  if (!std::isfinite(value)) return value;
  if (!is_integer(exponent)) return std::numeric_limits<double>::quiet_NaN();
  if (value == 0) return value;
  const auto decimal = shortest(std::abs(value));
  const double total = decimal.exponent + exponent;
  if (std::abs(total) > 1000) return total > 0 ? std::copysign(HUGE_VAL, value) : 0;
  const auto text = scientific({decimal.digits, static_cast<int>(total)});
  return std::copysign(number_from(text), value);
}

}  // namespace loopgate::codec::jsonata
