// The pieces of a function's ARN and of the names that callers choose.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "emulators/lambda/function.h"

namespace loopgate::lambda {

// "arn:aws:lambda:R:A:function:NAME:QUALIFIER" without ":QUALIFIER".
std::string_view without_qualifier(std::string_view arn);
std::string_view qualifier_of(std::string_view arn);  // empty when there is none

// Of X-Amz-Tenant-Id, https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html; empty is
// allowed here.
bool is_tenant_id(std::string_view id);

// What a qualifier means: "$LATEST", a version, or the (first) version of an alias. `function` is
// $LATEST's configuration.
std::string version_of(const FunctionConfig& function, std::string_view qualifier);
// The same; of an alias with weights, one of its versions by chance.
std::string version_to_run(const FunctionConfig& function, std::string_view qualifier,
                           Random& random);
// Whether it can only be an alias's name: not a number and not $LATEST.
bool names_alias(std::string_view qualifier);

}  // namespace loopgate::lambda
