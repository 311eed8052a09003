#include "wireguard/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace loopgate::wireguard {

namespace {

constexpr std::size_t kBlockSize = 64;  // BLAKE2s

// What OpenSSL wants fetched once. A context per thread: no lock, no state that outlives a call.
class Blake2sContexts {
 public:
  Blake2sContexts() {
    LOOPGATE_CHECK(digest_ && hash_ && mac_algorithm_ && mac_);
    std::size_t size = kMacSize;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                 OSSL_PARAM_construct_end()};
    LOOPGATE_CHECK(EVP_MAC_CTX_set_params(mac_.get(), params) == 1);
  }

  void hash(std::initializer_list<ByteSpan> parts, std::span<std::byte, kHashSize> out) {
    LOOPGATE_CHECK(EVP_DigestInit_ex2(hash_.get(), digest_.get(), nullptr) == 1);
    for (const auto part : parts) EVP_DigestUpdate(hash_.get(), part.data(), part.size());
    LOOPGATE_CHECK(EVP_DigestFinal_ex(hash_.get(), raw(out.data()), nullptr) == 1);
  }

  void mac(ByteSpan key, ByteSpan first, ByteSpan second, Mac& out) {
    LOOPGATE_CHECK(EVP_MAC_init(mac_.get(), raw(key.data()), key.size(), nullptr) == 1);
    EVP_MAC_update(mac_.get(), raw(first.data()), first.size());
    EVP_MAC_update(mac_.get(), raw(second.data()), second.size());
    std::size_t size = 0;
    LOOPGATE_CHECK(EVP_MAC_final(mac_.get(), raw(out.data()), &size, out.size()) == 1);
  }

 private:
  template <auto kFree>
  struct Free {
    template <class T>
    void operator()(T* object) const {
      kFree(object);
    }
  };

  std::unique_ptr<EVP_MD, Free<EVP_MD_free>> digest_{EVP_MD_fetch(nullptr, "BLAKE2S-256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> hash_{EVP_MD_CTX_new()};
  std::unique_ptr<EVP_MAC, Free<EVP_MAC_free>> mac_algorithm_{
      EVP_MAC_fetch(nullptr, "BLAKE2SMAC", nullptr)};
  std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>> mac_{EVP_MAC_CTX_new(mac_algorithm_.get())};
};

Blake2sContexts& contexts() {
  thread_local Blake2sContexts made;
  return made;
}

// The pads of one HMAC key, used for every block of an expansion.
class Hmac {
 public:
  explicit Hmac(ByteSpan key) {
    LOOPGATE_CHECK(key.size() <= kBlockSize);
    inner_.fill(std::byte{0x36});
    outer_.fill(std::byte{0x5c});
    for (std::size_t i = 0; i < key.size(); ++i) {
      inner_[i] ^= key[i];
      outer_[i] ^= key[i];
    }
  }
  ~Hmac() {
    sodium_memzero(inner_.data(), inner_.size());
    sodium_memzero(outer_.data(), outer_.size());
  }

  void sign(ByteSpan first, ByteSpan second, std::span<std::byte, kHashSize> out) const {
    Hash hash;
    contexts().hash({inner_, first, second}, hash);
    contexts().hash({outer_, hash}, out);
    sodium_memzero(hash.data(), hash.size());
  }

 private:
  std::array<std::byte, kBlockSize> inner_;
  std::array<std::byte, kBlockSize> outer_;
};

void kdf(const SecretKey& chaining_key, ByteSpan input, std::initializer_list<SecretKey*> outputs) {
  SecretKey extracted;
  Hmac(chaining_key.bytes()).sign(input, {}, extracted.mutable_bytes());
  const Hmac expand(extracted.bytes());
  ByteSpan last;
  std::byte counter{0};
  for (SecretKey* out : outputs) {
    counter = static_cast<std::byte>(std::to_integer<unsigned>(counter) + 1);
    expand.sign(last, ByteSpan(&counter, 1), out->mutable_bytes());
    last = out->bytes();
  }
}

}  // namespace

void require_sodium() {
  static const bool ready = sodium_init() >= 0;
  LOOPGATE_CHECK(ready);
}

void clamp(SecretKey& private_key) {
  const auto bytes = private_key.mutable_bytes();
  bytes[0] &= std::byte{248};
  bytes[31] &= std::byte{127};
  bytes[31] |= std::byte{64};
}

PublicKey public_key_of(const SecretKey& private_key) {
  require_sodium();
  PublicKey out;
  LOOPGATE_CHECK(crypto_scalarmult_base(raw(out.bytes.data()), raw(private_key.bytes().data())) ==
                 0);
  return out;
}

std::optional<SecretKey> x25519(const SecretKey& private_key, const PublicKey& public_key) {
  require_sodium();
  SecretKey shared;
  if (crypto_scalarmult(raw(shared.mutable_bytes().data()), raw(private_key.bytes().data()),
                        raw(public_key.bytes.data())) != 0) {
    return std::nullopt;
  }
  return shared;
}

Hash blake2s(ByteSpan first, ByteSpan second) {
  Hash out;
  contexts().hash({first, second}, out);
  return out;
}

Mac keyed_mac(ByteSpan key, ByteSpan first, ByteSpan second) {
  LOOPGATE_CHECK(!key.empty() && key.size() <= kKeySize);
  Mac out;
  contexts().mac(key, first, second, out);
  return out;
}

void kdf1(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1) {
  kdf(chaining_key, input, {&out1});
}

void kdf2(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1, SecretKey& out2) {
  kdf(chaining_key, input, {&out1, &out2});
}

void kdf3(const SecretKey& chaining_key, ByteSpan input, SecretKey& out1, SecretKey& out2,
          SecretKey& out3) {
  kdf(chaining_key, input, {&out1, &out2, &out3});
}

bool equal_in_constant_time(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace loopgate::wireguard
