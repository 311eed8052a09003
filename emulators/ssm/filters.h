// ParameterFilters, and the older Filters of DescribeParameters.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/ssm/errors.h"
#include "emulators/ssm/parameter.h"

namespace loopgate::ssm {

struct Filter {
  std::string key;     // "Name", "tag:environment"
  std::string option;  // "Equals", "BeginsWith", "Contains", "OneLevel", "Recursive"
  std::vector<std::string> values;
};

enum class FilteredBy : unsigned char { kDescribe, kByPath };

// InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, ValidationException.
Outcome<std::vector<Filter>> read_filters(const nlohmann::json& params, FilteredBy by);
// All of them, on the version that is shown.
bool pass(const std::vector<Filter>& filters, const Parameter& parameter, const Version& version);

// Whether a name is below a path: at once, or at any depth.
bool is_below(std::string_view name, std::string_view path, bool recursive);

}  // namespace loopgate::ssm
