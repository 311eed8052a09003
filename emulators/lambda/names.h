// The pieces of a function's ARN and of the names that callers choose.
#pragma once

#include <string>
#include <string_view>

#include "emulators/lambda/function.h"

namespace loopgate::lambda {

// "arn:aws:lambda:R:A:function:NAME:QUALIFIER" without ":QUALIFIER".
std::string_view without_qualifier(std::string_view arn);
std::string_view qualifier_of(std::string_view arn);  // empty when there is none

// Of X-Amz-Tenant-Id, https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html; empty is
// allowed here.
bool is_tenant_id(std::string_view id);

// What a qualifier executes: "$LATEST", a version, or the version of an alias.
std::string version_of(const FunctionConfig& config, std::string_view qualifier);

}  // namespace loopgate::lambda
