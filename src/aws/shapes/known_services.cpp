#include "aws/shapes/known_services.h"

namespace loopgate::aws::shapes {

KnownService KnownServices::at(const Row& row) const {
  return {.id = text + row.id,
          .signing_name = text + row.signing_name,
          .version = text + row.version,
          .target_prefix = text + row.target_prefix,
          .json_version = text + row.json_version,
          .xml_namespace = text + row.xml_namespace,
          .routes = text + row.routes,
          .protocol = row.protocol};
}

std::optional<KnownService> KnownServices::by_target(std::string_view prefix) const {
  if (prefix.empty()) return std::nullopt;
  for (const auto& row : rows) {
    if (prefix == text + row.target_prefix) return at(row);
  }
  return std::nullopt;
}

std::optional<KnownService> KnownServices::by_name(std::string_view name,
                                                   std::string_view version) const {
  if (name.empty()) return std::nullopt;
  const Row* found = nullptr;
  for (const auto offset : {&Row::signing_name, &Row::endpoint_prefix}) {
    for (const auto& row : rows) {
      if (name != text + row.*offset) continue;
      if (version == text + row.version) return at(row);
      // The one that is called like its signature is the service itself, not a relative of it.
      if (found == nullptr ||
          (name != text + found->endpoint_prefix && name == text + row.endpoint_prefix)) {
        found = &row;
      }
    }
    if (found != nullptr) return at(*found);
  }
  return std::nullopt;
}

std::optional<KnownService> KnownServices::by_id(std::string_view id) const {
  for (const auto& row : rows) {
    if (id == text + row.id) return at(row);
  }
  return std::nullopt;
}

}  // namespace loopgate::aws::shapes
