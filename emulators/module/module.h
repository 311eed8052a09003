// A service of the account as the account sees it. One folder is one module: its operations, its
// resource types, and what the two resets do to it. The account is a list of these; the front door,
// templates, health routes and messages follow from the list.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "base/result.h"
#include "emulators/http/front_door.h"
#include "emulators/module/surroundings.h"
#include "emulators/targets/dispatcher.h"
#include "template/resource.h"

namespace loopgate {

class Module {
 public:
  virtual ~Module() = default;

  // As AWS signs for it: "sqs".
  virtual std::string_view name() const = 0;
  // Offers its operations. They live as long as the module.
  virtual void add_to(http::FrontDoor& door) = 0;
  virtual std::vector<cfn::ResourceType*> resource_types() { return {}; }
  // How a payload becomes a call of this service, if it can be a target of topics, rules, schedules
  // and failed invocations.
  virtual std::optional<targets::Target> target() { return std::nullopt; }

  // `reset`: deletes everything that users of the accounts in scope made; what stacks made has gone
  // already. The error names what could not be deleted; the rest is gone all the same.
  virtual Status reset(const aws::AccountScope& scope) = 0;
  // `reset --keep-stacks`: whatever was made stays as it is configured, what it has seen and holds
  // (messages, events, rows, memories of them, calls under way) goes, within this call.
  virtual void forget(const aws::AccountScope& scope) = 0;
};

}  // namespace loopgate
