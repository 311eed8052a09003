#include "emulators/sqs/md5.h"

#include <openssl/evp.h>

#include <array>

#include "base/check.h"
#include "codec/hex.h"

namespace loopgate::sqs {

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
  std::array<std::byte, 16> digest{};
  LOOPGATE_CHECK(EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr) == 1);
  LOOPGATE_CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
  LOOPGATE_CHECK(EVP_DigestFinal_ex(context_->state,
                                    reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1);
  return codec::hex_encode_lower(digest);
}

}  // namespace loopgate::sqs
