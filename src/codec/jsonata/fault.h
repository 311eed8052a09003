// What went wrong inside: the code of the public suite, and what its message is made of.
#pragma once

#include <cstdint>
#include <string>

#include "codec/jsonata/value.h"

namespace loopgate::codec::jsonata {

struct Fault {
  const char* code = "";
  std::uint32_t position = 0;  // in UTF-16 units of the expression; 0: not known (yet)
  std::string token{};
  Value value{};
  Value value2{};
  Value exponent{};
  std::size_t index = 0;  // of an argument, from 1
  std::string type{};
  std::string function{};
  // The whole message, of those that the expression itself words.
  std::string message{};
  // One of our limits: nothing in the expression may take it for its own error.
  bool limit = false;
};

// Any limit of ours.
inline constexpr const char* kLimitCode = "U1001";
// A regular expression that PCRE2 does not take; the reference throws the engine's own error.
inline constexpr const char* kPatternCode = "U1002";
// A function of Step Functions that cannot do what it is asked; their texts are in no recording.
inline constexpr const char* kStatesCode = "U1003";

// The sentence that the reference has for that code, filled in.
std::string message_of(const Fault& fault);

}  // namespace loopgate::codec::jsonata
