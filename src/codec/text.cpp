#include "codec/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace loopgate::codec {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint64_t kLowBits = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t load_eight(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// How many bytes at the front are ASCII, counted in eights as far as that goes.
std::size_t ascii_prefix(ByteSpan bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= 8 && (load_eight(bytes.data() + at) & kHighBits) == 0) at += 8;
  while (at < bytes.size() && bytes[at] < std::byte{0x80}) ++at;
  return at;
}

// Whether one of eight bytes needs an escape in JSON. "Has a byte below n" and "has a zero byte" as
// in Warren, Hacker's Delight §6-1; whether there is one is exact, which one is not.
bool any_needs_escape(std::uint64_t word) {
  const auto has_below = [](std::uint64_t w, std::uint64_t n) {
    return (w - kLowBits * n) & ~w & kHighBits;
  };
  return (has_below(word, 0x20) | has_below(word ^ kLowBits * '"', 1) |
          has_below(word ^ kLowBits * '\\', 1)) != 0;
}

// One step over a sequence that starts with a byte over 0x7F.
struct Step {
  std::size_t size;  // of the sequence, or of the maximal subpart of an ill-formed one; at least 1
  bool valid;
};

// Table 3-7 of the Unicode standard: the lead byte fixes the length and the range of the second
// byte.
struct Lead {
  std::size_t size = 0;  // 0: never starts a sequence
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Lead classify(std::uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  if (lead >= 0xF1 && lead <= 0xF3) return {4};
  return {};
}

Step step(ByteSpan bytes) {
  const Lead lead = classify(std::to_integer<std::uint8_t>(bytes[0]));
  if (lead.size == 0) return {1, false};
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (i >= bytes.size()) return {i, false};
    const auto next = std::to_integer<std::uint8_t>(bytes[i]);
    const std::uint8_t min = i == 1 ? lead.second_min : 0x80;
    const std::uint8_t max = i == 1 ? lead.second_max : 0xBF;
    if (next < min || next > max) return {i, false};
  }
  return {lead.size, true};
}

// The character after the backslash; 'u' for \u00xx; 0 for a byte that needs no escape.
constexpr auto kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t i = 0; i < 0x20; ++i) escapes[i] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

}  // namespace

bool is_ascii(ByteSpan bytes) {
  return ascii_prefix(bytes) == bytes.size();
}

bool is_valid_utf8(ByteSpan bytes) {
  while (true) {
    bytes = bytes.subspan(ascii_prefix(bytes));
    if (bytes.empty()) return true;
    const Step next = step(bytes);
    if (!next.valid) return false;
    bytes = bytes.subspan(next.size);
  }
}

CodePoint first_code_point(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  const auto lead = std::to_integer<std::int32_t>(bytes[0]);
  if (lead < 0x80) return {lead, 1};
  const Step first = step(bytes);
  if (!first.valid) return {};
  // 110xxxxx, 1110xxxx or 11110xxx, then 10xxxxxx each.
  std::int32_t value = lead & (0x7F >> first.size);
  for (const std::byte next : bytes.subspan(1, first.size - 1)) {
    value = value << 6 | std::to_integer<std::int32_t>(next & std::byte{0x3F});
  }
  return {value, first.size};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string utf8_from_bytes(ByteSpan bytes, bool* replaced) {
  std::string out;
  out.reserve(bytes.size());
  bool any = false;
  while (!bytes.empty()) {
    const std::size_t plain = ascii_prefix(bytes);
    out.append(as_text(bytes.first(plain)));
    bytes = bytes.subspan(plain);
    if (bytes.empty()) break;
    const Step next = step(bytes);
    out.append(next.valid ? as_text(bytes.first(next.size)) : kReplacement);
    any = any || !next.valid;
    bytes = bytes.subspan(next.size);
  }
  if (replaced != nullptr) *replaced = any;
  return out;
}

std::string ascii_from_bytes(ByteSpan bytes) {
  std::string out(as_text(bytes));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; }, '?');
  return out;
}

std::optional<Bytes> ascii_to_bytes(std::string_view text) {
  if (!is_ascii(as_bytes(text))) return std::nullopt;
  return to_bytes(text);
}

void json_escape_append(std::string& out, std::string_view utf8) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const ByteSpan bytes = as_bytes(utf8);
  std::size_t copied = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    while (utf8.size() - i > 8 && !any_needs_escape(load_eight(bytes.data() + i))) i += 8;
    const auto c = static_cast<unsigned char>(utf8[i]);
    const char escape = kEscapes[c];
    if (escape == 0) continue;
    out.append(utf8, copied, i - copied);
    copied = i + 1;
    out.push_back('\\');
    out.push_back(escape);
    if (escape != 'u') continue;
    out.append("00");
    out.push_back(kHex[c >> 4]);
    out.push_back(kHex[c & 15]);
  }
  out.append(utf8, copied);
}

}  // namespace loopgate::codec
