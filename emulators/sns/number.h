// What a message attribute of type Number may hold.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
#pragma once

#include <cstdint>
#include <string_view>

namespace loopgate::sns {

enum class NumberFault : std::uint8_t {
  kNone,
  kNotANumber,
  kTooPrecise,  // over kMaxNumberDigits
  kOutOfRange,  // beyond kMinNumberExponent and kMaxNumberExponent
};

// A decimal number, with or without sign, point and exponent: no blanks, no hexadecimal, neither
// NaN nor infinity.
NumberFault fault_of_number(std::string_view text);

}  // namespace loopgate::sns
