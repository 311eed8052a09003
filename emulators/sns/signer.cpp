#include "emulators/sns/signer.h"

#include <cstring>

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/sha256.h"

namespace loopgate::sns {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE sns_signing_key (id INTEGER PRIMARY KEY CHECK (id = 1), primes BLOB NOT NULL)";
constexpr const char* kCommonName = "sns.amazonaws.com";  // as on AWS

using codec::SigningKey;

ByteSpan bytes_of(const SigningKey& key) {
  return std::as_bytes(std::span(key.primes()));
}

std::optional<SigningKey> key_from(ByteSpan bytes) {
  SigningKey::Primes primes;
  if (bytes.size() != sizeof(primes)) return std::nullopt;
  std::memcpy(primes.data(), bytes.data(), sizeof(primes));
  return SigningKey::from_primes(primes);
}

}  // namespace

Signer::Signer(store::Store& store, Random& random) : store_(store), random_(random) {
  (void)store_.migrate("sns_signing", {kTable});
  store_.on_rollback([this] { key_.reset(); });
}

const SigningKey& Signer::key() {
  if (key_) return *key_;
  auto find = store_.prepare("SELECT primes FROM sns_signing_key");
  if (find.step()) key_ = key_from(find.blob(0));
  find.reset();
  if (!key_) {
    key_ = SigningKey::generate(random_);
    store_.prepare("INSERT OR REPLACE INTO sns_signing_key VALUES (1, ?1)")
        .bind(1, bytes_of(*key_))
        .run();
  }
  certificate_name_ =
      "SimpleNotificationService-" + codec::sha256_hex(bytes_of(*key_)).substr(0, 32) + ".pem";
  return *key_;
}

std::string Signer::sign(std::string_view version, std::string_view text) {
  const auto digest = version == "2" ? SigningKey::Digest::kSha256 : SigningKey::Digest::kSha1;
  return codec::base64_encode(key().sign(digest, text));
}

const std::string& Signer::certificate_name() {
  (void)key();
  return certificate_name_;
}

std::string Signer::certificate() {
  std::uint64_t serial = 0;
  const auto hash = codec::sha256(bytes_of(key()));
  std::memcpy(&serial, hash.data(), sizeof(serial));
  return key().certificate(kCommonName, serial >> 1);
}

}  // namespace loopgate::sns
