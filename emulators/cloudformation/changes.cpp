#include "emulators/cloudformation/changes.h"

#include <algorithm>
#include <map>
#include <set>

#include "emulators/cloudformation/replacement.h"
#include "template/graph.h"

namespace loopgate::cloudformation {
namespace {

using nlohmann::json;

json change(const char* action, const std::string& logical_id, const std::string& type) {
  return {{"Action", action},
          {"LogicalResourceId", logical_id},
          {"ResourceType", type},
          {"Scope", json::array()},
          {"Details", json::array()}};
}

// Names of the properties that differ, in their order.
std::set<std::string> changed_properties(const json& before, const json& after) {
  std::set<std::string> out;
  for (const auto& [name, value] : after.items()) {
    const auto found = before.find(name);
    if (found == before.end() || *found != value) out.insert(name);
  }
  for (const auto& [name, value] : before.items()) {
    if (!after.contains(name)) out.insert(name);
  }
  return out;
}

json target_of(const std::string& type, const std::string& property) {
  if (property == "Tags") return {{"Attribute", "Tags"}, {"RequiresRecreation", "Never"}};
  return {{"Attribute", "Properties"},
          {"Name", property},
          {"RequiresRecreation", requires_recreation(type, property)}};
}

class Changes {
 public:
  Changes(const cfn::Plan& plan, const cfn::StackRecord* existing)
      : plan_(plan), existing_(existing) {}

  json all() {
    for (const auto& resource : plan_.resources) {  // what others refer to comes first
      const auto* before = existing_ ? existing_->find_resource(resource.logical_id) : nullptr;
      if (before == nullptr) {
        add(change("Add", resource.logical_id, resource.type));
      } else {
        modify(*before, resource);
      }
    }
    if (existing_) {
      for (const auto& resource : existing_->resources) {
        if (!plan_.find(resource.logical_id)) add(removal(resource));
      }
    }
    json out = json::array();
    for (auto& [id, each] : changes_)
      out.push_back({{"Type", "Resource"}, {"ResourceChange", std::move(each)}});
    return out;
  }

 private:
  void add(json each) {
    const std::string id = each["LogicalResourceId"];
    changes_[id] = std::move(each);
  }

  static json removal(const cfn::ResourceRecord& resource) {
    json out = change("Remove", resource.logical_id, resource.type);
    out["PhysicalResourceId"] = resource.physical_id;
    out["PolicyAction"] = resource.deletion_policy.empty() ? "Delete" : resource.deletion_policy;
    return out;
  }

  void modify(const cfn::ResourceRecord& before, const cfn::PlannedResource& after) {
    json out = change("Modify", after.logical_id, after.type);
    out["PhysicalResourceId"] = before.physical_id;
    const auto changed = changed_properties(before.properties, after.expected);
    for (const auto& name : changed) tell_change(out, after, name);
    for (const auto& member : after.properties.members) {
      if (!changed.contains(member.name)) tell_what_follows(out, after, member);
    }
    if (const auto metadata = cfn::Evaluator(plan_.scope()).evaluate(after.metadata);
        metadata && cfn::to_json(*metadata) != before.metadata)
      tell(out, {{"Attribute", "Metadata"}, {"RequiresRecreation", "Never"}}, "Static",
           "DirectModification");
    if (out["Details"].empty() && before.type == after.type) return;
    out["Replacement"] = before.type != after.type ? "True" : replacement_of(out["Details"]);
    add(std::move(out));
  }

  // Directly, or by a parameter, or by a resource that changes.
  void tell_change(json& out, const cfn::PlannedResource& after, const std::string& name) {
    const json target = target_of(after.type, name);
    const auto* const value = after.properties.find(name);
    bool by_parameter = false;
    if (value) {
      for (const auto& parameter : changed_parameters_in(*value)) {
        by_parameter = true;
        tell(out, target, "Static", "ParameterReference", parameter);
      }
      tell_resources(out, target, *value);
    }
    tell(out, target, by_parameter ? "Dynamic" : "Static", "DirectModification");
  }

  void tell_what_follows(json& out, const cfn::PlannedResource& after, const cfn::Member& member) {
    tell_resources(out, target_of(after.type, member.name), member.value);
  }

  // Those that are replaced, or may be, have another name then.
  void tell_resources(json& out, const json& target, const cfn::Node& value) {
    const auto references = cfn::collect_references(value, plan_.scope());
    if (!references) return;
    for (const auto& reference : *references) {
      const auto found = changes_.find(reference.name);
      if (!reference.taken || found == changes_.end()) continue;
      if (found->second.value("Replacement", "False") == "False") continue;
      const bool attribute = !reference.attribute.empty();
      tell(out, target, "Dynamic", attribute ? "ResourceAttribute" : "ResourceReference",
           attribute ? reference.name + "." + reference.attribute : reference.name);
    }
  }

  std::set<std::string> changed_parameters_in(const cfn::Node& value) const {
    std::set<std::string> out;
    const auto references = cfn::collect_references(value, plan_.scope());
    if (!references) return out;
    for (const auto& reference : *references) {
      const auto now =
          std::ranges::find(plan_.parameters, reference.name, &cfn::ParameterValue::name);
      if (now == plan_.parameters.end()) continue;
      const auto before =
          std::ranges::find(existing_->parameters, reference.name, &cfn::ParameterRecord::name);
      if (before == existing_->parameters.end() || before->value != now->text)
        out.insert(reference.name);
    }
    return out;
  }

  static void tell(json& out, json target, const char* evaluation, const char* source,
                   const std::string& cause = {}) {
    const json& attribute = target["Attribute"];
    auto& scope = out["Scope"];
    if (std::ranges::find(scope, attribute) == scope.end()) scope.push_back(attribute);
    json detail = {
        {"Target", std::move(target)}, {"Evaluation", evaluation}, {"ChangeSource", source}};
    if (!cause.empty()) detail["CausingEntity"] = cause;
    out["Details"].push_back(std::move(detail));
  }

  static const char* replacement_of(const json& details) {
    bool maybe = false;
    for (const json& detail : details) {
      const auto recreation = detail["Target"]["RequiresRecreation"].get<std::string>();
      if (recreation == "Always" && detail["Evaluation"] == "Static") return "True";
      maybe |= recreation != "Never";
    }
    return maybe ? "Conditional" : "False";
  }

  const cfn::Plan& plan_;
  const cfn::StackRecord* existing_;
  std::map<std::string, json> changes_;  // by logical id
};

}  // namespace

json changes_of(const cfn::Plan& plan, const cfn::StackRecord* existing) {
  return Changes(plan, existing).all();
}

}  // namespace loopgate::cloudformation
