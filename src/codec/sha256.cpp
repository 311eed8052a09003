#include "codec/sha256.h"

#include <openssl/evp.h>

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

}  // namespace loopgate::codec
