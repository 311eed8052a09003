// Hexadecimal, RFC 4648 §8, without separators. The gateway writes upper case and reads either.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::codec {

std::string hex_encode_upper(ByteSpan bytes);
std::string hex_encode_lower(ByteSpan bytes);
void hex_append_upper(std::string& out, ByteSpan bytes);

// The value of a digit of either case, -1 of another character.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// An even number of digits of either case and nothing else.
std::optional<Bytes> hex_decode(std::string_view text);

}  // namespace loopgate::codec
