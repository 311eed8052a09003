// The key with which topics sign what they send, and its certificate. There is none before the
// first message that needs one; from then on it stays with the data, so that what was sent
// yesterday can be verified tomorrow.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "codec/signing_key.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

class Signer {
 public:
  // Below the sandbox's address.
  static constexpr std::string_view kPath = "/_aws/sns/";

  Signer(store::Store& store, Random& random);
  Signer(const Signer&) = delete;

  // In base64. `version`: "1" signs with SHA-1, "2" with SHA-256.
  std::string sign(std::string_view version, std::string_view text);

  // "SimpleNotificationService-….pem": each key's own.
  const std::string& certificate_name();
  std::string certificate();  // PEM

 private:
  const codec::SigningKey& key();

  store::Store& store_;
  Random& random_;
  std::optional<codec::SigningKey> key_;
  std::string certificate_name_;
};

}  // namespace loopgate::sns
