// Curve25519 and symmetric keys. Secrets wipe themselves; they are compared in constant time and
// never printed except by the key log (keylog.h), which says so.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"

namespace loopgate::wireguard {

inline constexpr std::size_t kKeySize = 32;

struct PublicKey {
  std::array<std::byte, kKeySize> bytes{};

  // Standard base64 with padding (44 characters), as `wg` writes keys.
  static std::optional<PublicKey> parse(std::string_view base64);
  std::string to_base64() const;
  auto operator<=>(const PublicKey&) const = default;
};

// 32 secret bytes: a Curve25519 private key, a pre-shared key, a chaining key, a session key.
class SecretKey {
 public:
  SecretKey() = default;  // all zero: no pre-shared key
  explicit SecretKey(std::span<const std::byte, kKeySize> bytes);
  SecretKey(const SecretKey& other) = default;
  SecretKey& operator=(const SecretKey& other) = default;
  ~SecretKey() { wipe(); }

  static std::optional<SecretKey> parse(std::string_view base64);
  static SecretKey generate(Random& random);
  std::string to_base64() const;

  std::span<const std::byte, kKeySize> bytes() const { return bytes_; }
  std::span<std::byte, kKeySize> mutable_bytes() { return bytes_; }
  bool is_zero() const;
  void wipe();
  bool operator==(const SecretKey& other) const;  // in constant time

 private:
  std::array<std::byte, kKeySize> bytes_{};
};

// A Curve25519 key pair that stands for somebody: a listener, a client, or one handshake
// (ephemeral).
struct Identity {
  SecretKey private_key;
  PublicKey public_key;

  static Identity of(const SecretKey& private_key);  // computes the public key
  static Identity generate(Random& random);
};

}  // namespace loopgate::wireguard
