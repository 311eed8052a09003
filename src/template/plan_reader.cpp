#include "template/plan_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "template/limits.h"
#include "template/suggestion.h"

namespace loopgate::cfn {

namespace {

const std::vector<std::string> kSections = {"AWSTemplateFormatVersion",
                                            "Description",
                                            "Metadata",
                                            "Parameters",
                                            "Rules",
                                            "Mappings",
                                            "Conditions",
                                            "Transform",
                                            "Resources",
                                            "Outputs",
                                            "Globals",
                                            "Hooks"};

const std::vector<std::string> kResourceAttributes = {
    "Type",           "Properties",     "DependsOn",    "Condition",
    "Metadata",       "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy",
    "CreationPolicy", "Connectors",     "IgnoreGlobals"};

bool is_alphanumeric(const std::string& name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

std::unexpected<Error> refuse(const Member& member, const std::string& why) {
  return fail(fmt::format("resource '{}': {}", member.name, why), member.origin.place());
}

Result<std::string> policy_of(const Member& member, std::string_view name) {
  const Node* const given = member.value.find(name);
  if (!given) return "Delete";
  for (const std::string_view known : {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}) {
    if (given->is_string() && given->text == known)
      return given->text == "Snapshot" ? "Delete" : given->text;
  }
  return fail(fmt::format("resource '{}': {} is Delete, Retain, RetainExceptOnCreate or Snapshot",
                          member.name, name),
              given->place());
}

Status read_depends_on(const Member& member, PlannedResource& out) {
  const Node* const given = member.value.find("DependsOn");
  if (!given || given->is_null()) return {};
  const std::vector<Node> each = given->is_list() ? given->items : std::vector<Node>{*given};
  for (const Node& name : each) {
    if (!name.is_string())
      return fail(
          fmt::format("resource '{}': DependsOn is the name of a resource, or a list of such",
                      member.name),
          given->place());
    out.depends_on.push_back(name.text);
  }
  return {};
}

// A function's folder given as in `aws cloudformation package`: Code: ./src
void name_local_code(PlannedResource& resource) {
  if (resource.type != "AWS::Lambda::Function") return;
  Node* const code = resource.properties.find("Code");
  if (!code || !code->is_string()) return;
  Node local = Node::map(code->origin);
  local.set("LocalPath", *code);
  *code = std::move(local);
}

Result<DeclaredResource> read_resource(const Member& member) {
  const Node& node = member.value;
  if (!is_alphanumeric(member.name))
    return refuse(member, "a logical id has letters and digits only");
  if (!node.is_map()) return refuse(member, "it must be a map with a Type");
  for (const Member& attribute : node.members) {
    if (std::ranges::find(kResourceAttributes, attribute.name) != kResourceAttributes.end())
      continue;
    return fail(fmt::format("resource '{}' has no attribute '{}'{}", member.name, attribute.name,
                            did_you_mean(attribute.name, kResourceAttributes)),
                attribute.origin.place());
  }
  const Node* const type = node.find("Type");
  if (!type || !type->is_string()) return refuse(member, "it has no Type");
  DeclaredResource out;
  PlannedResource& resource = out.resource;
  resource.logical_id = member.name;
  resource.type = type->text;
  resource.origin = member.origin;
  const Node* const properties = node.find("Properties");
  resource.properties =
      properties && !properties->is_null() ? *properties : Node::map(member.origin);
  if (!resource.properties.is_map()) return refuse(member, "its Properties must be a map");
  const Node* const metadata = node.find("Metadata");
  resource.metadata = metadata && metadata->is_map() ? *metadata : Node::map(member.origin);
  if (auto ok = read_depends_on(member, resource); !ok) return std::unexpected(ok.error());
  auto deletion = policy_of(member, "DeletionPolicy");
  if (!deletion) return std::unexpected(deletion.error());
  resource.deletion_policy = std::move(*deletion);
  auto replace = policy_of(member, "UpdateReplacePolicy");
  if (!replace) return std::unexpected(replace.error());
  resource.update_replace_policy = std::move(*replace);
  if (const Node* const condition = node.find("Condition")) {
    if (!condition->is_string()) return refuse(member, "Condition is the name of a condition");
    out.condition = condition->text;
    out.condition_origin = condition->origin;
  }
  name_local_code(resource);
  return out;
}

Result<DeclaredOutput> read_output(const Member& member) {
  const auto refuse_output = [&](const char* why) {
    return fail(fmt::format("output '{}': {}", member.name, why), member.origin.place());
  };
  if (!is_alphanumeric(member.name)) return refuse_output("its name has letters and digits only");
  const Node* const value = member.value.find("Value");
  if (!value) return refuse_output("it has no Value");
  DeclaredOutput out;
  out.output = {member.name, member.origin, *value, Node::absent(member.origin),
                Node::absent(member.origin)};
  if (const Node* const description = member.value.find("Description"))
    out.output.description = *description;
  if (const Node* const condition = member.value.find("Condition")) out.condition = condition->text;
  if (const Node* const exported = member.value.find("Export")) {
    const Node* const name = exported->find("Name");
    if (!name) return refuse_output("its Export has no Name");
    out.output.export_name = *name;
  }
  return out;
}

}  // namespace

Status check_sections(const Node& document, std::vector<std::string>& warnings) {
  if (!document.is_map())
    return fail("a template is a map with the section Resources", document.place());
  for (const Member& section : document.members) {
    if (std::ranges::find(kSections, section.name) == kSections.end()) {
      return fail(fmt::format("a template has no section '{}'{}", section.name,
                              did_you_mean(section.name, kSections)),
                  section.origin.place());
    }
    if (section.name == "Hooks") {
      warnings.push_back(
          fmt::format("{}: Hooks are not evaluated here", section.origin.place().to_string()));
    }
  }
  for (const char* const name : {"Mappings", "Conditions", "Outputs"}) {
    const Node* const section = document.find(name);
    if (section && !section->is_map() && !section->is_null())
      return fail(fmt::format("{} must be a map", name), section->place());
  }
  const Node* const mappings = document.find("Mappings");
  if (mappings && mappings->members.size() > kMaxMappings)
    return fail(fmt::format("more than {} Mappings", kMaxMappings), mappings->place());
  return {};
}

Result<std::vector<DeclaredResource>> read_resources(const Node& document) {
  const Node* const section = document.find("Resources");
  if (!section || !section->is_map() || section->members.empty()) {
    return fail("a template needs at least one resource in its section Resources",
                section ? section->place() : document.place());
  }
  if (section->members.size() > kMaxResources)
    return fail(fmt::format("more than {} Resources", kMaxResources), section->place());
  std::vector<DeclaredResource> out;
  for (const Member& member : section->members) {
    auto resource = read_resource(member);
    if (!resource) return std::unexpected(resource.error());
    out.push_back(std::move(*resource));
  }
  return out;
}

Result<std::vector<DeclaredOutput>> read_outputs(const Node& document) {
  std::vector<DeclaredOutput> out;
  const Node* const section = document.find("Outputs");
  if (!section) return out;
  if (section->members.size() > kMaxOutputs)
    return fail(fmt::format("more than {} Outputs", kMaxOutputs), section->place());
  for (const Member& member : section->members) {
    auto output = read_output(member);
    if (!output) return std::unexpected(output.error());
    out.push_back(std::move(*output));
  }
  return out;
}

}  // namespace loopgate::cfn
