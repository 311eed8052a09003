// The section Rules: what must hold of a deployment's parameters before anything is made.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
#pragma once

#include <vector>

#include "template/document.h"
#include "template/intrinsics.h"
#include "template/parameters.h"

namespace loopgate::cfn {

// The first assertion that does not hold is the error. `scope` has the parameters; resources and
// conditions are none of a rule's business.
Status check_rules(const Node& document, const Scope& scope,
                   const std::vector<ParameterValue>& parameters);

}  // namespace loopgate::cfn
