#include "codec/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "codec/hex.h"

namespace loopgate::codec {

std::array<std::byte, 32> sha256(ByteSpan bytes) {
  std::array<std::byte, 32> digest{};
  LOOPGATE_CHECK(EVP_Digest(bytes.data(), bytes.size(),
                            reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
                            nullptr) == 1);
  return digest;
}

std::string sha256_hex(ByteSpan bytes) {
  return hex_encode_lower(sha256(bytes));
}

std::array<std::byte, 32> hmac_sha256(ByteSpan key, ByteSpan bytes) {
  std::array<std::byte, 32> digest{};
  LOOPGATE_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      reinterpret_cast<unsigned char*>(digest.data()), nullptr) != nullptr);
  return digest;
}

std::string hmac_sha256_hex(ByteSpan key, ByteSpan bytes) {
  return hex_encode_lower(hmac_sha256(key, bytes));
}

}  // namespace loopgate::codec
