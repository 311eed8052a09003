#include "template/language_extensions.h"

#include <fmt/format.h>

#include <algorithm>

#include "template/conditions.h"
#include "template/foreach.h"

namespace loopgate::cfn {

namespace {

constexpr std::string_view kName = "AWS::LanguageExtensions";

std::unexpected<Error> needs_transform(const Member& call) {
  return fail(fmt::format("{} needs the transform {}", call.name, kName), call.origin.place());
}

// The first call that plain templates do not have.
Status refuse_extensions(const Node& node) {
  for (const Node& item : node.items) {
    if (auto ok = refuse_extensions(item); !ok) return ok;
  }
  for (const Member& member : node.members) {
    const bool is_new = member.name.starts_with(kForEach) || member.name == "Fn::Length" ||
                        member.name == "Fn::ToJsonString";
    const bool has_default = member.name == "Fn::FindInMap" && member.value.items.size() > 3;
    if (is_new || has_default) return needs_transform(member);
    if (auto ok = refuse_extensions(member.value); !ok) return ok;
  }
  return {};
}

// Makes the calls that need no resource.
class Reducer {
 public:
  explicit Reducer(const Scope& scope) : scope_(scope) {}

  Status resources(Node& section) {
    for (Member& resource : section.members) {
      if (auto ok = policies(resource); !ok) return ok;
      if (auto ok = reduce(resource.value); !ok) return ok;
    }
    return {};
  }

  // Ref and Fn::GetAtt get their names, functions of the transform their values as far as these are
  // known.
  Status reduce(Node& node) {
    for (Node& item : node.items) {
      if (auto ok = reduce(item); !ok) return ok;
    }
    for (Member& member : node.members) {
      if (auto ok = reduce(member.value); !ok) return ok;
    }
    const Member* const call = as_call(node);
    if (!call) return {};
    Node& arguments = node.members.front().value;
    if (call->name == "Ref") return name_in(arguments, "the name in Ref");
    if (call->name == "Fn::GetAtt") return names_in(arguments);
    const bool known_early = call->name == "Fn::Length" || call->name == "Fn::ToJsonString" ||
                             (call->name == "Fn::FindInMap" && arguments.items.size() > 3);
    if (!known_early) return {};
    // What fails for want of a resource has its turn when the resource is there.
    if (auto value = Evaluator(scope_).evaluate(node); value && !contains_unresolved(*value))
      node = std::move(*value);
    return {};
  }

 private:
  Status policies(Member& resource) {
    for (const char* const name : {"DeletionPolicy", "UpdateReplacePolicy"}) {
      Node* const policy = resource.value.find(name);
      if (!policy || !policy->is_map()) continue;
      auto value = Evaluator(scope_).evaluate(*policy);
      if (!value) return std::unexpected(value.error());
      if (value->is_absent()) {
        resource.value.erase(name);
      } else {
        *policy = std::move(*value);
      }
    }
    return {};
  }

  Status names_in(Node& arguments) {
    if (!arguments.is_list()) return name_in(arguments, "the name in Fn::GetAtt");
    for (Node& argument : arguments.items) {
      if (auto ok = name_in(argument, "a name in Fn::GetAtt"); !ok) return ok;
    }
    return {};
  }

  Status name_in(Node& argument, std::string_view what) {
    if (!argument.is_map()) return {};
    auto value = Evaluator(scope_).evaluate_scalar(argument, what);
    if (!value) return std::unexpected(value.error());
    argument = std::move(*value);
    return {};
  }

  const Scope& scope_;
};

}  // namespace

bool has_transform(const Node& document, std::string_view name) {
  const Node* const section = document.find("Transform");
  if (!section) return false;
  const auto is_it = [&](const Node& each) { return each.is_string() && each.text == name; };
  return is_it(*section) || std::ranges::any_of(section->items, is_it);
}

Status transform_language_extensions(Node& document, const Scope& outer) {
  if (!has_transform(document, kName)) return refuse_extensions(document);
  Node* const conditions = document.find("Conditions");
  if (conditions) {
    if (auto ok = write_out_loops(*conditions, outer); !ok) return ok;
  }
  ConditionTable table(conditions);
  Scope scope = outer;
  scope.conditions = &table;
  for (const char* const name : {"Resources", "Outputs"}) {
    Node* const section = document.find(name);
    if (!section) continue;
    if (auto ok = write_out_loops(*section, scope); !ok) return ok;
    Reducer reducer(scope);
    const auto ok = section->is_map() && std::string_view(name) == "Resources"
                        ? reducer.resources(*section)
                        : reducer.reduce(*section);
    if (!ok) return ok;
  }
  return {};
}

}  // namespace loopgate::cfn
