// What a change set tells of the resources.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
#pragma once

#include <nlohmann/json.hpp>

#include "template/plan.h"
#include "template/stack.h"

namespace loopgate::cloudformation {

// By logical id; what stays as it is is not listed. Null `existing`: everything is added.
nlohmann::json changes_of(const cfn::Plan& plan, const cfn::StackRecord* existing);

}  // namespace loopgate::cloudformation
