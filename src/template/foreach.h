// Fn::ForEach: what it repeats is written out, in place.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
#pragma once

#include <string_view>

#include "template/document.h"
#include "template/intrinsics.h"

namespace loopgate::cfn {

inline constexpr std::string_view kForEach = "Fn::ForEach";

// Of `section` and all that is in it, loops in loops too. Collections are what needs no resource.
Status write_out_loops(Node& section, const Scope& scope);

}  // namespace loopgate::cfn
