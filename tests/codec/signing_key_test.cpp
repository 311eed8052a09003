#include "codec/signing_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

namespace loopgate::codec {
namespace {

using Digest = SigningKey::Digest;
using testing::HasSubstr;
using testing::StartsWith;

SigningKey key(std::uint64_t seed = 1) {
  auto random = Random::from_seed(seed);
  return SigningKey::generate(random);
}

// OpenSSL, which knows nothing of how the key was made, is the judge.
class Verifier {
 public:
  explicit Verifier(const std::string& certificate) {
    BIO* memory = BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size()));
    x509_ = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
  }
  ~Verifier() { X509_free(x509_); }
  Verifier(const Verifier&) = delete;

  X509* x509() const { return x509_; }
  bool accepts(const EVP_MD* digest, std::string_view text, ByteSpan signature) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, digest, nullptr, X509_get0_pubkey(x509_));
    const bool good =
        EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                         signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                         text.size()) == 1;
    EVP_MD_CTX_free(context);
    return good;
  }

 private:
  X509* x509_ = nullptr;
};

TEST(SigningKey, SignaturesAreAcceptedByAStockVerifier) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto signer = key(seed);
    const Verifier verifier(signer.certificate("test", seed));
    for (int i = 0; i < 50; ++i) {
      const std::string text(static_cast<std::size_t>(i * 7), static_cast<char>('a' + i % 26));
      EXPECT_TRUE(verifier.accepts(EVP_sha1(), text, signer.sign(Digest::kSha1, text))) << i;
      EXPECT_TRUE(verifier.accepts(EVP_sha256(), text, signer.sign(Digest::kSha256, text))) << i;
    }
  }
}

TEST(SigningKey, OfAnotherTextDigestOrKeyTheyAreRefused) {
  const auto signer = key();
  const Verifier verifier(signer.certificate("test", 1));
  EXPECT_FALSE(verifier.accepts(EVP_sha1(), "other", signer.sign(Digest::kSha1, "text")));
  EXPECT_FALSE(verifier.accepts(EVP_sha256(), "text", signer.sign(Digest::kSha1, "text")));
  EXPECT_FALSE(verifier.accepts(EVP_sha1(), "text", key(2).sign(Digest::kSha1, "text")));
}

TEST(SigningKey, TheCertificateVouchesForItself) {
  const Verifier verifier(key().certificate("sns.amazonaws.com", 42));
  ASSERT_NE(verifier.x509(), nullptr);
  EXPECT_EQ(X509_verify(verifier.x509(), X509_get0_pubkey(verifier.x509())), 1);
  EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(verifier.x509())), 2048);
  EXPECT_EQ(EVP_PKEY_public_check(
                std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>(
                    EVP_PKEY_CTX_new(X509_get0_pubkey(verifier.x509()), nullptr), EVP_PKEY_CTX_free)
                    .get()),
            1);
  char name[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(verifier.x509()), NID_commonName, name, 64);
  EXPECT_STREQ(name, "sns.amazonaws.com");
  EXPECT_EQ(X509_cmp_current_time(X509_get0_notBefore(verifier.x509())), -1);
  EXPECT_EQ(X509_cmp_current_time(X509_get0_notAfter(verifier.x509())), 1);
}

TEST(SigningKey, IsTheSameFromTheSameSeedAndFromItsPrimes) {
  const auto one = key();
  EXPECT_EQ(one.primes(), key().primes());
  EXPECT_NE(one.primes(), key(2).primes());
  const auto again = SigningKey::from_primes(one.primes());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sign(Digest::kSha256, "text"), one.sign(Digest::kSha256, "text"));
  EXPECT_EQ(again->certificate("test", 7), one.certificate("test", 7));
  EXPECT_THAT(one.certificate("test", 7), StartsWith("-----BEGIN CERTIFICATE-----\n"));
}

TEST(SigningKey, WhatMakesNoKeyIsRefused) {
  const auto good = key().primes();
  auto twice = good;
  twice[3] = twice[4];
  EXPECT_FALSE(SigningKey::from_primes(twice));
  auto composite = good;
  composite[0] = 0xFFFFFFFFFFFFFFFF;  // 3 · 5 · 17 · …
  EXPECT_FALSE(SigningKey::from_primes(composite));
  auto small = good;
  small[0] = 1'000'000'007;
  EXPECT_FALSE(SigningKey::from_primes(small));
  // A strong pseudoprime would be found out by the twelve bases; the largest prime of 64 bits is
  // one.
  auto largest = good;
  largest[0] = 18'446'744'073'709'551'557U;
  EXPECT_TRUE(SigningKey::from_primes(largest));
}

}  // namespace
}  // namespace loopgate::codec
