// Whether a mocked result (TestState) is one that the service could give.
#pragma once

#include <optional>
#include <string>

#include "emulators/states/language/datum.h"
#include "emulators/states/language/resource.h"

namespace loopgate::states {

// "Field 'Entries' must be an array"; nullopt: nothing is wrong, or the service's shapes are not
// known here.
std::optional<std::string> check_mock(const Resource& resource, const Json& result);

}  // namespace loopgate::states
