// Golden bytes as they are written down: hexadecimal, with spaces where they help.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "codec/hex.h"

namespace loopgate::codec {

inline Bytes from_hex(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ' ');
  const auto bytes = hex_decode(digits);
  EXPECT_TRUE(bytes.has_value()) << "not hexadecimal: " << text;
  return bytes.value_or(Bytes());
}

}  // namespace loopgate::codec
