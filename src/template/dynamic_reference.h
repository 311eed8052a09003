// {{resolve:ssm:…}}, {{resolve:ssm-secure:…}} and {{resolve:secretsmanager:…}}: answered from
// values that the developer gives (a local file, flags) and from the account's own parameters and
// secrets, never from a real account.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "template/document.h"

namespace loopgate::cfn {

// What is asked of the account.
struct StoredReference {
  std::string service;  // "ssm", "ssm-secure", "secretsmanager"
  std::string id;  // a parameter's name, with ":VERSION" if one is wanted; a secret's name or ARN
  std::string stage{};    // of a secret; empty: AWSCURRENT
  std::string version{};  // of a secret
};
// nullopt: there is no such thing. An error: it is there, and cannot be had that way.
using StoredValues =
    std::function<Result<std::optional<std::string>>(const StoredReference& reference)>;

// Name → value. A name may carry its service ("ssm:/udp/cidr", "secretsmanager:psk") and a version
// ("ssm:/udp/cidr:3"); the most exact one wins. The value of a secret with keys is a JSON object as
// text. What is not here with its service is asked of the account, what is not there either is
// looked for without.
struct DynamicReferences : std::map<std::string, std::string> {
  using std::map<std::string, std::string>::map;
  DynamicReferences() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): options and requests have plain maps
  DynamicReferences(std::map<std::string, std::string> values)
      : std::map<std::string, std::string>(std::move(values)) {}

  StoredValues stored = nullptr;  // null: there is no account
};

// Of a template's parameter of the type AWS::SSM::Parameter::Value<…>.
Result<std::optional<std::string>> find_parameter_value(const DynamicReferences& values,
                                                        const std::string& name);

// The end of a sentence: which flag gives the value that is missing.
std::string how_to_give(std::string_view service, std::string_view name);

// Replaces every reference inside of the strings of `node`.
Status resolve_dynamic_references(Node& node, const DynamicReferences& values);

}  // namespace loopgate::cfn
