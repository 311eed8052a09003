// Digests by the names under which Step Functions knows them (States.Hash, $hash).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loopgate::codec {

// In lower-case digits; nullopt unless `algorithm` is MD5, SHA-1, SHA-256, SHA-384 or SHA-512.
std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view text);

}  // namespace loopgate::codec
