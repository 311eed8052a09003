#include "emulators/states/language/choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>

#include "base/json.h"
#include "emulators/states/language/timestamp.h"

namespace loopgate::states {

namespace {

constexpr std::array<std::string_view, 5> kOrders = {"GreaterThanEquals", "LessThanEquals",
                                                     "GreaterThan", "LessThan", "Equals"};
constexpr std::array<std::string_view, 7> kTests = {
    "IsNull", "IsPresent", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp", "StringMatches"};
constexpr std::array<std::string_view, 8> kOthers = {"Next", "Comment", "Assign", "Output",
                                                     "And",  "Or",      "Not",    "Variable"};

// Whether it is one, less its "Path".
std::optional<std::string> comparison_of(std::string_view name) {
  if (std::ranges::find(kTests, name) != kTests.end()) return std::string(name);
  if (name.ends_with("Path")) name.remove_suffix(4);
  for (const std::string_view type : {"String", "Numeric", "Timestamp", "Boolean"}) {
    if (!name.starts_with(type)) continue;
    const auto order = name.substr(type.size());
    if (type == "Boolean" ? order == "Equals"
                          : std::ranges::find(kOrders, order) != kOrders.end()) {
      return std::string(name);
    }
  }
  return std::nullopt;
}

// Wildcards are '*'; "\*" is a star and "\\" a backslash. Linear but for one way back.
bool string_matches(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\' &&
                         (pattern[p + 1] == '*' || pattern[p + 1] == '\\');
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      from = t;
    } else if (p < pattern.size() && pattern[escaped ? p + 1 : p] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_of_kind(std::string_view test, const Json& value) {
  if (test == "IsNull") return value.is_null();
  if (test == "IsString") return value.is_string();
  if (test == "IsNumeric") return value.is_number();
  if (test == "IsBoolean") return value.is_boolean();
  return value.is_string() && parse_timestamp(value.get_ref<const std::string&>()).has_value();
}

// Unordered when the types are not those of the comparison.
std::partial_ordering order_of(std::string_view comparison, const Json& a, const Json& b) {
  if (comparison.starts_with("Numeric")) {
    if (a.is_number() && b.is_number()) return a.get<double>() <=> b.get<double>();
  } else if (comparison.starts_with("Boolean")) {
    if (a.is_boolean() && b.is_boolean()) return a.get<bool>() <=> b.get<bool>();
  } else if (a.is_string() && b.is_string()) {
    const auto& left = a.get_ref<const std::string&>();
    const auto& right = b.get_ref<const std::string&>();
    if (comparison.starts_with("String")) return left <=> right;
    const auto first = parse_timestamp(left), second = parse_timestamp(right);
    if (first && second) return *first <=> *second;
  }
  return std::partial_ordering::unordered;
}

bool holds(std::string_view comparison, std::partial_ordering order) {
  if (comparison.ends_with("GreaterThanEquals")) return order >= 0;
  if (comparison.ends_with("LessThanEquals")) return order <= 0;
  if (comparison.ends_with("GreaterThan")) return order > 0;
  if (comparison.ends_with("LessThan")) return order < 0;
  return order == 0;
}

Misfit invalid_path(const Query& query) {
  return {.reason = fmt::format("Invalid path '{}': The choice state's condition path references "
                                "an invalid value.",
                                query.text())};
}

std::expected<bool, Misfit> compare(const ChoiceRule& rule, const Scope& scope) {
  Datum keep;
  Json made;
  const Json* value = rule.variable->find(scope, keep);
  if (value == nullptr) {
    if (auto read = rule.variable->read(scope)) {
      made = std::move(*read);
      value = &made;
    }
  }
  if (rule.comparison == "IsPresent") {
    return (value != nullptr) == (!rule.value.is_boolean() || rule.value.get<bool>());
  }
  if (value == nullptr) return std::unexpected(invalid_path(*rule.variable));
  if (rule.comparison.starts_with("Is")) {
    return is_of_kind(rule.comparison, *value) ==
           (!rule.value.is_boolean() || rule.value.get<bool>());
  }
  if (rule.comparison == "StringMatches") {
    return value->is_string() && rule.value.is_string() &&
           string_matches(value->get_ref<const std::string&>(),
                          rule.value.get_ref<const std::string&>());
  }
  if (!rule.value_path)
    return holds(rule.comparison, order_of(rule.comparison, *value, rule.value));
  const auto other = rule.value_path->read(scope);
  if (!other) return std::unexpected(invalid_path(*rule.value_path));
  return holds(rule.comparison, order_of(rule.comparison, *value, *other));
}

class Compiler {
 public:
  Compiler(Language language, const Complain& complain)
      : language_(language), complain_(complain) {}

  ChoiceRule compile(const Json& json, const std::string& at) const {
    ChoiceRule rule;
    if (!json.is_object()) {
      complain_(at, "Expected value of type Object");
      return rule;
    }
    if (language_ == Language::kJsonata) {
      condition(rule, json, at);
    } else {
      logic(rule, json, at);
    }
    return rule;
  }

 private:
  void condition(ChoiceRule& rule, const Json& json, const std::string& at) const {
    rule.kind = ChoiceRule::Kind::kCondition;
    const auto found = json.find("Condition");
    if (found == json.end()) return complain_(at, "These fields are required: [Condition]");
    if (!found->is_boolean() &&
        !(found->is_string() && jsonata_in(found->get_ref<const std::string&>()))) {
      complain_(at + "/Condition", "Value must be a valid JSONata string or boolean");
    }
    rule.condition = Payload::compile(*found, language_, "Condition", at + "/Condition", complain_);
    for (const auto& member : json.items()) {
      const auto& name = member.key();
      if (name == "Variable" || name == "And" || name == "Or" || name == "Not" ||
          comparison_of(name)) {
        complain_(at + "/" + name, "Field is not supported");
      }
    }
  }

  void logic(ChoiceRule& rule, const Json& json, const std::string& at) const {
    if (const auto list = json.find("And"); list != json.end()) {
      return parts(rule, ChoiceRule::Kind::kAnd, *list, at + "/And");
    }
    if (const auto list = json.find("Or"); list != json.end()) {
      return parts(rule, ChoiceRule::Kind::kOr, *list, at + "/Or");
    }
    if (const auto part = json.find("Not"); part != json.end()) {
      rule.kind = ChoiceRule::Kind::kNot;
      rule.parts.push_back(compile(*part, at + "/Not"));
      return;
    }
    comparison(rule, json, at);
  }

  void parts(ChoiceRule& rule, ChoiceRule::Kind kind, const Json& list,
             const std::string& at) const {
    rule.kind = kind;
    if (!list.is_array()) return complain_(at, "Expected value of type Array");
    if (list.empty()) return complain_(at, "Value cannot be empty");
    for (std::size_t i = 0; i < list.size(); ++i) {
      rule.parts.push_back(compile(list[i], fmt::format("{}[{}]", at, i)));
    }
  }

  void comparison(ChoiceRule& rule, const Json& json, const std::string& at) const {
    if (json.contains("Condition")) return complain_(at + "/Condition", "Field is not supported");
    if (const auto found = json.find("Variable"); found == json.end()) {
      complain_(at, "These fields are required: [Variable]");
    } else {
      rule.variable = query(*found, at + "/Variable");
    }
    for (const auto& member : json.items()) {
      const auto& name = member.key();
      if (std::ranges::find(kOthers, name) != kOthers.end()) continue;
      const auto comparison = comparison_of(name);
      if (!comparison) {
        complain_(at + "/" + name, "Field is not supported");
      } else if (!rule.comparison.empty()) {
        complain_(at, "A rule has exactly one comparison operator");
      } else {
        rule.comparison = *comparison;
        operand(rule, name, member.value(), at + "/" + name);
      }
    }
    if (rule.comparison.empty()) complain_(at, "A rule has exactly one comparison operator");
  }

  void operand(ChoiceRule& rule, const std::string& name, const Json& value,
               const std::string& at) const {
    if (name.ends_with("Path")) {
      rule.value_path = query(value, at);
      return;
    }
    rule.value = value;
    if (name.starts_with("Numeric") && !value.is_number()) {
      complain_(at, "Expected value of type Number");
    } else if ((name.starts_with("Boolean") || name.starts_with("Is")) && !value.is_boolean()) {
      complain_(at, "Expected value of type Boolean");
    } else if (name.starts_with("String") && !value.is_string()) {
      complain_(at, "Expected value of type String");
    } else if (name.starts_with("Timestamp") &&
               !(value.is_string() && parse_timestamp(value.get_ref<const std::string&>()))) {
      complain_(at, "String does not match RFC3339 timestamp");
    }
  }

  std::optional<Query> query(const Json& json, const std::string& at) const {
    if (json.is_string()) {
      if (auto query = Query::compile(json.get_ref<const std::string&>())) return query;
    }
    complain_(at, "Value is not a valid JSONPath");
    return std::nullopt;
  }

  Language language_;
  const Complain& complain_;
};

}  // namespace

ChoiceRule ChoiceRule::compile(const Json& json, Language language, const std::string& location,
                               const Complain& complain) {
  return Compiler(language, complain).compile(json, location);
}

std::expected<bool, Misfit> ChoiceRule::matches(const Scope& scope) const {
  switch (kind) {
    case Kind::kCompare:
      return compare(*this, scope);
    case Kind::kCondition: {
      const auto value = condition->evaluate(scope);
      if (!value) return std::unexpected(value.error());
      if (value->json().is_boolean()) return value->json().get<bool>();
      return std::unexpected(Misfit{
          .reason =
              fmt::format("The JSONata expression '{}' specified for the field 'Condition' "
                          "returned an unexpected result type. Expected 'boolean', but was "
                          "'{}' for value: {}",
                          condition->expression_text(), json_type(value->json()), value->text()),
          .error = "States.QueryEvaluationError",
          .location = "Condition"});
    }
    case Kind::kNot: {
      auto part = parts.front().matches(scope);
      if (part) *part = !*part;
      return part;
    }
    case Kind::kAnd:
    case Kind::kOr:
      for (const auto& part : parts) {
        const auto matched = part.matches(scope);
        if (!matched || *matched == (kind == Kind::kOr)) return matched;
      }
      return kind == Kind::kAnd;
  }
  return false;
}

void ChoiceRule::collect_variables(std::set<std::string>& out) const {
  for (const auto& part : parts) part.collect_variables(out);
  if (variable) variable->collect_variables(out);
  if (value_path) value_path->collect_variables(out);
  for (const auto* payload : {&condition, &assign, &output}) {
    if (*payload) (*payload)->collect_variables(out);
  }
}

}  // namespace loopgate::states
