// A stack as it is told when it is deployed: its warnings, where its listeners are, and its
// outputs, with the local address beside what names the vendor's production.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/paragraph.h"

namespace loopgate::cli {

// `name` in `info`, the document of `GET /_loopgate/info`.
std::string stack_text(const nlohmann::json& info, const std::string& name, const Style& style);

// What all stacks together have to say of it: nothing, unless an output names the vendor's
// production.
std::string vendor_note(const nlohmann::json& info, const Style& style);

}  // namespace loopgate::cli
