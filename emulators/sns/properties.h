// Reading CloudFormation properties of SNS resources: scalars may be strings, documents objects or text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "template/resource.h"

namespace loopgate::sns {

// "" when it is missing; booleans and numbers as text.
inline std::string property_text(const nlohmann::json& properties, const std::string& name) {
  if (!properties.is_object()) return {};
  const auto found = properties.find(name);
  if (found == properties.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>()
                            : found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline SourcePlace place_of(const cfn::ResourceRequest& request, std::string_view pointer) {
  return request.place_of ? request.place_of(pointer) : request.place;
}

inline bool is_unresolved(const std::string& text) { return text.starts_with("${unresolved:"); }

}  // namespace loopgate::sns
