#include "codec/base64.h"

#include <array>
#include <cstdint>

namespace loopgate::codec {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kNoDigit = 1U << 31;

// Two characters for every twelve bits: half the look-ups of the textbook table, and 8 KiB stay in
// L1.
constexpr auto kPairs = [] {
  std::array<std::array<char, 2>, 4096> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i] = {kAlphabet[i >> 6], kAlphabet[i & 63]};
  }
  return pairs;
}();

// A character's six bits where they stand in its group, for each of the four places: a group is
// three ORs.
constexpr auto kDigits = [] {
  std::array<std::array<std::uint32_t, 256>, 4> digits{};
  for (std::size_t place = 0; place < digits.size(); ++place) {
    digits[place].fill(kNoDigit);
    for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
      digits[place][static_cast<unsigned char>(kAlphabet[i])] = i << (18 - 6 * place);
    }
  }
  return digits;
}();

void put_pair(char* out, std::uint32_t twelve_bits) {
  std::memcpy(out, kPairs[twelve_bits].data(), 2);
}

void encode(char* out, const std::uint8_t* in, std::size_t size) {
  for (; size >= 3; size -= 3, in += 3, out += 4) {
    const std::uint32_t bits =
        static_cast<std::uint32_t>(in[0]) << 16 | static_cast<std::uint32_t>(in[1]) << 8 | in[2];
    put_pair(out, bits >> 12);
    put_pair(out + 2, bits & 0xFFF);
  }
  if (size == 0) return;
  const std::uint32_t bits = static_cast<std::uint32_t>(in[0]) << 16 |
                             (size == 2 ? static_cast<std::uint32_t>(in[1]) << 8 : 0);
  put_pair(out, bits >> 12);
  out[2] = size == 2 ? kAlphabet[bits >> 6 & 63] : '=';
  out[3] = '=';
}

std::uint32_t digit(std::size_t place, char c) {
  return kDigits[place][static_cast<unsigned char>(c)];
}

std::size_t padding_of(std::string_view text) {
  return text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
}

// How many bytes `text` is if it is sound; nullopt when its length is wrong already.
std::optional<std::size_t> decoded_size(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  return text.size() / 4 * 3 - padding_of(text);
}

// The last group, which may be padded and has no bits to spare.
bool decode_last(std::string_view group, std::uint8_t* to) {
  const std::size_t padding = padding_of(group);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4 - padding; ++i) bits |= digit(i, group[i]);
  if ((bits & (kNoDigit | ((1U << (8 * padding)) - 1))) != 0) return false;
  for (std::size_t i = 0; i < 3 - padding; ++i) {
    to[i] = static_cast<std::uint8_t>(bits >> (16 - 8 * i));
  }
  return true;
}

// To where `decoded_size` bytes have room.
bool decode(std::string_view text, std::uint8_t* to) {
  if (text.empty()) return true;
  const std::string_view last = text.substr(text.size() - 4);
  text.remove_suffix(4);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < text.size(); i += 4, to += 3) {
    const std::uint32_t bits =
        digit(0, text[i]) | digit(1, text[i + 1]) | digit(2, text[i + 2]) | digit(3, text[i + 3]);
    seen |= bits;
    to[0] = static_cast<std::uint8_t>(bits >> 16);
    to[1] = static_cast<std::uint8_t>(bits >> 8);
    to[2] = static_cast<std::uint8_t>(bits);
  }
  return (seen & kNoDigit) == 0 && decode_last(last, to);
}

}  // namespace

std::string base64_encode(ByteSpan bytes) {
  std::string out;
  base64_append(out, bytes);
  return out;
}

void base64_append(std::string& out, ByteSpan bytes) {
  const std::size_t before = out.size();
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const std::size_t after = before + base64_size(bytes.size());
  // libstdc++ 12 hands the capacity to the callback, not the size asked for.
  out.resize_and_overwrite(after, [&](char* buffer, std::size_t) {
    encode(buffer + before, in, bytes.size());
    return after;
  });
}

bool base64_decode_append(std::string_view text, Bytes& out) {
  const auto size = decoded_size(text);
  if (!size) return false;
  const std::size_t before = out.size();
  out.resize(before + *size);
  if (decode(text, reinterpret_cast<std::uint8_t*>(out.data() + before))) return true;
  out.resize(before);
  return false;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  Bytes out;
  if (!base64_decode_append(text, out)) return std::nullopt;
  return out;
}

std::optional<std::string> base64_decode_text(std::string_view text) {
  const auto size = decoded_size(text);
  if (!size) return std::nullopt;
  std::string out(*size, '\0');
  if (!decode(text, reinterpret_cast<std::uint8_t*>(out.data()))) return std::nullopt;
  return out;
}

bool base64_decode_into(std::string_view text, MutableByteSpan out) {
  return decoded_size(text) == out.size() &&
         decode(text, reinterpret_cast<std::uint8_t*>(out.data()));
}

}  // namespace loopgate::codec
