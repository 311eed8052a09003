// SHA-256, FIPS 180-4 (OpenSSL's, which uses the processor's instructions for it).
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"

namespace loopgate::codec {

std::array<std::byte, 32> sha256(ByteSpan bytes);
std::string sha256_hex(ByteSpan bytes);  // 64 digits in lower case

}  // namespace loopgate::codec
