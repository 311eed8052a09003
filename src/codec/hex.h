// Hexadecimal, RFC 4648 §8, without separators. The gateway writes upper case and reads either.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::codec {

std::string hex_encode_upper(ByteSpan bytes);
std::string hex_encode_lower(ByteSpan bytes);
void hex_append_upper(std::string& out, ByteSpan bytes);

// An even number of digits of either case and nothing else.
std::optional<Bytes> hex_decode(std::string_view text);

}  // namespace loopgate::codec
