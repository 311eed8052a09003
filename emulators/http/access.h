// Who calls and whether they may: what the front door asks of IAM.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/session.h"
#include "emulators/http/api.h"

namespace loopgate::http {

struct AccessOptions {
  bool enforce = false;  // deny what AWS would deny, instead of telling it
  // Verify signatures: those of temporary credentials by their secrets, all others by this one.
  std::optional<std::string> secret{};
};

class Access {
 public:
  virtual ~Access() = default;
  // The session whose temporary credentials the request carries; null for all others, who call as
  // their account's root. `action` is "sqs:SendMessage", or empty where only the service's handler
  // knows it. Errors: ExpiredToken; where signatures are verified, those of a bad one.
  virtual aws::Outcome<aws::SessionPtr> identify(const Request& request,
                                                 std::string_view action) = 0;
  // AccessDenied, in the code of the service, when the caller may not.
  virtual aws::Outcome<void> permit(const Caller& caller, const Permission& permission) = 0;
};

}  // namespace loopgate::http
