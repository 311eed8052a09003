#include "template/intrinsics.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "template/conditions.h"
#include "template/limits.h"
#include "template/suggestion.h"

namespace loopgate::cfn {

namespace {

std::vector<std::string> names_of(const Node& map) {
  std::vector<std::string> names;
  for (const Member& member : map.members) names.push_back(member.name);
  return names;
}

// What a call counts beside its text, so that calls that make little are bounded, too.
constexpr std::size_t kCallBytes = 64;

constexpr std::string_view kPseudoParameters[] = {
    "AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue",   "AWS::Partition",
    "AWS::Region",    "AWS::StackId",          "AWS::StackName", "AWS::URLSuffix"};

}  // namespace

Node unresolved_value(std::string_view what, const Origin& at) {
  Node node = Node::string(fmt::format("${{unresolved:{}}}", what), at);
  node.unresolved = true;
  return node;
}

bool contains_unresolved(const Node& node) {
  return node.unresolved || std::ranges::any_of(node.items, contains_unresolved) ||
         std::ranges::any_of(node.members,
                             [](const Member& m) { return contains_unresolved(m.value); });
}

std::optional<Node> pseudo_parameter(const StackIdentity& stack, const std::string& name,
                                     const Origin& at) {
  if (name == "AWS::AccountId") return Node::string(stack.account, at);
  if (name == "AWS::Region") return Node::string(stack.region, at);
  if (name == "AWS::StackName") return Node::string(stack.name, at);
  if (name == "AWS::StackId") return Node::string(stack.id, at);
  if (name == "AWS::Partition") return Node::string("aws", at);
  if (name == "AWS::URLSuffix") return Node::string("amazonaws.com", at);
  if (name == "AWS::NotificationARNs") return Node::list({}, at);
  if (name == "AWS::NoValue") return Node::absent(at);
  return std::nullopt;
}

const Member* as_call(const Node& node) {
  if (!node.is_map() || node.members.size() != 1) return nullptr;
  const Member& only = node.members.front();
  return only.name == "Ref" || only.name.starts_with("Fn::") ? &only : nullptr;
}

const std::vector<Evaluator::Entry>& Evaluator::table() {
  static const std::vector<Entry> kTable = {
      {"Ref", &Evaluator::ref},
      {"Fn::GetAtt", &Evaluator::get_att},
      {"Fn::Sub", &Evaluator::sub},
      {"Fn::Join", &Evaluator::join},
      {"Fn::Select", &Evaluator::select},
      {"Fn::Split", &Evaluator::split},
      {"Fn::FindInMap", &Evaluator::find_in_map},
      {"Fn::If", &Evaluator::if_then_else},
      {"Fn::ImportValue", &Evaluator::import_value},
      {"Fn::Base64", &Evaluator::base64},
      {"Fn::Length", &Evaluator::length},
      {"Fn::ToJsonString", &Evaluator::to_json_string},
      {"Fn::GetAZs", &Evaluator::get_azs},
      {"Fn::Cidr", &Evaluator::cidr},
      {"Fn::Transform", &Evaluator::transform},
      {"Fn::Equals", &Evaluator::only_in_conditions},
      {"Fn::And", &Evaluator::only_in_conditions},
      {"Fn::Or", &Evaluator::only_in_conditions},
      {"Fn::Not", &Evaluator::only_in_conditions},
  };
  return kTable;
}

Result<Node> Evaluator::evaluate(const Node& node) {
  if (node.is_list()) {
    Node out = Node::list({}, node.origin);
    for (const Node& item : node.items) {
      auto value = evaluate(item);
      if (!value) return value;
      if (!value->is_absent()) out.push(std::move(*value));
    }
    return out;
  }
  if (!node.is_map()) return node;
  if (const Member* const function = as_call(node)) return call(*function, node);
  Node out = Node::map(node.origin);
  for (const Member& member : node.members) {
    if (member.name.starts_with("Fn::")) {
      return fail(fmt::format("{} must be the only member of its map", member.name),
                  member.origin.place());
    }
    auto value = evaluate(member.value);
    if (!value) return value;
    if (value->is_absent()) continue;
    out.members.push_back({member.name, member.origin, std::move(*value)});
  }
  return out;
}

Result<Node> Evaluator::evaluate_scalar(const Node& node, std::string_view what) {
  auto value = evaluate(node);
  if (value && !value->is_scalar()) {
    return fail(fmt::format("{} must be a string here, not {}", what, describe(value->kind)),
                node.place());
  }
  return value;
}

Result<Node> Evaluator::call(const Member& function, const Node& whole) {
  const auto& known = table();
  const auto entry = std::ranges::find(known, function.name, &Entry::name);
  if (entry != known.end()) return (this->*entry->function)(whole, function.value);
  std::vector<std::string> names;
  for (const Entry& e : known) names.emplace_back(e.name);
  return fail(
      fmt::format("there is no function '{}'{}", function.name, did_you_mean(function.name, names)),
      function.origin.place());
}

Result<Node> Evaluator::reference(const std::string& name, const Origin& at) {
  if (auto pseudo = pseudo_parameter(scope_.stack, name, at)) return std::move(*pseudo);
  if (scope_.parameters) {
    if (const auto found = scope_.parameters->find(name); found != scope_.parameters->end()) {
      Node value = found->second;
      value.origin = at;
      return value;
    }
  }
  if (name.starts_with("AWS::")) {
    return fail(fmt::format("there is no pseudo parameter '{}'{}", name,
                            did_you_mean(name, {std::begin(kPseudoParameters),
                                                std::end(kPseudoParameters)})),
                at.place());
  }
  if (scope_.resource) return scope_.resource(name, {}, at);
  std::vector<std::string> names;
  if (scope_.parameters) {
    for (const auto& entry : *scope_.parameters) names.push_back(entry.first);
  }
  return fail(fmt::format("'{}' is not a parameter{}", name, did_you_mean(name, names)),
              at.place());
}

Result<Node> Evaluator::attribute(const std::string& logical_id, const std::string& name,
                                  const Origin& at) {
  if (!scope_.resource) {
    return fail(fmt::format("'{}.{}' is an attribute of a resource, which cannot be read here",
                            logical_id, name),
                at.place());
  }
  return scope_.resource(logical_id, name, at);
}

Result<Node> Evaluator::ref(const Node& call, const Node& arguments) {
  if (!arguments.is_string())
    return fail("Ref takes the name of a parameter or resource", call.place());
  return reference(arguments.text, arguments.origin);
}

Result<Node> Evaluator::get_att(const Node& call, const Node& arguments) {
  if (arguments.is_string()) {
    const auto dot = arguments.text.find('.');
    if (dot != std::string::npos) {
      return attribute(arguments.text.substr(0, dot), arguments.text.substr(dot + 1),
                       arguments.origin);
    }
  } else if (arguments.is_list() && arguments.items.size() == 2 && arguments.items[0].is_string()) {
    auto name = evaluate_scalar(arguments.items[1], "the attribute of Fn::GetAtt");
    if (!name) return name;
    return attribute(arguments.items[0].text, name->text, arguments.items[0].origin);
  }
  return fail("Fn::GetAtt takes a logical id and an attribute: [Queue, Arn] or Queue.Arn",
              call.place());
}

Result<Node> Evaluator::find_in_map(const Node& call, const Node& arguments) {
  const std::size_t count = arguments.items.size();
  if (!arguments.is_list() || count < 3 || count > 4) {
    return fail("Fn::FindInMap takes [map, first key, second key]", call.place());
  }
  std::string keys[3];
  for (std::size_t i = 0; i < 3; ++i) {
    auto key = evaluate_scalar(arguments.items[i], "a key of Fn::FindInMap");
    if (!key) return key;
    if (key->unresolved)
      return fail("Fn::FindInMap cannot look up what a resource gives", call.place());
    keys[i] = key->text;
  }
  const Node* const fallback = count == 4 ? arguments.items[3].find("DefaultValue") : nullptr;
  if (count == 4 && !fallback) {
    return fail("the fourth argument of Fn::FindInMap is {DefaultValue: …}", call.place());
  }
  const Node none = Node::map({});
  const Node* at = scope_.mappings ? scope_.mappings : &none;
  for (std::size_t i = 0; i < 3; ++i) {
    const Node* const next = at->find(keys[i]);
    if (!next) {
      if (fallback) return evaluate(*fallback);
      const std::string where =
          i == 0 ? "Mappings" : fmt::format("the mapping '{}'", fmt::join(keys, keys + i, "."));
      return fail(
          fmt::format("{} has no '{}'{}", where, keys[i], did_you_mean(keys[i], names_of(*at))),
          call.place());
    }
    at = next;
  }
  Node value = *at;
  return value;
}

Result<Node> Evaluator::if_then_else(const Node& call, const Node& arguments) {
  if (!arguments.is_list() || arguments.items.size() != 3 || !arguments.items[0].is_string()) {
    return fail("Fn::If takes [condition, value if true, value if false]", call.place());
  }
  if (!scope_.conditions) return fail("Fn::If cannot be used here", call.place());
  const auto chosen =
      scope_.conditions->value(arguments.items[0].text, scope_, arguments.items[0].origin);
  if (!chosen) return std::unexpected(chosen.error());
  return evaluate(arguments.items[*chosen ? 1 : 2]);
}

Result<Node> Evaluator::import_value(const Node& call, const Node& arguments) {
  auto name = evaluate_scalar(arguments, "the name for Fn::ImportValue");
  if (!name) return name;
  if (name->unresolved || !scope_.import_value) {
    return fail(
        "Fn::ImportValue takes a name that depends on no resource, in a resource or an output",
        call.place());
  }
  auto value = scope_.import_value(name->text, call.origin);
  if (!value) return std::unexpected(value.error());
  return text(std::move(*value), call.origin);
}

Result<Node> Evaluator::only_in_conditions(const Node& call, const Node&) {
  return fail(
      fmt::format("{} can be used in Conditions only: name a condition there, and use Fn::If here",
                  call.members.front().name),
      call.place());
}

Result<Node> Evaluator::transform(const Node& call, const Node& arguments) {
  const Node* const name = arguments.find("Name");
  return fail(fmt::format("the transform '{}' is not supported here; AWS::Include is",
                          name && name->is_string() ? name->text : "?"),
              call.place());
}

Result<bool> Evaluator::test(const Node& expression) {
  if (expression.is_map() && expression.members.size() == 1) {
    const auto& [name, origin, arguments] = expression.members.front();
    if (name == "Condition") {
      if (!arguments.is_string())
        return fail("Condition takes the name of a condition", origin.place());
      return scope_.conditions->value(arguments.text, scope_, arguments.origin);
    }
    if (name == "Fn::And") return test_all(name, arguments, false);
    if (name == "Fn::Or") return test_all(name, arguments, true);
    if (name == "Fn::Not") {
      if (!arguments.is_list() || arguments.items.size() != 1)
        return fail("Fn::Not takes a list of one condition", origin.place());
      const auto value = test(arguments.items[0]);
      if (!value) return value;
      return !*value;
    }
    if (name == "Fn::Equals") {
      if (!arguments.is_list() || arguments.items.size() != 2)
        return fail("Fn::Equals takes a list of two values", origin.place());
      const auto left = evaluate(arguments.items[0]);
      if (!left) return std::unexpected(left.error());
      const auto right = evaluate(arguments.items[1]);
      if (!right) return std::unexpected(right.error());
      return to_json(*left, true) == to_json(*right, true);
    }
  }
  return fail("a condition is Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition",
              expression.place());
}

// And looks for a false one, Or for a true one.
Result<bool> Evaluator::test_all(std::string_view function, const Node& arguments, bool wanted) {
  if (!arguments.is_list() || arguments.items.size() < 2 || arguments.items.size() > 10) {
    return fail(fmt::format("{} takes a list of 2 to 10 conditions", function), arguments.place());
  }
  bool found = false;
  for (const Node& item : arguments.items) {
    const auto value = test(item);
    if (!value) return value;
    found = found || *value == wanted;
  }
  return found == wanted;
}

Status Evaluator::charge(std::size_t bytes, const Origin& at) {
  made_ += bytes + kCallBytes;
  if (made_ > kMaxEvaluatedBytes)
    return fail("the functions of this template make more than 8 MiB of text", at.place());
  return {};
}

Result<Node> Evaluator::text(std::string value, const Origin& at) {
  if (const auto ok = charge(value.size(), at); !ok) return std::unexpected(ok.error());
  return Node::string(std::move(value), at);
}

}  // namespace loopgate::cfn
