// JSONPath's text into its steps.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "emulators/states/language/path_step.h"

namespace loopgate::states {

struct ParsedPath {
  std::vector<PathStep> steps;
  std::string function;  // of a path that ends in ".length()"
};

// Of what follows the '$'.
std::optional<ParsedPath> parse_path(std::string_view text);

}  // namespace loopgate::states
