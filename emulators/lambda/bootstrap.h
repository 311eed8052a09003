// Our runtimes for Python and Node: one file each, in the language's standard library alone,
// carried inside the binary (bootstrap/*.inc) and written out where workers can run it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "emulators/lambda/runtime.h"

namespace loopgate::lambda {

std::string_view bootstrap_source(RuntimeKind kind);  // kPython and kNode

// Writes it into `folder` unless it stands there as it should. Gives its path.
Result<std::string> write_bootstrap(RuntimeKind kind, const std::string& folder);

}  // namespace loopgate::lambda
