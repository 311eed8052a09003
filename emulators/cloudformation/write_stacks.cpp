#include <fmt/format.h>

#include "emulators/cloudformation/changes.h"
#include "emulators/cloudformation/operations.h"
#include "emulators/cloudformation/stack_policy.h"

namespace loopgate::cloudformation {

using nlohmann::json;

namespace {

aws::Outcome<cfn::RemoveOptions> removal_of(const ApiCall& call, const cfn::StackRecord& stack) {
  if (stack.termination_protection)
    return aws::refuse(aws::validation_error(fmt::format(
        "Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name)));
  cfn::RemoveOptions out{{}, text(call, "ClientRequestToken")};
  for (const auto& id : call.params.value("RetainResources", std::vector<std::string>())) {
    if (stack.status != cfn::StackStatus::kDeleteFailed)
      return aws::refuse(aws::validation_error(fmt::format(
          "Invalid operation on stack [{}]. RetainResources is for stacks in DELETE_FAILED state",
          stack.id)));
    if (!stack.find_resource(id))
      return aws::refuse(aws::validation_error(
          fmt::format("Resource {} does not exist for stack {}", id, stack.name)));
    out.retain.insert(id);
  }
  return out;
}

}  // namespace

// Both answer when the template is found good; how it goes on is asked by DescribeStacks.
ApiResult create_stack(Context& context, const ApiCall& call) {
  if (const auto ok = require_name(call); !ok) return aws::refuse(ok.error());
  const std::string name = text(call, "StackName");
  const auto* const existing = context.deployer.find(call.caller.account, call.caller.region, name);
  if (existing && !existing->interrupted) {
    return aws::refuse(
        {"AlreadyExistsException", fmt::format("Stack [{}] already exists", name), 400, {}});
  }
  auto request = deploy_request(call, nullptr);
  if (!request) return aws::refuse(request.error());
  if (const auto ok = check_template(*request); !ok) return aws::refuse(ok.error());
  auto policy = policy_of(call);
  if (!policy) return aws::refuse(policy.error());
  const auto plan = context.deployer.check(*request);
  if (!plan) return aws::refuse(invalid(plan.error()));
  if (auto refused = refuse_unacknowledged(*request, **plan)) return aws::refuse(*refused);
  const auto id = context.deployer.start_deploy(std::move(*request), nullptr);
  if (!id) return aws::refuse(invalid(id.error()));
  if (!policy->empty()) {
    context.deployer.change(call.caller.account, call.caller.region, *id,
                            [&](cfn::StackRecord& stack) { stack.policy = std::move(*policy); });
  }
  return json{{"StackId", *id}};
}

ApiResult update_stack(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  if (const auto ok = check_updatable(**stack); !ok) return aws::refuse(ok.error());
  auto request = deploy_request(call, *stack);
  if (!request) return aws::refuse(request.error());
  if (const auto ok = check_template(*request); !ok) return aws::refuse(ok.error());
  const auto plan = context.deployer.check(*request);
  if (!plan) return aws::refuse(invalid(plan.error()));
  if (changes_nothing(*request, **plan, **stack))
    return aws::refuse(aws::validation_error("No updates are to be performed."));
  if (auto refused = refuse_unacknowledged(*request, **plan)) return aws::refuse(*refused);
  const std::string during = text(call, "StackPolicyDuringUpdateBody");
  request->denied =
      denied_updates(during.empty() ? (*stack)->policy : during, changes_of(**plan, *stack));
  const auto id = context.deployer.start_deploy(std::move(*request), nullptr);
  if (!id) return aws::refuse(invalid(id.error()));
  return json{{"StackId", *id}};
}

// Deleting what is not there succeeds, as in AWS.
ApiResult delete_stack(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack || (*stack)->status == cfn::StackStatus::kDeleteComplete) return json::object();
  if ((*stack)->status == cfn::StackStatus::kDeleteInProgress) return json::object();
  auto options = removal_of(call, **stack);
  if (!options) return aws::refuse(options.error());
  context.change_sets.erase_of_stack((*stack)->id);
  const auto ok = context.deployer.start_remove(call.caller.account, call.caller.region,
                                                (*stack)->id, nullptr, std::move(*options));
  if (!ok) return aws::refuse(invalid(ok.error()));
  return json::object();
}

}  // namespace loopgate::cloudformation
