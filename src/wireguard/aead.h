// ChaCha20-Poly1305 (RFC 8439) as Noise uses it: the nonce is four zero bytes and a little endian
// counter; and XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) for cookies.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "wireguard/crypto.h"

namespace loopgate::wireguard {

// `out` has room for plaintext.size() + kTagSize; it may begin where `plaintext` does.
void seal(const SecretKey& key, std::uint64_t counter, ByteSpan associated, ByteSpan plaintext,
          std::byte* out);

// `out` has room for sealed.size() − kTagSize; false when `sealed` is shorter than a tag or not
// authentic, and then `out` holds nothing of use.
[[nodiscard]] bool open(const SecretKey& key, std::uint64_t counter, ByteSpan associated,
                        ByteSpan sealed, std::byte* out);

void xseal(ByteSpan key, std::span<const std::byte, kXNonceSize> nonce, ByteSpan associated,
           ByteSpan plaintext, std::byte* out);
[[nodiscard]] bool xopen(ByteSpan key, std::span<const std::byte, kXNonceSize> nonce,
                         ByteSpan associated, ByteSpan sealed, std::byte* out);

// The cached contexts remember the last key. Call when keys are erased.
void forget_cached_keys();

}  // namespace loopgate::wireguard
