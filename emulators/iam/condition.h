// The Condition element of a policy statement.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
#pragma once

#include <expected>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace loopgate::iam {

// Context keys of a request, with lower-case names ("aws:sourcearn"); most have one value.
using Context = std::map<std::string, std::vector<std::string>>;

struct ConditionEntry {
  std::string op;   // without set prefix and IfExists: "StringEquals"
  std::string key;  // lower case
  std::vector<std::string> values;
  bool if_exists = false;
  bool all_values = false;  // ForAllValues:
  bool any_value = false;   // ForAnyValue:
  bool variables = false;   // some value has policy variables
};

// The error names what is wrong ("Invalid Condition type : Sounds"). `variables`: whether the
// policy's version has them.
std::expected<std::vector<ConditionEntry>, std::string> parse_condition(const nlohmann::json& json,
                                                                        bool variables);

// A key that requests have on AWS and never here ("aws:sourceip") is not satisfied, whatever is
// asked of it; `unknown` gets its name.
bool is_satisfied(const ConditionEntry& entry, const Context& context,
                  std::vector<std::string>& unknown);

}  // namespace loopgate::iam
