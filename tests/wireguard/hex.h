// Hexadecimal for golden bytes.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "wireguard/keys.h"

namespace loopgate::wireguard {

inline std::string to_hex(ByteSpan bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
    text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

inline Bytes from_hex(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(
        static_cast<std::byte>(std::strtoul(std::string(text.substr(i, 2)).c_str(), nullptr, 16)));
  }
  return out;
}

// 00 01 02 …
inline Bytes counting_bytes(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(i);
  return out;
}

inline SecretKey secret_of(ByteSpan bytes) {
  return SecretKey(bytes.first<kKeySize>());
}
inline SecretKey secret_of(std::string_view hex) {
  return secret_of(ByteSpan(from_hex(hex)));
}
inline SecretKey repeated_secret(unsigned char value) {
  return secret_of(ByteSpan(Bytes(kKeySize, static_cast<std::byte>(value))));
}
inline PublicKey public_of(std::string_view hex) {
  PublicKey key;
  const auto bytes = from_hex(hex);
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

}  // namespace loopgate::wireguard
