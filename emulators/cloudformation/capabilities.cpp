#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {
namespace {

using nlohmann::json;

constexpr const char* kIam = "CAPABILITY_IAM";
constexpr const char* kNamedIam = "CAPABILITY_NAMED_IAM";
constexpr const char* kAutoExpand = "CAPABILITY_AUTO_EXPAND";

// With the property that gives each a name of the user's own, if there is one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kIamTypes = {{
    {"AWS::IAM::AccessKey", ""},
    {"AWS::IAM::Group", "GroupName"},
    {"AWS::IAM::InstanceProfile", "InstanceProfileName"},
    {"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
    {"AWS::IAM::Policy", ""},
    {"AWS::IAM::Role", "RoleName"},
    {"AWS::IAM::User", "UserName"},
    {"AWS::IAM::UserToGroupAddition", ""},
}};

std::string_view name_property(std::string_view type) {
  const auto* const found = std::ranges::find(kIamTypes, type, [](auto& row) { return row.first; });
  return found == kIamTypes.end() ? "" : found->second;
}

bool is_iam(std::string_view type) {
  return std::ranges::any_of(kIamTypes, [&](auto& row) { return row.first == type; });
}

bool has(const std::vector<std::string>& capabilities, std::string_view name) {
  return std::ranges::find(capabilities, name) != capabilities.end();
}

}  // namespace

std::vector<std::string> missing_capabilities(const cfn::DeployRequest& request,
                                              const cfn::Plan& plan) {
  bool makes = false;
  bool names = false;
  for (const auto& resource : plan.resources) {
    if (!is_iam(resource.type)) continue;
    makes = true;
    const std::string name(name_property(resource.type));
    names |= !name.empty() && resource.expected.contains(name);
  }
  if (names && !has(request.capabilities, kNamedIam)) return {kNamedIam};
  if (makes && !has(request.capabilities, kIam) && !has(request.capabilities, kNamedIam))
    return {kIam};
  return {};
}

std::optional<aws::AwsError> refuse_unacknowledged(const cfn::DeployRequest& request,
                                                   const cfn::Plan& plan) {
  auto missing = missing_capabilities(request, plan);
  if (has_transform(request) && !has(request.capabilities, kAutoExpand))
    missing.emplace_back(kAutoExpand);
  if (missing.empty()) return std::nullopt;
  return insufficient_capabilities(missing);
}

bool has_transform(const cfn::DeployRequest& request) {
  const auto document = cfn::parse_document(request.template_text, "template");
  return document && document->find("Transform") != nullptr;
}

aws::AwsError insufficient_capabilities(const std::vector<std::string>& missing) {
  return {"InsufficientCapabilitiesException",
          fmt::format("Requires capabilities : [{}]", fmt::join(missing, ", ")),
          400,
          {}};
}

void add_capabilities(json& summary, const cfn::Node& document) {
  std::set<std::string> types;
  bool names = false;
  for (const auto& resource : document.find("Resources")->members) {
    const cfn::Node* const type = resource.value.find("Type");
    if (!type || !is_iam(type->text)) continue;
    types.insert(type->text);
    const cfn::Node* const properties = resource.value.find("Properties");
    const auto name = name_property(type->text);
    names |= properties && !name.empty() && properties->find(name) != nullptr;
  }
  auto& capabilities = summary["Capabilities"] = json::array();
  if (!types.empty()) {
    capabilities.push_back(names ? kNamedIam : kIam);
    summary["CapabilitiesReason"] =
        fmt::format("The following resource(s) require capabilities: [{}]", fmt::join(types, ", "));
  }
  if (document.find("Transform") != nullptr) capabilities.push_back(kAutoExpand);
}

}  // namespace loopgate::cloudformation
