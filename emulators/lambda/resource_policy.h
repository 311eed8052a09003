// The policy that a function's permissions are.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "emulators/lambda/function.h"

namespace loopgate::lambda {

// JSON; empty when `resource`, the function's ARN or one with a qualifier, has no policy: a version
// and an alias have their own.
std::string resource_policy(const FunctionConfig& function, std::string_view resource);

nlohmann::json policy_statement(const PermissionStatement& permission, std::string_view resource);

}  // namespace loopgate::lambda
