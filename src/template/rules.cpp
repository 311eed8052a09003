#include "template/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "template/limits.h"

namespace loopgate::cfn {

namespace {

using Texts = std::vector<std::string>;

bool contains(const Texts& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

// Decides one expression of a rule.
class Judge {
 public:
  Judge(const Scope& scope, const std::vector<ParameterValue>& parameters)
      : scope_(scope), parameters_(parameters) {
    scope_.resource = nullptr;
    scope_.conditions = nullptr;
    scope_.import_value = nullptr;
  }

  Result<bool> decide(const Node& expression) {
    if (expression.is_map() && expression.members.size() == 1) {
      const Member& call = expression.members.front();
      for (const auto& [name, function] : kFunctions) {
        if (call.name == name) return (this->*function)(call);
      }
    }
    return fail(
        "a rule asks by Fn::And, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, "
        "Fn::Equals, Fn::Not or Fn::Or",
        expression.place());
  }

 private:
  using Function = Result<bool> (Judge::*)(const Member&);

  static Result<bool> refuse(const Member& call, std::string_view takes) {
    return fail(fmt::format("{} takes {}", call.name, takes), call.origin.place());
  }

  // And looks for a false one, Or for a true one.
  Result<bool> any(const Member& call, bool wanted) {
    const auto& each = call.value.items;
    if (!call.value.is_list() || each.size() < 2 || each.size() > 10)
      return refuse(call, "a list of 2 to 10 conditions");
    bool found = false;
    for (const Node& item : each) {
      const auto value = decide(item);
      if (!value) return value;
      found = found || *value == wanted;
    }
    return found;
  }

  Result<bool> both(const Member& call) {
    auto one_false = any(call, false);
    if (one_false) *one_false = !*one_false;
    return one_false;
  }
  Result<bool> either(const Member& call) { return any(call, true); }

  Result<bool> negation(const Member& call) {
    if (!call.value.is_list() || call.value.items.size() != 1)
      return refuse(call, "a list of one condition");
    auto value = decide(call.value.items[0]);
    if (value) *value = !*value;
    return value;
  }

  Result<bool> equals(const Member& call) {
    return compare(call, "a list of two values",
                   [](const Texts& left, const Texts& right) { return left == right; });
  }
  Result<bool> has(const Member& call) {
    return compare(call, "[list of strings, string]", [](const Texts& list, const Texts& asked) {
      return asked.size() == 1 && contains(list, asked.front());
    });
  }
  Result<bool> each_equals(const Member& call) {
    return compare(call, "[list of strings, string]", [](const Texts& list, const Texts& asked) {
      return std::ranges::all_of(list, [&](auto& text) { return Texts{text} == asked; });
    });
  }
  Result<bool> each_in(const Member& call) {
    return compare(
        call, "[strings to check, strings to match]", [](const Texts& list, const Texts& known) {
          return std::ranges::all_of(list, [&](auto& text) { return contains(known, text); });
        });
  }

  Result<bool> compare(const Member& call, std::string_view takes,
                       bool (*holds)(const Texts&, const Texts&)) {
    if (!call.value.is_list() || call.value.items.size() != 2) return refuse(call, takes);
    const auto left = texts(call.value.items[0]);
    if (!left) return std::unexpected(left.error());
    const auto right = texts(call.value.items[1]);
    if (!right) return std::unexpected(right.error());
    return holds(*left, *right);
  }

  // A string is a list of one.
  Result<Texts> texts(const Node& node) {
    if (const Member* const call = as_call(node); call && call->name == "Fn::RefAll")
      return all_of_type(call->value.text);
    for (const char* const name : {"Fn::ValueOf", "Fn::ValueOfAll"}) {
      if (node.find(name))
        return fail(
            fmt::format("{} asks for attributes of networks, which the sandbox does not have",
                        name),
            node.place());
    }
    const auto value = Evaluator(scope_).evaluate(node);
    if (!value) return std::unexpected(value.error());
    if (value->is_scalar()) return Texts{value->text};
    Texts out;
    for (const Node& item : value->items) {
      const auto inner = texts(item);
      if (!inner) return inner;
      out.insert(out.end(), inner->begin(), inner->end());
    }
    return out;
  }

  Texts all_of_type(const std::string& type) const {
    Texts out;
    for (const ParameterValue& parameter : parameters_) {
      if (parameter.type != type) continue;
      if (parameter.value.is_list()) {
        for (const Node& item : parameter.value.items) out.push_back(item.text);
      } else {
        out.push_back(parameter.value.text);
      }
    }
    return out;
  }

  static const std::array<std::pair<std::string_view, Function>, 7> kFunctions;

  Scope scope_;
  const std::vector<ParameterValue>& parameters_;
};

const std::array<std::pair<std::string_view, Judge::Function>, 7> Judge::kFunctions = {{
    {"Fn::And", &Judge::both},
    {"Fn::Or", &Judge::either},
    {"Fn::Not", &Judge::negation},
    {"Fn::Equals", &Judge::equals},
    {"Fn::Contains", &Judge::has},
    {"Fn::EachMemberEquals", &Judge::each_equals},
    {"Fn::EachMemberIn", &Judge::each_in},
}};

Status check_rule(const Member& rule, Judge& judge) {
  const Node* const assertions = rule.value.find("Assertions");
  if (!assertions || !assertions->is_list())
    return fail(fmt::format("rule '{}' needs a list of Assertions", rule.name),
                rule.origin.place());
  if (const Node* const condition = rule.value.find("RuleCondition")) {
    const auto applies = judge.decide(*condition);
    if (!applies) return std::unexpected(applies.error());
    if (!*applies) return {};
  }
  for (const Node& assertion : assertions->items) {
    const Node* const expression = assertion.find("Assert");
    if (!expression)
      return fail(fmt::format("rule '{}': an assertion needs Assert", rule.name),
                  assertion.place());
    const auto holds = judge.decide(*expression);
    if (!holds) return std::unexpected(holds.error());
    if (*holds) continue;
    const Node* const said = assertion.find("AssertDescription");
    return fail(fmt::format("rule '{}' does not hold{}{}", rule.name, said ? ": " : "",
                            said ? said->text : ""),
                assertion.place());
  }
  return {};
}

}  // namespace

Status check_rules(const Node& document, const Scope& scope,
                   const std::vector<ParameterValue>& parameters) {
  const Node* const section = document.find("Rules");
  if (!section || section->is_null()) return {};
  if (!section->is_map()) return fail("Rules must be a map", section->place());
  Judge judge(scope, parameters);
  for (const Member& rule : section->members) {
    if (auto ok = check_rule(rule, judge); !ok) return ok;
  }
  return {};
}

}  // namespace loopgate::cfn
