// An AllowedPattern: AWS reads it as a Java regular expression and holds the whole value to it.
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/regex.h"

namespace loopgate::cfn {

// An error when the expression is none, or uses what only Java has.
Result<codec::Regex> compile_java_pattern(std::string_view java);

}  // namespace loopgate::cfn
