// Reading CloudFormation properties of IAM resources.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulators/iam/limits.h"
#include "emulators/iam/policy.h"
#include "template/resource.h"

namespace loopgate::iam {

using cfn::property_text;

inline std::vector<std::string> property_list(const nlohmann::json& properties,
                                              const std::string& name) {
  std::vector<std::string> values;
  if (!properties.is_object()) return values;
  const auto found = properties.find(name);
  if (found == properties.end() || !found->is_array()) return values;
  for (const auto& value : *found) {
    if (value.is_string()) values.push_back(value.get<std::string>());
  }
  return values;
}

// A document with parts that are not resolved yet has the right shape already.
inline Status check_document(const cfn::ResourceRequest& request, const std::string& pointer,
                             const std::string& document, PolicyKind kind) {
  if (cfn::is_unresolved(document)) return {};
  if (const auto parsed = Policy::parse(document, kind); !parsed) {
    return fail_at(request, pointer, parsed.error().message);
  }
  return {};
}

// The last part of an ARN or the name itself: templates use both for roles.
inline std::string role_name(const std::string& name_or_arn) {
  return name_or_arn.starts_with("arn:") ? name_or_arn.substr(name_or_arn.rfind('/') + 1)
                                         : name_or_arn;
}

}  // namespace loopgate::iam
