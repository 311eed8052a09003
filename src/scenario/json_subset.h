// Whether a JSON document has at least what another one says: objects may have more members,
// everything else is equal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace loopgate::scenario {

// Empty when `got` has it all; else the first place that differs: "/Remote/Port: 1 is not 2".
std::string difference(const nlohmann::json& expected, const nlohmann::json& got);

}  // namespace loopgate::scenario
