// The primitives under WireGuard, from libsodium and OpenSSL: whichever of the two was faster on
// the Debian 12 packages. Contexts are kept per thread, because fetching one costs more than a
// hash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "wireguard/keys.h"

namespace loopgate::wireguard {

inline constexpr std::size_t kHashSize = 32;
inline constexpr std::size_t kMacSize = 16;
inline constexpr std::size_t kTagSize = 16;
inline constexpr std::size_t kXNonceSize = 24;

using Hash = std::array<std::byte, kHashSize>;
using Mac = std::array<std::byte, kMacSize>;

inline unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
inline const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

// Without it libsodium falls back to slow code in silence. Cheap; every function that needs it
// calls it.
void require_sodium();

// --- X25519 (RFC 7748), by libsodium: 30 µs against OpenSSL's 32 to 35
// --------------------------------------

void clamp(SecretKey& private_key);
PublicKey public_key_of(const SecretKey& private_key);
// nullopt for a point of low order, whose result everybody knows.
std::optional<SecretKey> x25519(const SecretKey& private_key, const PublicKey& public_key);

// --- BLAKE2s (RFC 7693), by OpenSSL: libsodium has only BLAKE2b
// ---------------------------------------------

Hash blake2s(ByteSpan first, ByteSpan second = {});
// Keyed BLAKE2s with 16 bytes of output: the paper's Mac. The key has 1 to 32 bytes.
Mac keyed_mac(ByteSpan key, ByteSpan first, ByteSpan second = {});

// The paper's Kdf_n: HKDF (RFC 5869) with HMAC-BLAKE2s. `chaining_key` may be one of the outputs.
void kdf1(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1);
void kdf2(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1, SecretKey& out2);
void kdf3(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1, SecretKey& out2,
          SecretKey& out3);

bool equal_in_constant_time(ByteSpan a, ByteSpan b);

}  // namespace loopgate::wireguard
