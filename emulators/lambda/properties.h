// The properties that CreateFunction and AWS::Lambda::Function have in common, checked as AWS
// checks them. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
#pragma once

#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "emulators/lambda/function.h"

namespace loopgate::lambda {

struct PropertyError {
  std::string pointer;  // "/Timeout": for its place in a template
  std::string message;
};
using PropertyStatus = std::expected<void, PropertyError>;

// Sets what `properties` names and leaves the rest of `config` as it is. Not code and
// layers. Numbers may be strings. What has no effect here (VPCs, …) is said in `warnings`.
PropertyStatus read_properties(const nlohmann::json& properties, FunctionConfig& config,
                               std::vector<std::string>& warnings);

// FunctionEventInvokeConfig and AWS::Lambda::EventInvokeConfig.
PropertyStatus read_invoke_config(const nlohmann::json& properties, EventInvokeConfig& config);

}  // namespace loopgate::lambda
