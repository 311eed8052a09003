// Mobile applications and the devices that are registered with them. What is published to a device
// does not leave the machine: captured.h.
// https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "base/random.h"
#include "emulators/sns/topic.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

// An application or an endpoint.
struct PlatformThing {
  std::string arn;
  AttributeMap attributes;  // as they are shown: without credentials
};

// "GCM" of ".../GCM/name" and ".../GCM/name/id".
std::string platform_of(std::string_view arn);

class Platforms {
 public:
  Platforms(store::Store& store, Random& random);
  Platforms(const Platforms&) = delete;

  // Finds one of that name as it is.
  aws::Outcome<std::string> create_application(const std::string& account,
                                               const std::string& region, const std::string& name,
                                               const std::string& platform,
                                               const AttributeMap& attributes);
  void delete_application(const std::string& arn);  // with its endpoints; one that is gone counts
  aws::Outcome<PlatformThing> application(const std::string& arn);
  aws::Outcome<void> set_application(const std::string& arn, const AttributeMap& attributes);
  // By ARN, behind `after`.
  std::vector<PlatformThing> applications(const std::string& account, const std::string& region,
                                          const std::string& after, std::size_t limit);

  // Finds one of that token with the same attributes. `attributes` may have CustomUserData.
  aws::Outcome<std::string> create_endpoint(const std::string& application_arn,
                                            const std::string& token,
                                            const AttributeMap& attributes);
  void delete_endpoint(const std::string& arn);
  std::optional<PlatformThing> find_endpoint(const std::string& arn);
  aws::Outcome<PlatformThing> endpoint(const std::string& arn);
  aws::Outcome<void> set_endpoint(const std::string& arn, const AttributeMap& attributes);
  std::vector<PlatformThing> endpoints(const std::string& application_arn, const std::string& after,
                                       std::size_t limit);

  void reset(const aws::AccountScope& scope);

 private:
  std::optional<PlatformThing> find(store::Statement& statement, const std::string& arn);

  store::Store& store_;
  Random& random_;
  store::Statement find_application_;
  store::Statement put_application_;
  store::Statement find_endpoint_;
  store::Statement put_endpoint_;
};

}  // namespace loopgate::sns
