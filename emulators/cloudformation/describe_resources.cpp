#include <fmt/format.h>

#include <ranges>

#include "base/json.h"
#include "emulators/cloudformation/operations.h"
#include "template/stack_tags.h"

namespace loopgate::cloudformation {

using nlohmann::json;

namespace {

json resource_of(const cfn::StackRecord& stack, const cfn::ResourceRecord& resource,
                 const char* time) {
  json out = {{"StackId", stack.id},
              {"StackName", stack.name},
              {"LogicalResourceId", resource.logical_id},
              {"PhysicalResourceId", resource.physical_id},
              {"ResourceType", resource.type},
              {"ResourceStatus", resource.status},
              {time, seconds(resource.updated)},
              {"DriftInformation", {{"StackResourceDriftStatus", "NOT_CHECKED"}}}};
  if (!resource.reason.empty()) out["ResourceStatusReason"] = resource.reason;
  return out;
}

// Of each event, by its place: an event without its own properties has those of the one before it.
std::vector<std::string> properties_of_events(const cfn::StackRecord& stack) {
  std::map<std::string, std::string> last;
  for (const auto* const list : {&stack.garbage, &stack.resources}) {
    for (const auto& resource : *list)
      last[resource.logical_id] = write_json(cfn::shown_properties(resource.properties));
  }
  std::vector<std::string> out;
  for (const auto& event : stack.events) {
    if (!event.properties.empty()) last[event.logical_id] = event.properties;
    const auto found = last.find(event.logical_id);
    out.push_back(found == last.end() ? "" : found->second);
  }
  return out;
}

}  // namespace

ApiResult describe_stack_resource(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  const std::string id = text(call, "LogicalResourceId");
  const auto* const resource = (*stack)->find_resource(id);
  if (!resource) {
    return aws::refuse(aws::validation_error(
        fmt::format("Resource {} does not exist for stack {}", id, (*stack)->name)));
  }
  json detail = resource_of(**stack, *resource, "LastUpdatedTimestamp");
  detail["Metadata"] = write_json(resource->metadata);
  return json{{"StackResourceDetail", std::move(detail)}};
}

ApiResult describe_stack_resources(Context& context, const ApiCall& call) {
  const std::string wanted = text(call, "LogicalResourceId");
  const std::string physical = text(call, "PhysicalResourceId");
  json out = json::array();
  const auto add = [&](const cfn::StackRecord& stack) {
    for (const auto& resource : stack.resources) {
      if (wanted.empty() || resource.logical_id == wanted)
        out.push_back(resource_of(stack, resource, "Timestamp"));
    }
  };
  if (!text(call, "StackName").empty()) {
    const auto stack = named_stack(context, call);
    if (!stack) return aws::refuse(stack.error());
    add(**stack);
    return json{{"StackResources", std::move(out)}};
  }
  for (const auto* const stack : context.deployer.list(call.caller.account, call.caller.region)) {
    for (const auto& resource : stack->resources) {
      if (physical.empty() || resource.physical_id != physical) continue;
      add(*stack);
      return json{{"StackResources", std::move(out)}};
    }
  }
  return aws::refuse(aws::validation_error(
      physical.empty() ? "StackName or PhysicalResourceId must be specified."
                       : fmt::format("Stack for {} does not exist", physical)));
}

ApiResult list_stack_resources(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  json out = json::array();
  for (const auto& resource : (*stack)->resources)
    out.push_back(resource_of(**stack, resource, "LastUpdatedTimestamp"));
  return json{{"StackResourceSummaries", std::move(out)}};
}

// Newest first, as AWS gives them.
ApiResult describe_stack_events(Context& context, const ApiCall& call) {
  const auto stack = named_stack(context, call);
  if (!stack) return aws::refuse(stack.error());
  json out = json::array();
  auto properties = properties_of_events(**stack);
  for (const auto& event : std::views::reverse((*stack)->events)) {
    json one = {{"StackId", (*stack)->id},
                {"EventId", event.id},
                {"StackName", (*stack)->name},
                {"LogicalResourceId", event.logical_id},
                {"PhysicalResourceId", event.physical_id},
                {"ResourceType", event.type},
                {"ResourceStatus", event.status},
                {"Timestamp", seconds(event.at)}};
    if (!event.reason.empty()) one["ResourceStatusReason"] = event.reason;
    if (!event.token.empty()) one["ClientRequestToken"] = event.token;
    if (!properties.back().empty() && event.physical_id != (*stack)->id)
      one["ResourceProperties"] = std::move(properties.back());
    properties.pop_back();
    out.push_back(std::move(one));
  }
  return json{{"StackEvents", std::move(out)}};
}

}  // namespace loopgate::cloudformation
