// What guards a stack: termination protection and its policy.
#include <fmt/format.h>

#include <optional>

#include "base/json.h"
#include "emulators/cloudformation/limits.h"
#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

aws::Outcome<std::string> policy_of(const ApiCall& call) {
  if (!text(call, "StackPolicyURL").empty())
    return aws::refuse(aws::validation_error(
        "StackPolicyURL cannot be read here: give the policy as StackPolicyBody"));
  const std::string body = text(call, "StackPolicyBody");
  if (body.empty()) return body;
  if (body.size() > kMaxPolicyBytes)
    return aws::refuse(aws::validation_error(
        fmt::format("Stack policy is longer than {} bytes", kMaxPolicyBytes)));
  const auto policy = read_json(body);
  if (!policy || !policy->is_object() || !policy->contains("Statement"))
    return aws::refuse(
        aws::validation_error("Error validating stack policy: Invalid stack policy"));
  return body;
}

ApiResult update_termination_protection(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  if (!(*stack)->parent_id.empty())
    return aws::refuse(aws::validation_error(
        "Termination protection cannot be updated on a nested stack: update its root stack"));
  const json wanted = call.params.value("EnableTerminationProtection", json(false));
  context.deployer.change(call.caller.account, call.caller.region, (*stack)->id,
                          [&](cfn::StackRecord& record) {
                            record.termination_protection = wanted == true || wanted == "true";
                          });
  return json{{"StackId", (*stack)->id}};
}

ApiResult set_stack_policy(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  auto policy = policy_of(call);
  if (!policy) return aws::refuse(policy.error());
  context.deployer.change(call.caller.account, call.caller.region, (*stack)->id,
                          [&](cfn::StackRecord& record) { record.policy = std::move(*policy); });
  return json::object();
}

ApiResult get_stack_policy(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  json out = json::object();
  if (!(*stack)->policy.empty()) out["StackPolicyBody"] = (*stack)->policy;
  return out;
}

}  // namespace loopgate::cloudformation
