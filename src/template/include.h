// Fn::Transform of AWS::Include: parts of the template that stand elsewhere. The customer config of
// the UDP gateway is one of them: the sandbox answers its location itself.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "template/document.h"
#include "template/intrinsics.h"

namespace loopgate::cfn {

// The text of a file beside the template, by its path relative to it.
using FileReader = std::function<Result<std::string>(const std::string& path)>;
// The text behind a location such as
// s3://proxylity-config-us-west-2/123456789012/customer-config.json; nullopt: not ours to answer.
using IncludeResolver = std::function<std::optional<std::string>(const std::string& location)>;

// Replaces every include in the tree; what stands beside it stays. An included document includes no
// other.
Status expand_includes(Node& document, const Scope& scope, const FileReader& files,
                       const IncludeResolver& resolver);

}  // namespace loopgate::cfn
