// The wildcards of IAM: '*' for any characters, '?' for one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
#pragma once

#include <string_view>

namespace loopgate::iam {

enum class Case { kSensitive, kInsensitive };

bool matches_pattern(std::string_view pattern, std::string_view text, Case sensitivity);
// ArnLike: each of the six parts on its own, so that '*' does not reach over a colon; the last one
// may.
bool matches_arn(std::string_view pattern, std::string_view arn);

}  // namespace loopgate::iam
