// Base64, RFC 4648 §4: the standard alphabet, padded. Encoding stands on the hot path (every packet
// of a `base64` destination), so it appends into the caller's buffer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::codec {

constexpr std::size_t base64_size(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

std::string base64_encode(ByteSpan bytes);
void base64_append(std::string& out, ByteSpan bytes);

// Strict: a multiple of four characters, padding only at the end, no whitespace, no stray bits in
// the last character (RFC 4648 §3.5), so that each value has exactly one spelling.
std::optional<Bytes> base64_decode(std::string_view text);
// The same, appended. On false `out` is as it was.
bool base64_decode_append(std::string_view text, Bytes& out);
// The same, as text.
std::optional<std::string> base64_decode_text(std::string_view text);
// The same, of exactly as many bytes as `out` has, and without a copy of them elsewhere (keys). On
// false `out` holds anything.
bool base64_decode_into(std::string_view text, MutableByteSpan out);

}  // namespace loopgate::codec
