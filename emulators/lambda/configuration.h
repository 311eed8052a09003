// A function's configuration as the API tells it.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "emulators/lambda/function.h"

namespace loopgate::lambda {

// With its state, under the ARN that `qualifier` makes of the function's.
nlohmann::json configuration(const FunctionConfig& config, std::string_view qualifier);
// As lists have it: without its state.
nlohmann::json listed_configuration(const FunctionConfig& config, std::string_view qualifier);

// "2026-11-02T09:15:30.204+0000", as Lambda writes it.
std::string timestamp(std::int64_t wall_ms);

}  // namespace loopgate::lambda
