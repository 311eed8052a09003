#include "codec/jsonata/utf16.h"

#include <algorithm>

namespace loopgate::codec::jsonata {

namespace {

bool is_ascii_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<signed char>(c) < 0; });
}

std::size_t units_of(const Character& character) {
  return character.value > 0xFFFF ? 2 : 1;
}

// The surrogate in the last, or first, three bytes; 0 when there is none.
std::uint32_t surrogate_in(std::string_view bytes) {
  if (bytes.size() != 3 || static_cast<unsigned char>(bytes[0]) != 0xED) return 0;
  const auto value = character_at(bytes, 0).value;
  return is_surrogate(value) ? value : 0;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                                         : 4;
  if (size <= 1 || size > text.size() - at) return {lead, 1};
  std::uint32_t value = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {lead, 1};
    value = value << 6 | (byte(i) & 0x3F);
  }
  return {value, size};
}

void append_character(std::string& out, std::uint32_t value) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (value < 0x80) return put(value);
  if (value < 0x800) {
    put(0xC0 | value >> 6);
  } else {
    if (value < 0x10000) {
      put(0xE0 | value >> 12);
    } else {
      put(0xF0 | value >> 18);
      put(0x80 | (value >> 12 & 0x3F));
    }
    put(0x80 | (value >> 6 & 0x3F));
  }
  put(0x80 | (value & 0x3F));
}

std::size_t utf16_size(std::string_view text) {
  if (is_ascii_text(text)) return text.size();
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    units += units_of(character);
    at += character.size;
  }
  return units;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += character_at(text, at).size) ++count;
  return count;
}

std::size_t byte_of_unit(std::string_view text, std::size_t unit) {
  if (is_ascii_text(text)) return std::min(unit, text.size());
  std::size_t at = 0;
  for (std::size_t units = 0; at < text.size();) {
    const auto character = character_at(text, at);
    units += units_of(character);
    if (units > unit) break;
    at += character.size;
  }
  return at;
}

std::size_t byte_of_character(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += character_at(text, at).size;
  return at;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    const bool malformed = character.size == 1 && character.value >= 0x80;
    append_character(out, malformed || is_surrogate(character.value) ? 0xFFFD : character.value);
    at += character.size;
  }
  return out;
}

void append_text(std::string& out, std::string_view right) {
  if (out.size() >= 3 && right.size() >= 3) {
    const auto high = surrogate_in(std::string_view(out).substr(out.size() - 3));
    const auto low = surrogate_in(right.substr(0, 3));
    if (high >= 0xD800 && high < 0xDC00 && low >= 0xDC00) {
      out.resize(out.size() - 3);
      append_character(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      right.remove_prefix(3);
    }
  }
  out += right;
}

}  // namespace loopgate::codec::jsonata
