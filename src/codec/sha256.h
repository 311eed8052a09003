// SHA-256, FIPS 180-4, and HMAC with it, RFC 2104 (OpenSSL's, which uses the processor's
// instructions for them).
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"

namespace loopgate::codec {

std::array<std::byte, 32> sha256(ByteSpan bytes);
std::string sha256_hex(ByteSpan bytes);  // 64 digits in lower case
std::array<std::byte, 32> hmac_sha256(ByteSpan key, ByteSpan bytes);
std::string hmac_sha256_hex(ByteSpan key, ByteSpan bytes);  // the same

}  // namespace loopgate::codec
