// The section Outputs: values for whoever asks, and exports for other stacks.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
#pragma once

#include <vector>

#include "template/deployer.h"
#include "template/plan.h"
#include "template/stack.h"

namespace loopgate::cfn {

// Parallel to the plan's outputs.
Result<std::vector<OutputRecord>> evaluate_outputs(const Plan& plan, const Scope& scope,
                                                   const DynamicReferences& references);

// An export has one owner, and stays as it is while another stack imports it. What is not resolved
// yet passes. `outputs` as evaluate_outputs gives them.
Status check_exports(const Plan& plan, const std::vector<OutputRecord>& outputs,
                     const StackContext& stack, const Deployer& deployer);

}  // namespace loopgate::cfn
