#include "wireguard/aead.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <memory>

#include "base/check.h"

namespace loopgate::wireguard {

namespace {

// Measured on Debian 12 (open or seal): libsodium 0.28 µs at 64 bytes and 1.20 µs at 1200, OpenSSL
// with a kept context 0.44 µs and 0.97 µs. They cross near 500 bytes.
constexpr std::size_t kOpensslFromSize = 512;

using Nonce = std::array<unsigned char, 12>;

Nonce nonce_of(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < sizeof counter; ++i) {
    nonce[4 + i] = static_cast<unsigned char>(counter >> (8 * i));
  }
  return nonce;
}

class Cipher {
 public:
  Cipher() {
    LOOPGATE_CHECK(algorithm_ && seal_ && open_);
    forget();
  }

  void forget() {
    const unsigned char zero[kKeySize] = {};
    LOOPGATE_CHECK(EVP_EncryptInit_ex2(seal_.get(), algorithm_.get(), zero, nullptr, nullptr) == 1);
    LOOPGATE_CHECK(EVP_DecryptInit_ex2(open_.get(), algorithm_.get(), zero, nullptr, nullptr) == 1);
  }

  void seal(const SecretKey& key, const Nonce& nonce, ByteSpan associated, ByteSpan plaintext,
            std::byte* out) {
    auto* context = seal_.get();
    int size = 0;
    bool ok = EVP_EncryptInit_ex2(context, nullptr, raw(key.bytes().data()), nonce.data(), nullptr);
    if (!associated.empty()) {
      ok = ok && EVP_EncryptUpdate(context, nullptr, &size, raw(associated.data()),
                                   static_cast<int>(associated.size()));
    }
    ok = ok && EVP_EncryptUpdate(context, raw(out), &size, raw(plaintext.data()),
                                 static_cast<int>(plaintext.size()));
    ok = ok && EVP_EncryptFinal_ex(context, raw(out) + size, &size);
    ok = ok &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, out + plaintext.size()) == 1;
    LOOPGATE_CHECK(ok);
  }

  bool open(const SecretKey& key, const Nonce& nonce, ByteSpan associated, ByteSpan sealed,
            std::byte* out) {
    auto* context = open_.get();
    const auto body = sealed.first(sealed.size() - kTagSize);
    // The parameter is not const, but a tag to verify is only copied.
    auto* tag = const_cast<std::byte*>(sealed.data() + body.size());
    int size = 0;
    bool ok = EVP_DecryptInit_ex2(context, nullptr, raw(key.bytes().data()), nonce.data(), nullptr);
    ok = ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag) == 1;
    if (!associated.empty()) {
      ok = ok && EVP_DecryptUpdate(context, nullptr, &size, raw(associated.data()),
                                   static_cast<int>(associated.size()));
    }
    ok = ok && EVP_DecryptUpdate(context, raw(out), &size, raw(body.data()),
                                 static_cast<int>(body.size()));
    return ok && EVP_DecryptFinal_ex(context, raw(out) + size, &size) == 1;
  }

 private:
  struct Free {
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };

  std::unique_ptr<EVP_CIPHER, Free> algorithm_{
      EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)};
  std::unique_ptr<EVP_CIPHER_CTX, Free> seal_{EVP_CIPHER_CTX_new()};
  std::unique_ptr<EVP_CIPHER_CTX, Free> open_{EVP_CIPHER_CTX_new()};
};

Cipher& cipher() {
  thread_local Cipher made;
  return made;
}

}  // namespace

void seal(const SecretKey& key, std::uint64_t counter, ByteSpan associated, ByteSpan plaintext,
          std::byte* out) {
  const auto nonce = nonce_of(counter);
  if (plaintext.size() >= kOpensslFromSize) {
    return cipher().seal(key, nonce, associated, plaintext, out);
  }
  require_sodium();
  crypto_aead_chacha20poly1305_ietf_encrypt(
      raw(out), nullptr, raw(plaintext.data()), plaintext.size(), raw(associated.data()),
      associated.size(), nullptr, nonce.data(), raw(key.bytes().data()));
}

bool open(const SecretKey& key, std::uint64_t counter, ByteSpan associated, ByteSpan sealed,
          std::byte* out) {
  if (sealed.size() < kTagSize) return false;
  const auto nonce = nonce_of(counter);
  if (sealed.size() - kTagSize >= kOpensslFromSize) {
    return cipher().open(key, nonce, associated, sealed, out);
  }
  require_sodium();
  return crypto_aead_chacha20poly1305_ietf_decrypt(
             raw(out), nullptr, nullptr, raw(sealed.data()), sealed.size(), raw(associated.data()),
             associated.size(), nonce.data(), raw(key.bytes().data())) == 0;
}

void xseal(ByteSpan key, std::span<const std::byte, kXNonceSize> nonce, ByteSpan associated,
           ByteSpan plaintext, std::byte* out) {
  LOOPGATE_CHECK(key.size() == kKeySize);
  require_sodium();
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      raw(out), nullptr, raw(plaintext.data()), plaintext.size(), raw(associated.data()),
      associated.size(), nullptr, raw(nonce.data()), raw(key.data()));
}

bool xopen(ByteSpan key, std::span<const std::byte, kXNonceSize> nonce, ByteSpan associated,
           ByteSpan sealed, std::byte* out) {
  LOOPGATE_CHECK(key.size() == kKeySize);
  require_sodium();
  if (sealed.size() < kTagSize) return false;
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             raw(out), nullptr, nullptr, raw(sealed.data()), sealed.size(), raw(associated.data()),
             associated.size(), raw(nonce.data()), raw(key.data())) == 0;
}

void forget_cached_keys() {
  cipher().forget();
}

}  // namespace loopgate::wireguard
