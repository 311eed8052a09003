// --parameter of `up` and `exec` is said once for all templates: each gets what it declares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox.h"

namespace loopgate {

// `given` by NAME, for every template that has it, or by STACK/NAME for one. Refuses what no
// template declares. The deployments have their texts.
Status share_parameters(const std::map<std::string, std::string>& given,
                        std::vector<DeployOptions>& deployments);

}  // namespace loopgate
