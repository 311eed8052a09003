// Strings of the language are sequences of UTF-16 units, ours are UTF-8 in which a lone surrogate
// has the three bytes that UTF-8 forbids (WTF-8). What counts and compares in units or characters
// goes through here. Any bytes are taken: what is malformed counts as one character a byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loopgate::codec::jsonata {

struct Character {
  std::uint32_t value = 0;
  std::size_t size = 1;  // bytes
};

// The character at byte `at`, which must be inside.
Character character_at(std::string_view text, std::size_t at);
void append_character(std::string& out, std::uint32_t value);

constexpr bool is_surrogate(std::uint32_t value) {
  return value >= 0xD800 && value <= 0xDFFF;
}

// Units, as JavaScript's length.
std::size_t utf16_size(std::string_view text);
// Characters (a pair of surrogates is one).
std::size_t character_count(std::string_view text);
// The byte where unit `unit` begins; the end when there are fewer. A unit in the middle of a
// character is taken as its beginning.
std::size_t byte_of_unit(std::string_view text, std::size_t unit);
// The byte where character `index` begins; the end when there are fewer.
std::size_t byte_of_character(std::string_view text, std::size_t index);

// UTF-8 proper: a lone surrogate, and whatever else is none, becomes U+FFFD.
std::string to_utf8(std::string_view text);

// Puts `right` behind `out`; surrogates that meet become a character.
void append_text(std::string& out, std::string_view right);

}  // namespace loopgate::codec::jsonata
