#include "template/nested_stack.h"

#include <fmt/format.h>

#include "template/deployer.h"
#include "template/limits.h"
#include "template/nested_templates.h"
#include "template/stack_tags.h"

namespace loopgate::cfn {

namespace {

using nlohmann::json;

std::string as_text(const json& value) {
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : write_json(value);
  std::string out;
  for (const json& item : value) out += (out.empty() ? "" : ",") + as_text(item);
  return out;
}

std::map<std::string, std::string> parameters_of(const json& properties) {
  std::map<std::string, std::string> out;
  const auto found = properties.find("Parameters");
  if (found == properties.end() || !found->is_object()) return out;
  for (const auto& [name, value] : found->items()) out[name] = as_text(value);
  return out;
}

// A nested template's own paths are relative to it.
std::string folder_of(const std::string& folder, const std::string& url) {
  const auto slash = url.rfind('/');
  const std::string inner = slash == std::string::npos ? "" : url.substr(0, slash);
  if (inner.empty() || url.starts_with('/')) return inner.empty() ? folder : inner;
  return folder.empty() ? inner : folder + "/" + inner;
}

ResourceState state_of(const StackSummary& summary) {
  ResourceState out;
  out.physical_id = summary.id;
  for (const OutputRecord& output : summary.outputs)
    out.attributes["Outputs." + output.key] = output.value;
  return out;
}

Error embedded(const std::string& id, std::string_view verb, const Error& error) {
  return {fmt::format("Embedded stack {} was not successfully {}: {}", id, verb, error.message),
          error.where};
}

bool parameters_are_known(const json& properties) {
  const auto found = properties.find("Parameters");
  return found == properties.end() || !is_unresolved(write_json(*found));
}

}  // namespace

std::vector<std::string_view> NestedStackType::properties(std::string_view) const {
  return {"NotificationARNs", "Parameters", "Tags", "TemplateURL", "TimeoutInMinutes", kNestedBody};
}

DeployRequest NestedStackType::request_for(const ResourceRequest& request) const {
  const StackContext& parent = *request.stack;
  const json& properties = request.properties;
  DeployRequest out;
  out.template_text = property_text(properties, kNestedBody);
  const std::string url = property_text(properties, "TemplateURL");
  out.template_file = parent.template_folder.empty() ? url : parent.template_folder + "/" + url;
  out.template_folder = folder_of(parent.template_folder, url);
  out.parameters = parameters_of(properties);
  out.region = parent.region;
  out.account = parent.account;
  out.allow_unsupported = parent.allow_unsupported;
  out.tags = property_tags(without_system_tags(properties));
  out.parent_id = parent.id;
  out.root_id = parent.id;
  if (const auto* const record = deployer_.find(parent.account, parent.region, parent.id)) {
    out.capabilities = record->capabilities;
    if (!record->root_id.empty()) out.root_id = record->root_id;
  }
  return out;
}

int NestedStackType::depth_of(const StackContext& stack) const {
  int depth = 0;
  const auto* record = deployer_.find(stack.account, stack.region, stack.id);
  for (; record && !record->parent_id.empty() && depth < kMaxNestedStacks; ++depth)
    record = deployer_.find(record->account, record->region, record->parent_id);
  return depth;
}

// As far as it can be told before what it is given is there.
Status NestedStackType::validate(const ResourceRequest& request,
                                 std::vector<std::string>& warnings) {
  if (validating_ >= kMaxNestedStacks || depth_of(*request.stack) >= kMaxNestedStacks)
    return fail(fmt::format("stacks are nested more than {} deep: does a template hold itself?",
                            kMaxNestedStacks),
                request.place);
  if (!parameters_are_known(request.properties)) return {};
  DeployRequest nested = request_for(request);
  if (const auto* const there = deployer_.find(nested.account, nested.region, request.physical_id))
    nested.stack_name = there->name;
  ++validating_;
  const auto plan = deployer_.check(nested);
  --validating_;
  if (!plan) return std::unexpected(plan.error());
  warnings.insert(warnings.end(), (*plan)->warnings.begin(), (*plan)->warnings.end());
  return {};
}

void NestedStackType::create(const ResourceRequest& request, ResourceDone done) {
  constexpr std::size_t kMaxName = 128;
  DeployRequest nested = request_for(request);
  nested.stack_name = generated_name(request, random_, kMaxName);
  const auto shared = std::make_shared<ResourceDone>(std::move(done));
  const auto made = std::make_shared<std::string>();
  const auto id = deployer_.start_deploy(
      std::move(nested),
      [this, shared, made, stack = *request.stack](Result<StackSummary> summary) {
        if (summary) return (*shared)(state_of(*summary));
        take_away(stack, *made, embedded(*made, "created", summary.error()), std::move(*shared));
      });
  if (!id) return (*shared)(std::unexpected(id.error()));
  *made = *id;
  announce(request, *id);
}

// It was rolled back; nothing of it stays.
void NestedStackType::take_away(const StackContext& stack, const std::string& id, Error error,
                                ResourceDone done) {
  const auto shared = std::make_shared<ResourceDone>(std::move(done));
  deployer_.remove(stack.account, stack.region, id,
                   [shared, error = std::move(error)](const Status&) mutable {
                     (*shared)(std::unexpected(std::move(error)));
                   });
}

// Waits for what is under way, such as its own way back after the sandbox ended.
void NestedStackType::update(const ResourceRequest& request, ResourceDone done) {
  const StackContext& stack = *request.stack;
  const auto* const there = deployer_.find(stack.account, stack.region, request.physical_id);
  if (!there || there->status == StackStatus::kDeleteComplete)
    return create(request, std::move(done));
  DeployRequest nested = request_for(request);
  nested.stack_name = there->name;
  nested.update = true;
  const auto shared = std::make_shared<ResourceDone>(std::move(done));
  deployer_.deploy(std::move(nested), [shared, id = there->id](Result<StackSummary> summary) {
    if (summary) return (*shared)(state_of(*summary));
    (*shared)(std::unexpected(embedded(id, "updated", summary.error())));
  });
}

void NestedStackType::remove(const ResourceRequest& request, RemoveDone done) {
  const StackContext& stack = *request.stack;
  const auto* const there = deployer_.find(stack.account, stack.region, request.physical_id);
  if (!there || there->status == StackStatus::kDeleteComplete) return done({});
  deployer_.remove(stack.account, stack.region, there->id, std::move(done));
}

}  // namespace loopgate::cfn
