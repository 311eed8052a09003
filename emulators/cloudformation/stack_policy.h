// Which updates a stack's policy denies.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace loopgate::cloudformation {

// By logical id: what is said of the resource when the update comes to it. `policy` "" allows all;
// one that is there denies what no statement allows. `changes` are those of a change set.
std::map<std::string, std::string> denied_updates(const std::string& policy,
                                                  const nlohmann::json& changes);

}  // namespace loopgate::cloudformation
