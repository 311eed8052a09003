#include "emulators/dynamodb/expressions/number.h"

#include <algorithm>

namespace loopgate::dynamodb {

namespace {

constexpr std::size_t kMostDigits = 38;
constexpr long kLargestExponent = 125;
constexpr long kSmallestExponent = -130;
constexpr long kBeyond = 1'000'000;  // an exponent as good as any larger one

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// a + b and a - b (a not the smaller), digits of the same length, the most significant first.
std::string sum(const std::string& a, const std::string& b) {
  std::string out(a.size() + 1, '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = (a[i] - '0') + (b[i] - '0') + carry;
    out[i + 1] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  out[0] = static_cast<char>('0' + carry);
  return out;
}
std::string difference(const std::string& a, const std::string& b) {
  std::string out(a.size() + 1, '0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') - (b[i] - '0') - borrow;
    borrow = digit < 0 ? 1 : 0;
    digit += borrow * 10;
    out[i + 1] = static_cast<char>('0' + digit);
  }
  return out;
}

}  // namespace

std::expected<Number, std::string> Number::checked(bool negative, std::string digits,
                                                   long exponent) {
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return Number();
  exponent -= static_cast<long>(first);
  digits = digits.substr(first, digits.find_last_not_of('0') - first + 1);
  if (exponent > kLargestExponent) {
    return std::unexpected(
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
  }
  if (exponent < kSmallestExponent) {
    return std::unexpected(
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
  }
  if (digits.size() > kMostDigits) {
    return std::unexpected("Attempting to store more than 38 significant digits in a Number");
  }
  Number out;
  out.negative_ = negative;
  out.digits_ = std::move(digits);
  out.exponent_ = static_cast<int>(exponent);
  return out;
}

std::expected<Number, std::string> Number::parse(std::string_view text) {
  if (text.empty()) {
    return std::unexpected("The parameter cannot be converted to a numeric value");
  }
  const auto wrong = [&] {
    return std::unexpected("The parameter cannot be converted to a numeric value: " +
                           std::string(text));
  };
  std::size_t at = 0;
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') ++at;
  std::string digits;
  const auto take_digits = [&] {
    while (at < text.size() && is_digit(text[at])) digits += text[at++];
  };
  take_digits();
  long exponent = static_cast<long>(digits.size()) - 1;
  if (at < text.size() && text[at] == '.') {
    ++at;
    take_digits();
  }
  if (digits.empty()) return wrong();
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool minus = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (at == text.size()) return wrong();
    long power = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      power = std::min(power * 10 + (text[at] - '0'), kBeyond);
    }
    exponent += minus ? -power : power;
  }
  if (at != text.size()) return wrong();
  return checked(negative, std::move(digits), exponent);
}

std::string Number::to_string() const {
  if (digits_.empty()) return "0";
  std::string out = negative_ ? "-" : "";
  if (exponent_ < 0) {
    return out + "0." + std::string(static_cast<std::size_t>(-exponent_ - 1), '0') + digits_;
  }
  const auto whole = static_cast<std::size_t>(exponent_) + 1;
  if (digits_.size() <= whole) return out + digits_ + std::string(whole - digits_.size(), '0');
  return out + digits_.substr(0, whole) + "." + digits_.substr(whole);
}

// Sign, exponent, two digits a byte. Of negative ones all bits are turned, and a last byte makes
// the shorter the larger.
std::string Number::to_key() const {
  if (digits_.empty()) return "\x80";
  std::string out;
  out += static_cast<char>(exponent_ - kSmallestExponent);
  for (std::size_t i = 0; i < digits_.size(); i += 2) {
    const int low = i + 1 < digits_.size() ? digits_[i + 1] - '0' : 0;
    out += static_cast<char>((digits_[i] - '0') * 10 + low + 1);
  }
  if (!negative_) return "\xC0" + out;
  for (char& byte : out) byte = static_cast<char>(~byte);
  return "\x40" + out + "\xFF";
}

// Pairs of digits from the point on, one byte for sign and exponent, one more below zero.
std::size_t Number::size() const {
  if (digits_.empty()) return 1;
  const bool first_alone = exponent_ % 2 == 0;
  const auto pairs = (digits_.size() + (first_alone ? 1 : 0) + 1) / 2;
  return 1 + pairs + (negative_ ? 1 : 0);
}

Number Number::negated() const {
  Number out = *this;
  if (!digits_.empty()) out.negative_ = !negative_;
  return out;
}

std::expected<Number, std::string> Number::plus(const Number& other) const {
  if (digits_.empty()) return other;
  if (other.digits_.empty()) return *this;
  const int top = std::max(exponent_, other.exponent_);
  const auto bottom_of = [](const Number& number) {
    return number.exponent_ - static_cast<int>(number.digits_.size()) + 1;
  };
  const int bottom = std::min(bottom_of(*this), bottom_of(other));
  const auto aligned = [&](const Number& number) {
    return std::string(static_cast<std::size_t>(top - number.exponent_), '0') + number.digits_ +
           std::string(static_cast<std::size_t>(bottom_of(number) - bottom), '0');
  };
  const std::string a = aligned(*this), b = aligned(other);
  if (negative_ == other.negative_) return checked(negative_, sum(a, b), top + 1);
  if (a < b) return checked(other.negative_, difference(b, a), top + 1);
  return checked(negative_, difference(a, b), top + 1);
}

}  // namespace loopgate::dynamodb
