// On whose behalf a call is made, and how its end is told.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/error.h"
#include "base/time.h"

namespace loopgate::aws {

// What a call to a service beyond this process is signed with. Embedded services need none.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;

  bool empty() const { return access_key_id.empty(); }
};

// What AssumeRole gives. A session with an empty `role_arn` is the gateway's own service account,
// which may do anything to its own resources (the delivery queues).
struct Session {
  std::string account;
  std::string role_arn;
  std::string name;
  WallTime expires{};
  Credentials credentials{};
};
using SessionPtr = std::shared_ptr<const Session>;

// Called exactly once.
template <class T>
using Completion = std::move_only_function<void(Outcome<T>)>;

struct Done {};

}  // namespace loopgate::aws
