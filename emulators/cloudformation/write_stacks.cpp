#include <fmt/format.h>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

// Both answer when the template is found good; how it goes on is asked by DescribeStacks.
ApiResult create_stack(Context& context, const ApiCall& call) {
  const std::string name = text(call, "StackName");
  const auto* const existing = context.deployer.find(call.caller.account, call.caller.region, name);
  if (existing && !existing->interrupted) {
    return aws::refuse(
        {"AlreadyExistsException", fmt::format("Stack [{}] already exists", name), 400, {}});
  }
  auto request = deploy_request(call, nullptr);
  if (!request) return aws::refuse(request.error());
  const auto plan = context.deployer.check(*request);
  if (!plan) return aws::refuse(invalid(plan.error()));
  if (auto refused = refuse_unacknowledged(*request, **plan)) return aws::refuse(*refused);
  const auto id = context.deployer.start_deploy(std::move(*request), nullptr);
  if (!id) return aws::refuse(invalid(id.error()));
  return json{{"StackId", *id}};
}

ApiResult update_stack(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  if (const auto ok = check_updatable(**stack); !ok) return aws::refuse(ok.error());
  auto request = deploy_request(call, *stack);
  if (!request) return aws::refuse(request.error());
  const auto plan = context.deployer.check(*request);
  if (!plan) return aws::refuse(invalid(plan.error()));
  if (changes_nothing(*request, **plan, **stack))
    return aws::refuse(aws::validation_error("No updates are to be performed."));
  if (auto refused = refuse_unacknowledged(*request, **plan)) return aws::refuse(*refused);
  const auto id = context.deployer.start_deploy(std::move(*request), nullptr);
  if (!id) return aws::refuse(invalid(id.error()));
  return json{{"StackId", *id}};
}

// Deleting what is not there succeeds, as in AWS.
ApiResult delete_stack(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack || (*stack)->status == cfn::StackStatus::kDeleteComplete) return json::object();
  if ((*stack)->status == cfn::StackStatus::kDeleteInProgress) return json::object();
  const auto ok =
      context.deployer.start_remove(call.caller.account, call.caller.region, (*stack)->id, nullptr);
  if (!ok) return aws::refuse(invalid(ok.error()));
  return json::object();
}

}  // namespace loopgate::cloudformation
