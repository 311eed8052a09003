// The section Parameters: types, defaults, constraints, and the values that a deployment gives.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
#pragma once

#include <map>
#include <string>
#include <vector>

#include "template/document.h"
#include "template/dynamic_reference.h"

namespace loopgate::cfn {

struct ParameterValue {
  std::string name;
  std::string text;  // as given, or the default
  std::string type;
  std::string description;
  std::string default_value;
  bool has_default = false;
  bool no_echo = false;
  Node value;  // what Ref gives: a string or a list
};

// In the order of the template. Refuses unknown names, missing values and violated constraints. For
// AWS::SSM::Parameter::Value<…> the text is a name that is looked up in `references`. Appends
// sentences for the user to `warnings`.
Result<std::vector<ParameterValue>> bind_parameters(const Node& document,
                                                    const std::map<std::string, std::string>& given,
                                                    const DynamicReferences& references,
                                                    std::vector<std::string>& warnings);

// Without values: what ValidateTemplate and GetTemplateSummary show.
Result<std::vector<ParameterValue>> declared_parameters(const Node& document);

}  // namespace loopgate::cfn
