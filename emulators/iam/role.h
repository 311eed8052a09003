// What IAM keeps: roles and the customer's managed policies.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "emulators/iam/policy.h"

namespace loopgate::iam {

struct InlinePolicy {
  std::string document;
  Policy policy;
};

struct Role {
  std::string arn;
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // "AROA…"
  std::string description;
  std::int64_t max_session_seconds = 3600;
  WallTime created{};
  std::string trust_document;
  Policy trust;
  std::map<std::string, InlinePolicy> inline_policies;
  std::vector<std::string> attached;  // ARNs of managed policies
};

struct ManagedPolicy {
  std::string arn;
  std::string name;
  std::string path = "/";
  std::string id;  // "ANPA…"
  WallTime created{};
  std::string document;
  Policy policy;
};

}  // namespace loopgate::iam
