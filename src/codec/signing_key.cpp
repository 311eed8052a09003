#include "codec/signing_key.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "base/check.h"

namespace loopgate::codec {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kExponent = 65'537;
// Of each prime: their product then has 2048 bits, never less.
constexpr std::uint64_t kTopByte = std::uint64_t{0xFF} << 56;

std::uint64_t multiply_plain(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(Wide{a} * b % modulus);
}

std::uint64_t power_plain(std::uint64_t base, std::uint64_t exponent, std::uint64_t modulus) {
  std::uint64_t result = 1;
  for (base %= modulus; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = multiply_plain(result, base, modulus);
    base = multiply_plain(base, base, modulus);
  }
  return result;
}

// Miller-Rabin with the first twelve primes as bases, which is a proof below 3.3·10²⁴ (Sorenson and
// Webster, 2015).
bool is_prime(std::uint64_t candidate) {
  constexpr std::array<std::uint64_t, 12> kBases{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  for (const auto base : kBases) {
    if (candidate % base == 0) return candidate == base;
  }
  const int twos = std::countr_zero(candidate - 1);
  return std::ranges::all_of(kBases, [&](std::uint64_t base) {
    auto power = power_plain(base, (candidate - 1) >> twos, candidate);
    if (power == 1 || power == candidate - 1) return true;
    for (int i = 1; i < twos; ++i) {
      power = multiply_plain(power, power, candidate);
      if (power == candidate - 1) return true;
    }
    return false;
  });
}

bool is_fit(std::uint64_t candidate) {
  return candidate >= kTopByte && (candidate - 1) % kExponent != 0 && is_prime(candidate);
}

// 1/value modulo `modulus`, to which it has no common factor: Euclid's extended algorithm.
std::uint64_t invert(std::uint64_t value, std::uint64_t modulus) {
  __extension__ using Signed = __int128;
  Signed before = 0, after = 1;
  Signed larger = modulus, smaller = value % modulus;
  while (smaller != 0) {
    const Signed quotient = larger / smaller;
    before = std::exchange(after, before - quotient * after);
    larger = std::exchange(smaller, larger - quotient * smaller);
  }
  return static_cast<std::uint64_t>(before < 0 ? before + Signed{modulus} : before);
}

// What stands between the padding and the digest (RFC 8017 §9.2, note 1).
constexpr unsigned char kSha1Prefix[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                         0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
constexpr unsigned char kSha256Prefix[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                           0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                           0x01, 0x05, 0x00, 0x04, 0x20};

template <class Block>
void put_encoded(Block& block, std::span<const unsigned char> prefix,
                 std::span<const unsigned char> digest) {
  block.fill(std::byte{0xFF});
  block[0] = std::byte{0x00};
  block[1] = std::byte{0x01};
  const auto start = block.size() - digest.size() - prefix.size();
  block[start - 1] = std::byte{0x00};
  std::ranges::copy(std::as_bytes(prefix), block.begin() + static_cast<std::ptrdiff_t>(start));
  std::ranges::copy(std::as_bytes(digest),
                    block.end() - static_cast<std::ptrdiff_t>(digest.size()));
}

template <auto free_function>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Scratch = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

Number number(std::uint64_t value) {
  Number out(BN_new());
  LOOPGATE_CHECK(out && BN_set_word(out.get(), value) == 1);
  return out;
}

// The key as OpenSSL takes it, which signs its certificate once: modulus, public and private
// exponent, without the primes.
Key openssl_key(const SigningKey::Primes& primes) {
  const Scratch scratch(BN_CTX_new());
  const auto modulus = number(1), totient = number(1), e = number(kExponent), d = number(0);
  for (const auto prime : primes) {
    BN_mul(modulus.get(), modulus.get(), number(prime).get(), scratch.get());
    BN_mul(totient.get(), totient.get(), number(prime - 1).get(), scratch.get());
  }
  LOOPGATE_CHECK(BN_mod_inverse(d.get(), e.get(), totient.get(), scratch.get()) != nullptr);
  const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()));
  const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  LOOPGATE_CHECK(context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                 EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  return Key(made);
}

std::string to_pem(X509* certificate) {
  const std::unique_ptr<BIO, Freed<BIO_free>> memory(BIO_new(BIO_s_mem()));
  LOOPGATE_CHECK(memory && PEM_write_bio_X509(memory.get(), certificate) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

SigningKey::Field::Field(std::uint64_t given) : prime(given), inverse(0) {
  std::uint64_t x = 1;  // Newton: each step doubles the bits that are right
  for (int i = 0; i < 6; ++i) x *= 2 - prime * x;
  inverse = ~x + 1;
  one = static_cast<std::uint64_t>((Wide{1} << 64) % prime);
  square = multiply_plain(one, one, prime);
}

// Montgomery's.
std::uint64_t SigningKey::Field::multiply(std::uint64_t a, std::uint64_t b) const {
  const Wide product = Wide{a} * b;
  const auto low = static_cast<std::uint64_t>(product);
  const Wide added = Wide{low * inverse} * prime;
  const auto carry =
      static_cast<std::uint64_t>((Wide{low} + static_cast<std::uint64_t>(added)) >> 64);
  const Wide sum = (product >> 64) + (added >> 64) + carry;
  return static_cast<std::uint64_t>(sum >= prime ? sum - prime : sum);
}

std::uint64_t SigningKey::Field::add(std::uint64_t a, std::uint64_t b) const {
  const auto left = prime - b;
  return a >= left ? a - left : a + b;
}

std::uint64_t SigningKey::Field::subtract(std::uint64_t a, std::uint64_t b) const {
  return a >= b ? a - b : a + (prime - b);
}

SigningKey::SigningKey(const Primes& primes) : primes_(primes), inverses_(kPrimes) {
  for (std::size_t i = 0; i < kPrimes; ++i) {
    const auto& field = fields_.emplace_back(primes[i]);
    exponents_[i] = invert(kExponent, primes[i] - 1);
    for (std::size_t j = 0; j < i; ++j) {
      inverses_[j][i] = field.to_form(invert(primes[j], primes[i]));
    }
  }
}

SigningKey SigningKey::generate(Random& random) {
  Primes primes{};
  for (std::size_t i = 0; i < kPrimes; ++i) {
    const auto is_taken = [&](std::uint64_t candidate) {
      return std::ranges::find(primes, candidate) != primes.end();
    };
    do {
      primes[i] = 0;
      auto candidate = random.u64() | kTopByte | 1;
      while (candidate >= kTopByte && (!is_fit(candidate) || is_taken(candidate))) candidate += 2;
      primes[i] = candidate;
    } while (primes[i] < kTopByte);  // it ran over the end
  }
  return SigningKey(primes);
}

std::optional<SigningKey> SigningKey::from_primes(const Primes& primes) {
  auto sorted = primes;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return std::nullopt;
  if (!std::ranges::all_of(primes, is_fit)) return std::nullopt;
  return SigningKey(primes);
}

// By Horner, word by word: what there is times 2⁶⁴ (which makes a form of it), and the next word.
SigningKey::Words SigningKey::residues(const Words& message) const {
  Words out{};
  for (std::size_t word = kPrimes; word-- > 0;) {
    for (std::size_t i = 0; i < kPrimes; ++i) {
      const auto& field = fields_[i];
      out[i] = field.add(field.to_form(out[i]), field.reduce(message[word]));
    }
  }
  for (std::size_t i = 0; i < kPrimes; ++i) out[i] = fields_[i].to_form(out[i]);
  return out;
}

// Four bits of the exponents at a time.
SigningKey::Words SigningKey::powers(const Words& residues) const {
  constexpr int kBits = 4;
  std::array<Words, 1 << kBits> table;
  for (std::size_t i = 0; i < kPrimes; ++i) table[0][i] = fields_[i].one;
  for (std::size_t power = 1; power < table.size(); ++power) {
    for (std::size_t i = 0; i < kPrimes; ++i) {
      table[power][i] = fields_[i].multiply(table[power - 1][i], residues[i]);
    }
  }
  auto out = table[0];
  for (int shift = 64 - kBits; shift >= 0; shift -= kBits) {
    for (int square = 0; square < kBits; ++square) {
      for (std::size_t i = 0; i < kPrimes; ++i) out[i] = fields_[i].multiply(out[i], out[i]);
    }
    for (std::size_t i = 0; i < kPrimes; ++i) {
      const auto digit = (exponents_[i] >> shift) & (table.size() - 1);
      out[i] = fields_[i].multiply(out[i], table[digit][i]);
    }
  }
  return out;
}

// The number that leaves these residues: its digits d₀ + p₀·(d₁ + p₁·(d₂ + …)), then by Horner.
SigningKey::Words SigningKey::put_together(Words residues) const {
  for (std::size_t j = 0; j < kPrimes; ++j) {
    for (std::size_t i = j + 1; i < kPrimes; ++i) {
      const auto& field = fields_[i];
      residues[i] =
          field.multiply(field.subtract(residues[i], field.reduce(residues[j])), inverses_[j][i]);
    }
  }
  Words out{};
  for (std::size_t i = kPrimes; i-- > 0;) {
    std::uint64_t carry = residues[i];
    for (auto& word : out) {
      const Wide sum = Wide{word} * primes_[i] + carry;
      word = static_cast<std::uint64_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 64);
    }
  }
  return out;
}

std::array<std::byte, SigningKey::kBytes> SigningKey::sign(Digest digest,
                                                           std::string_view text) const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::array<std::byte, kBytes> block;
  if (digest == Digest::kSha1) {
    SHA1(bytes, text.size(), hash.data());
    put_encoded(block, kSha1Prefix, std::span(hash).first(SHA_DIGEST_LENGTH));
  } else {
    SHA256(bytes, text.size(), hash.data());
    put_encoded(block, kSha256Prefix, hash);
  }
  Words message{};
  ByteReader reader(block);
  for (std::size_t word = kPrimes; word-- > 0;) message[word] = *reader.big<std::uint64_t>();
  auto power = powers(residues(message));
  for (std::size_t i = 0; i < kPrimes; ++i) power[i] = fields_[i].multiply(power[i], 1);
  power = put_together(power);
  for (std::size_t word = 0; word < kPrimes; ++word) {
    for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i) {
      block[kBytes - 1 - word * sizeof(std::uint64_t) - i] =
          static_cast<std::byte>(power[word] >> (8 * i));
    }
  }
  return block;
}

std::string SigningKey::certificate(const std::string& common_name, std::uint64_t serial) const {
  const auto key = openssl_key(primes_);
  const Certificate certificate(X509_new());
  LOOPGATE_CHECK(certificate != nullptr);
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial);
  ASN1_TIME_set_string(X509_getm_notBefore(made), "20200101000000Z");
  // "No well-defined expiration date" (RFC 5280 §4.1.2.5): the sandbox's clock may be moved far.
  ASN1_TIME_set_string(X509_getm_notAfter(made), "99991231235959Z");
  X509_NAME* const subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(made, subject);
  X509_set_pubkey(made, key.get());
  LOOPGATE_CHECK(X509_sign(made, key.get(), EVP_sha256()) > 0);
  return to_pem(made);
}

}  // namespace loopgate::codec
