// What a verb that deploys is given: a template's file, or a folder that `cdk synth` wrote.
#pragma once

#include <string>
#include <vector>

#include "sandbox.h"

namespace loopgate::cli {

// With their texts; several of a folder, in the order in which they are to be deployed. `stack` may
// be empty, see stack_name.
Result<std::vector<DeployOptions>> template_input(const std::string& path,
                                                  const std::string& stack);

}  // namespace loopgate::cli
