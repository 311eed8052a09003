#include "emulators/sqs/md5.h"

#include <openssl/evp.h>

#include <array>

#include "base/check.h"

namespace loopgate::sqs {

namespace {

std::string to_hex(std::span<const unsigned char> digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (const auto byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

struct Md5::Context {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  EVP_MD_CTX* state = EVP_MD_CTX_new();

  ~Context() {
    EVP_MD_CTX_free(state);
    EVP_MD_free(algorithm);
  }
};

Md5::Md5() : context_(std::make_unique<Context>()) {
  LOOPGATE_CHECK(context_->algorithm != nullptr && context_->state != nullptr);
}

Md5::~Md5() = default;

std::string Md5::hex(ByteSpan bytes) {
  std::array<unsigned char, 16> digest{};
  LOOPGATE_CHECK(EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr) == 1);
  LOOPGATE_CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
  LOOPGATE_CHECK(EVP_DigestFinal_ex(context_->state, digest.data(), nullptr) == 1);
  return to_hex(digest);
}

std::string content_digest(std::string_view body) {
  std::array<unsigned char, 32> digest{};
  LOOPGATE_CHECK(
      EVP_Digest(body.data(), body.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return to_hex(digest);
}

}  // namespace loopgate::sqs
