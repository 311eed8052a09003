// SHA-256 and base64 as Lambda's API writes them (libsodium).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loopgate::lambda {

std::string sha256_base64(std::string_view bytes);  // CodeSha256
std::string sha256_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace loopgate::lambda
