#include "codec/hex.h"

#include <array>
#include <cstdint>

namespace loopgate::codec {

namespace {

using Pairs = std::array<std::array<char, 2>, 256>;

constexpr Pairs make_pairs(std::string_view digits) {
  Pairs pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits[i >> 4], digits[i & 15]};
  return pairs;
}

constexpr Pairs kUpper = make_pairs("0123456789ABCDEF");
constexpr Pairs kLower = make_pairs("0123456789abcdef");

void append(std::string& out, ByteSpan bytes, const Pairs& pairs) {
  const std::size_t before = out.size();
  const std::size_t after = before + 2 * bytes.size();
  // libstdc++ 12 hands the capacity to the callback, not the size asked for.
  out.resize_and_overwrite(after, [&](char* buffer, std::size_t) {
    char* to = buffer + before;
    for (const std::byte b : bytes) {
      std::memcpy(to, pairs[std::to_integer<std::uint8_t>(b)].data(), 2);
      to += 2;
    }
    return after;
  });
}

}  // namespace

std::string hex_encode_upper(ByteSpan bytes) {
  std::string out;
  append(out, bytes, kUpper);
  return out;
}

std::string hex_encode_lower(ByteSpan bytes) {
  std::string out;
  append(out, bytes, kLower);
  return out;
}

void hex_append_upper(std::string& out, ByteSpan bytes) {
  append(out, bytes, kUpper);
}

std::optional<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::byte>(high << 4 | low);
  }
  return out;
}

}  // namespace loopgate::codec
