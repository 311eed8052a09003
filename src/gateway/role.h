// Sessions of customers' roles: assumed once, shared by all calls, renewed before they end.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "aws/ports.h"
#include "base/alive.h"
#include "gateway/context.h"
#include "gateway/deployment/destination_config.h"

namespace loopgate::gateway {

class RoleSessions {
 public:
  using Done = aws::Completion<aws::SessionPtr>;

  explicit RoleSessions(Context& context) : context_(context) {}

  // At once when a session is there, else when the role has been assumed; callers of one role are
  // served in the order in which they asked. A role that cannot be assumed is tried again by the
  // next caller.
  void with_session(const RoleSpec& role, Done done);
  // The gateway's own account: may do anything to its own resources.
  aws::SessionPtr service_account();

 private:
  struct Entry {
    aws::SessionPtr session;
    std::vector<Done> waiting;
  };
  using Key = std::pair<std::string, Duration>;

  bool is_fresh(const Entry& entry) const;
  void assumed(const Key& key, aws::Outcome<aws::SessionPtr> outcome);

  Context& context_;
  Alive alive_;  // completions may outlive us
  std::map<Key, Entry> entries_;
  aws::SessionPtr service_account_;
};

}  // namespace loopgate::gateway
