// A key that signs as RSA does (RFC 8017 §8.2, PKCS #1 v1.5) and the X.509 certificate (RFC 5280)
// that vouches for itself, for services whose messages carry a signature that clients verify.
//
// It protects nothing: whoever can read its messages can read the key. So it is made to be cheap.
// The modulus has the usual 2048 bits but is the product of 32 primes of one machine word each: to
// verifiers an ordinary key, while a signature costs some 20 µs by the Chinese remainder theorem
// instead of 1 ms, and a new key less than that. Never use it for a secret.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"

namespace loopgate::codec {

class SigningKey {
 public:
  static constexpr std::size_t kPrimes = 32;
  static constexpr std::size_t kBytes = kPrimes * sizeof(std::uint64_t);  // of a signature
  using Primes = std::array<std::uint64_t, kPrimes>;

  enum class Digest : unsigned char { kSha1, kSha256 };

  static SigningKey generate(Random& random);
  // As `primes` gave them. nullopt: these make no key.
  static std::optional<SigningKey> from_primes(const Primes& primes);
  const Primes& primes() const { return primes_; }

  // RSASSA-PKCS1-v1_5 of the text's digest.
  std::array<std::byte, kBytes> sign(Digest digest, std::string_view text) const;

  // PEM. Of one who is called `common_name`, valid from 2020 for ever; the same for the same
  // arguments.
  std::string certificate(const std::string& common_name, std::uint64_t serial) const;

 private:
  using Words = std::array<std::uint64_t, kPrimes>;  // the least significant first

  // What arithmetic modulo one of the primes needs (Montgomery's). The form of a is a·2⁶⁴.
  struct Field {
    explicit Field(std::uint64_t prime);

    std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const;  // a·b/2⁶⁴
    std::uint64_t add(std::uint64_t a, std::uint64_t b) const;
    std::uint64_t subtract(std::uint64_t a, std::uint64_t b) const;
    std::uint64_t reduce(std::uint64_t word) const { return word >= prime ? word - prime : word; }
    std::uint64_t to_form(std::uint64_t a) const { return multiply(a, square); }

    std::uint64_t prime;
    std::uint64_t inverse;  // -1/prime modulo 2⁶⁴
    std::uint64_t one;      // 2⁶⁴ modulo the prime
    std::uint64_t square;   // 2¹²⁸ modulo the prime
  };

  explicit SigningKey(const Primes& primes);

  // Each step is taken for all primes before the next: they do not wait for one another.
  Words residues(const Words& message) const;  // as forms
  Words powers(const Words& residues) const;   // of forms
  Words put_together(Words residues) const;

  Primes primes_;
  std::vector<Field> fields_;
  Words exponents_{};            // of the signature, modulo each prime less one
  std::vector<Words> inverses_;  // inverses_[j][i]: 1/pⱼ modulo pᵢ, as a form, for i > j
};

}  // namespace loopgate::codec
