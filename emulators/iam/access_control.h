// IAM at the front door: whose credentials a request carries, and whether that caller may.
//
// The sandbox tells what AWS would deny and lets it pass (one `would-be-denied` event for each
// caller, action and resource, until a policy changes or the sandbox is reset), or denies it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/journal.h"
#include "emulators/http/access.h"
#include "emulators/iam/roles.h"
#include "emulators/iam/temporary_credentials.h"

namespace loopgate::iam {

class AccessControl final : public http::Access {
 public:
  // The policy of a resource by its ARN: empty when it has none, nullopt when there is no such
  // resource, or none of that kind has a policy.
  using PolicyOf = std::function<std::optional<std::string>(const std::string& arn)>;

  // All are borrowed and outlive this.
  AccessControl(Roles& roles, TemporaryCredentials& credentials, const Clock& clock,
                Journal& journal, http::AccessOptions options, PolicyOf policy_of);

  // Besides: InvalidClientTokenId and those of aws::verify where signatures are verified.
  aws::Outcome<aws::SessionPtr> identify(const http::Request& request,
                                         std::string_view action) override;
  aws::Outcome<void> permit(const http::Caller& caller,
                            const http::Permission& permission) override;

  // Of a session in process, which is always denied what its policies do not allow.
  aws::Outcome<void> authorize(const aws::Session& session, std::string_view action,
                               const std::string& resource);
  // What to do about a denial: gives it back, or tells it and lets pass. `remedy` is a sentence.
  aws::Outcome<void> denied(aws::AwsError denial, const std::string& resource,
                            const std::string& remedy);

 private:
  // With the journal's warning that says what would let it pass.
  aws::Outcome<void> refused(aws::AwsError denial, const std::string& remedy);
  std::string policy_of(const std::string& resource) const;
  bool exists(const std::string& resource) const;

  Roles& roles_;
  TemporaryCredentials& credentials_;
  const Clock& clock_;
  Journal& journal_;
  http::AccessOptions options_;
  PolicyOf policy_of_;
};

// "arn:aws:sts::…:assumed-role/…", or that of the account's root.
std::string caller_arn(const http::Caller& caller);

}  // namespace loopgate::iam
