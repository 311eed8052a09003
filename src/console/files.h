// The web page that the sandbox serves of itself: files that it holds, and nothing else. What the
// page does, it does through the routes of docs/API.md and the AWS services.
#pragma once

#include <optional>
#include <string_view>

#include "aws/protocol/message.h"

namespace loopgate::console {

// By what stands behind /_loopgate/: "" is the page. nullopt when there is no such file.
std::optional<aws::HttpResponse> file(std::string_view name);

}  // namespace loopgate::console
