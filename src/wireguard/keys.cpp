#include "wireguard/keys.h"

#include <sodium.h>

#include "wireguard/crypto.h"

namespace loopgate::wireguard {

namespace {

constexpr std::size_t kBase64Size = 44;

// Refuses what other tools would refuse: wrong length, other alphabets, blanks, non-zero spare
// bits.
bool decode(std::string_view base64, std::span<std::byte, kKeySize> out) {
  if (base64.size() != kBase64Size) return false;
  std::size_t size = 0;
  return sodium_base642bin(raw(out.data()), out.size(), base64.data(), base64.size(), nullptr,
                           &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0 &&
         size == kKeySize;
}

std::string encode(std::span<const std::byte, kKeySize> bytes) {
  std::string text(kBase64Size + 1, '\0');  // libsodium writes the end of string too
  sodium_bin2base64(text.data(), text.size(), raw(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.resize(kBase64Size);
  return text;
}

}  // namespace

std::optional<PublicKey> PublicKey::parse(std::string_view base64) {
  PublicKey key;
  if (!decode(base64, key.bytes)) return std::nullopt;
  return key;
}

std::string PublicKey::to_base64() const {
  return encode(bytes);
}

SecretKey::SecretKey(std::span<const std::byte, kKeySize> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<SecretKey> SecretKey::parse(std::string_view base64) {
  SecretKey key;
  if (!decode(base64, key.bytes_)) return std::nullopt;
  return key;
}

SecretKey SecretKey::generate(Random& random) {
  SecretKey key;
  random.fill(key.bytes_);
  return key;
}

std::string SecretKey::to_base64() const {
  return encode(bytes_);
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
