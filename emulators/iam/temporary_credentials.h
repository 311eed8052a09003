// The credentials that AssumeRole gives and that functions run with. The token carries its session,
// sealed with a key of this sandbox: nothing is kept of them, and they hold over a restart.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/session.h"
#include "base/bytes.h"
#include "base/random.h"
#include "emulators/store/store.h"

namespace loopgate::iam {

class TemporaryCredentials {
 public:
  // What a token says. A role of the same name that was made since is another one.
  struct Sealed {
    aws::Session session;
    std::string role_id;  // "AROA…"
  };

  // Both outlive this.
  TemporaryCredentials(store::Store& store, Random& random);
  TemporaryCredentials(const TemporaryCredentials&) = delete;

  // The token begins with `label` (without a '.'): two sessions that are alike differ by it.
  aws::Credentials issue(const aws::Session& session, std::string_view role_id,
                         std::string_view label);
  // nullopt when the token is not one of ours, or not of this access key. It may have expired.
  std::optional<Sealed> read(std::string_view token, std::string_view access_key_id);
  // Of the access key id of a token that was read.
  std::string secret_of(std::string_view access_key_id);

 private:
  const Bytes& key();
  std::string sealed(std::string_view text);  // hexadecimal

  store::Store& store_;
  Random& random_;
  Bytes key_;  // empty until it is asked for
};

}  // namespace loopgate::iam
