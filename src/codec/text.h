// Payloads as text: UTF-8 (RFC 3629), ASCII, and their form inside a JSON string (RFC 8259 §7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::codec {

bool is_ascii(ByteSpan bytes);
bool is_valid_utf8(ByteSpan bytes);

struct CodePoint {
  std::int32_t value = -1;  // -1: not UTF-8
  std::size_t size = 1;     // bytes it took; 1 when it is none
};

// Of a text that is not empty.
CodePoint first_code_point(std::string_view text);

// Of ASCII letters alone, whatever the locale.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// What is not UTF-8 becomes U+FFFD, one for each maximal subpart of an ill-formed sequence
// (Unicode 15.0 §3.9 "U+FFFD Substitution of Maximal Subparts", which is what the WHATWG decoder
// does). `*replaced`, if given, is set to whether that happened.
std::string utf8_from_bytes(ByteSpan bytes, bool* replaced = nullptr);

// A byte over 0x7F becomes '?'.
std::string ascii_from_bytes(ByteSpan bytes);
// nullopt when a character is over 0x7F.
std::optional<Bytes> ascii_to_bytes(std::string_view text);

// Appends the text as it stands inside a JSON string, without the quotes. `utf8` must be valid
// UTF-8: other bytes pass unchanged and make the JSON invalid.
void json_escape_append(std::string& out, std::string_view utf8);

}  // namespace loopgate::codec
