// The policy that a function's permissions are.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
#pragma once

#include <string>

#include "emulators/lambda/function.h"

namespace loopgate::lambda {

// JSON. `resource` is the ARN that is asked for, with a qualifier or without: permissions are of
// the function, whatever they were given for.
std::string resource_policy(const FunctionConfig& function, const std::string& resource);

}  // namespace loopgate::lambda
