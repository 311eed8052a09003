// Reading CloudFormation properties of IAM resources.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "emulators/iam/limits.h"
#include "emulators/iam/policy.h"
#include "template/resource.h"

namespace loopgate::iam {

// "" when it is missing; a document as its text.
inline std::string property_text(const nlohmann::json& properties, const std::string& name) {
  if (!properties.is_object()) return {};
  const auto found = properties.find(name);
  if (found == properties.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>()
                            : found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

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

inline SourcePlace place_of(const cfn::ResourceRequest& request, std::string_view pointer) {
  return request.place_of ? request.place_of(pointer) : request.place;
}

inline std::unexpected<Error> fail_at(const cfn::ResourceRequest& request, std::string_view pointer,
                                      const std::string& message) {
  return fail(request.logical_id + ": " + message, place_of(request, pointer));
}

// A document with parts that are not resolved yet has the right shape already.
inline Status check_document(const cfn::ResourceRequest& request, const std::string& pointer,
                             const std::string& document, PolicyKind kind) {
  if (document.starts_with("${unresolved:")) return {};
  if (const auto parsed = Policy::parse(document, kind); !parsed) {
    return fail_at(request, pointer, parsed.error().message);
  }
  return {};
}

// CloudFormation's own form: stack, logical id, twelve characters.
inline std::string generated_name(const cfn::ResourceRequest& request, Random& random,
                                  std::size_t limit) {
  auto stem = request.stack->name + "-" + request.logical_id;
  stem.resize(std::min(stem.size(), limit - 13));
  return stem + "-" + random.upper_alnum(12);
}

// The last part of an ARN or the name itself: templates use both for roles.
inline std::string role_name(const std::string& name_or_arn) {
  return name_or_arn.starts_with("arn:") ? name_or_arn.substr(name_or_arn.rfind('/') + 1)
                                         : name_or_arn;
}

}  // namespace loopgate::iam
