#include <algorithm>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

namespace {

json parameters_of(const cfn::StackRecord& stack) {
  json out = json::array();
  for (const auto& parameter : stack.parameters) {
    out.push_back({{"ParameterKey", parameter.name},
                   {"ParameterValue", parameter.no_echo ? "****" : parameter.value}});
  }
  return out;
}

json outputs_of(const cfn::StackRecord& stack) {
  json out = json::array();
  for (const auto& output : stack.outputs) {
    json one = {{"OutputKey", output.key}, {"OutputValue", output.value}};
    if (!output.description.empty()) one["Description"] = output.description;
    if (!output.export_name.empty()) one["ExportName"] = output.export_name;
    out.push_back(std::move(one));
  }
  return out;
}

// What DescribeStacks and ListStacks have in common.
json summary_of(const cfn::StackRecord& stack) {
  json out = {{"StackId", stack.id},
              {"StackName", stack.name},
              {"CreationTime", seconds(stack.created)},
              {"StackStatus", cfn::name(stack.status)},
              {"DriftInformation", {{"StackDriftStatus", "NOT_CHECKED"}}}};
  if (!stack.reason.empty()) out["StackStatusReason"] = stack.reason;
  if (stack.updated != stack.created) out["LastUpdatedTime"] = seconds(stack.updated);
  if (stack.status == cfn::StackStatus::kDeleteComplete)
    out["DeletionTime"] = seconds(stack.deleted);
  if (!stack.parent_id.empty()) out["ParentId"] = stack.parent_id;
  if (!stack.root_id.empty()) out["RootId"] = stack.root_id;
  return out;
}

json description_of(const cfn::StackRecord& stack) {
  json out = summary_of(stack);
  if (!stack.description.empty()) out["Description"] = stack.description;
  add_unless_empty(out, "Parameters", parameters_of(stack));
  add_unless_empty(out, "Outputs", outputs_of(stack));
  add_unless_empty(out, "Capabilities", stack.capabilities);
  out["Tags"] = pairs(stack.tags);
  out["NotificationARNs"] = stack.notification_arns;
  if (!stack.role_arn.empty()) out["RoleARN"] = stack.role_arn;
  if (!stack.change_set_id.empty()) out["ChangeSetId"] = stack.change_set_id;
  out["DisableRollback"] = stack.on_failure == "DO_NOTHING";
  out["EnableTerminationProtection"] = stack.termination_protection;
  out["RollbackConfiguration"] = json::object();
  return out;
}

}  // namespace

ApiResult describe_stacks(Context& context, const ApiCall& call) {
  json stacks = json::array();
  if (!text(call, "StackName").empty()) {
    const auto stack = named_stack(context, call);
    if (!stack) return aws::refuse(stack.error());
    stacks.push_back(description_of(**stack));
  } else {
    for (const auto* const stack : context.deployer.list(call.caller.account, call.caller.region)) {
      if (stack->status != cfn::StackStatus::kDeleteComplete)
        stacks.push_back(description_of(*stack));
    }
  }
  return json{{"Stacks", std::move(stacks)}};
}

ApiResult list_stacks(Context& context, const ApiCall& call) {
  const json wanted = call.params.value("StackStatusFilter", json::array());
  json out = json::array();
  for (const auto* const stack : context.deployer.list(call.caller.account, call.caller.region)) {
    const bool shown =
        wanted.empty() || std::ranges::find(wanted, json(cfn::name(stack->status))) != wanted.end();
    if (shown) out.push_back(summary_of(*stack));
  }
  return json{{"StackSummaries", std::move(out)}};
}

}  // namespace loopgate::cloudformation
