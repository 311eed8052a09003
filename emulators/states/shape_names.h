// Step Functions writes every member of the SDKs' requests and answers with a capital letter,
// whatever the service calls it, and dates as text.
#pragma once

#include "aws/shapes/shape.h"
#include "emulators/states/language/datum.h"

namespace loopgate::states {

// As the service names them.
nlohmann::json to_service_names(const aws::Shape& shape, const Json& json, int depth = 0);
// As state machines see them.
Json to_state_names(const aws::Shape& shape, const nlohmann::json& json, int depth = 0);

}  // namespace loopgate::states
