#include "codec/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <span>

#include "codec/hex.h"

namespace loopgate::codec {

namespace {

struct Digest {
  std::string_view name;
  const EVP_MD* (*make)();
};
constexpr auto kDigests = std::to_array<Digest>({{"MD5", EVP_md5},
                                                 {"SHA-1", EVP_sha1},
                                                 {"SHA-256", EVP_sha256},
                                                 {"SHA-384", EVP_sha384},
                                                 {"SHA-512", EVP_sha512}});

}  // namespace

std::optional<std::string> digest_hex(std::string_view algorithm, std::string_view text) {
  const auto found = std::ranges::find(kDigests, algorithm, &Digest::name);
  if (found == kDigests.end()) return std::nullopt;
  std::array<std::byte, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(bytes.data()), &size,
             found->make(), nullptr);
  return hex_encode_lower(std::span(bytes).first(size));
}

}  // namespace loopgate::codec
