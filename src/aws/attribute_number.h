// What a message attribute of type Number may hold, in topics and in queues.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
#pragma once

#include <cstdint>
#include <string_view>

namespace loopgate::aws {

inline constexpr int kMaxNumberDigits = 38;
// Of the leading digit: 10^-128 … 10^126.
inline constexpr int kMinNumberExponent = -128;
inline constexpr int kMaxNumberExponent = 126;

enum class NumberFault : std::uint8_t {
  kNone,
  kNotANumber,
  kTooPrecise,  // over kMaxNumberDigits
  kOutOfRange,  // beyond kMinNumberExponent and kMaxNumberExponent
};

// A decimal number, with or without sign, point and exponent: no blanks, no hexadecimal, neither
// NaN nor infinity.
NumberFault fault_of_number(std::string_view text);

}  // namespace loopgate::aws
