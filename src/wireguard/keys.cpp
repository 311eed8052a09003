#include "wireguard/keys.h"

#include <sodium.h>

#include "codec/base64.h"
#include "wireguard/crypto.h"

namespace loopgate::wireguard {

std::optional<PublicKey> PublicKey::parse(std::string_view base64) {
  PublicKey key;
  if (!codec::base64_decode_into(base64, key.bytes)) return std::nullopt;
  return key;
}

std::string PublicKey::to_base64() const {
  return codec::base64_encode(bytes);
}

SecretKey::SecretKey(std::span<const std::byte, kKeySize> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<SecretKey> SecretKey::parse(std::string_view base64) {
  SecretKey key;
  if (!codec::base64_decode_into(base64, key.bytes_)) return std::nullopt;
  return key;
}

SecretKey SecretKey::generate(Random& random) {
  SecretKey key;
  random.fill(key.bytes_);
  return key;
}

std::string SecretKey::to_base64() const {
  return codec::base64_encode(bytes_);
}

bool SecretKey::is_zero() const {
  return sodium_is_zero(raw(bytes_.data()), kKeySize) == 1;
}

void SecretKey::wipe() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

bool SecretKey::operator==(const SecretKey& other) const {
  return sodium_memcmp(bytes_.data(), other.bytes_.data(), kKeySize) == 0;
}

Identity Identity::of(const SecretKey& private_key) {
  return {private_key, public_key_of(private_key)};
}

Identity Identity::generate(Random& random) {
  auto secret = SecretKey::generate(random);
  clamp(secret);
  return of(secret);
}

}  // namespace loopgate::wireguard
