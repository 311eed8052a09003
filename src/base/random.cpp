#include "base/random.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace loopgate {

namespace {

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

}  // namespace

Random Random::from_system() {
  LOOPGATE_CHECK(sodium_init() >= 0);
  std::array<std::byte, 32> key;
  randombytes_buf(key.data(), key.size());
  return Random(key);
}

Random Random::from_seed(std::uint64_t seed) {
  LOOPGATE_CHECK(sodium_init() >= 0);
  std::array<std::byte, 32> key{};
  for (std::size_t i = 0; i < sizeof seed; ++i) key[i] = static_cast<std::byte>(seed >> (8 * i));
  return Random(key);
}

void Random::refill() {
  std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> nonce{};
  for (std::size_t i = 0; i < sizeof block_; ++i) {
    nonce[i] = static_cast<unsigned char>(block_ >> (8 * i));
  }
  ++block_;
  crypto_stream_chacha20(raw(buffer_.data()), buffer_.size(), nonce.data(), raw(key_.data()));
  used_ = 0;
}

void Random::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    if (used_ == buffer_.size()) refill();
    const auto part = std::min(out.size(), buffer_.size() - used_);
    std::memcpy(out.data(), buffer_.data() + used_, part);
    sodium_memzero(buffer_.data() + used_, part);  // what was handed out must not be found here
    used_ += part;
    out = out.subspan(part);
  }
}

std::uint64_t Random::u64() {
  std::array<std::byte, 8> bytes;
  fill(bytes);
  std::uint64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  LOOPGATE_CHECK(bound > 0);
  const std::uint64_t reject_under =
      -bound % bound;  // the part of 2^64 that would bias the remainder
  for (;;) {
    const auto value = u64();
    if (value >= reject_under) return value % bound;
  }
}

double Random::unit() {
  return static_cast<double>(u64() >> 11) * 0x1.0p-53;
}

std::string Random::hex(std::size_t digits) {
  std::string out;
  out.reserve(digits + 4);  // and a UUID's dashes
  out.resize(digits);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i, value >>= 4) {
    if (i % 16 == 0) value = u64();
    out[i] = "0123456789abcdef"[value & 15];
  }
  return out;
}

std::string Random::upper_alnum(std::size_t count) {
  std::string out;
  while (out.size() < count) out += "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[below(36)];
  return out;
}

std::string Random::uuid() {
  auto out = hex(32);
  out[12] = '4';
  out[16] = "89ab"[static_cast<std::size_t>(out[16]) & 3];
  for (const std::size_t dash : {8, 13, 18, 23}) out.insert(dash, 1, '-');
  return out;
}

}  // namespace loopgate
