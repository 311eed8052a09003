// Plays one case.
#pragma once

#include <optional>
#include <string>

#include "tests/suite/states/names.h"

namespace suite {

struct Outcome {
  bool skipped = false;  // a service that it needs is not emulated
  std::string wrong{};   // empty: as recorded
};

Outcome play(const Json& test);

}  // namespace suite
