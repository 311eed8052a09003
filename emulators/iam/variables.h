// Policy variables: "${aws:PrincipalAccount}" in a resource or in a condition's value stands for
// what the request's context has under that key; "${key, 'otherwise'}" has a default, "${*}",
// "${?}" and
// "${$}" are those characters themselves. Only policies of version 2012-10-17 have them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulators/iam/condition.h"

namespace loopgate::iam {

bool has_variables(std::string_view text);

// Whether the text matches the pattern with its variables filled in. A variable whose key the
// request lacks, or has several values of, matches nothing.
bool matches_filled_pattern(std::string_view pattern, std::string_view text,
                            const Context& context);

// The text with its variables filled in; nullopt when one has no single value.
std::optional<std::string> fill_variables(std::string_view text, const Context& context);

}  // namespace loopgate::iam
