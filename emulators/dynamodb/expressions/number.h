// DynamoDB's numbers: decimal, 38 significant digits, magnitudes of 1E-130 to 9.99…E+125.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace loopgate::dynamodb {

class Number {
 public:
  // AWS's sentence when the text is no number, or none that can be stored.
  static std::expected<Number, std::string> parse(std::string_view text);

  // AWS's normal form: all digits written out, no exponent, no zeros that say nothing.
  std::string to_string() const;
  // Bytes whose order (memcmp) is the numbers'.
  std::string to_key() const;
  // As it counts in an item: about a byte for two digits.
  std::size_t size() const;

  Number negated() const;
  // The sentence when the result cannot be stored.
  std::expected<Number, std::string> plus(const Number& other) const;

  std::strong_ordering operator<=>(const Number& other) const {
    return to_key() <=> other.to_key();
  }
  bool operator==(const Number&) const = default;

 private:
  static std::expected<Number, std::string> checked(bool negative, std::string digits,
                                                    long exponent);

  bool negative_ = false;
  std::string digits_;  // no zeros at either end; empty: zero
  int exponent_ = 0;    // of the first digit: 1.5 has 0
};

}  // namespace loopgate::dynamodb
