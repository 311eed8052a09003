// {{resolve:ssm:…}}, {{resolve:ssm-secure:…}} and {{resolve:secretsmanager:…}}: answered from
// values that the developer gives (a local file, flags), never from a real account.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "template/document.h"

namespace loopgate::cfn {

// Name → value. A name may carry its service ("ssm:/udp/cidr", "secretsmanager:psk") and a version
// ("ssm:/udp/cidr:3"); the most exact one wins. The value of a secret with keys is a JSON object as
// text.
using DynamicReferences = std::map<std::string, std::string>;

std::optional<std::string> find_parameter_value(const DynamicReferences& values,
                                                const std::string& name);

// The end of a sentence: which flag gives the value that is missing.
std::string how_to_give(std::string_view service, std::string_view name);

// Replaces every reference inside of the strings of `node`.
Status resolve_dynamic_references(Node& node, const DynamicReferences& values);

}  // namespace loopgate::cfn
