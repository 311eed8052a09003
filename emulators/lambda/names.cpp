#include "emulators/lambda/names.h"

#include <algorithm>

namespace loopgate::lambda {

std::string_view without_qualifier(std::string_view arn) {
  int colons = 0;
  for (std::size_t i = 0; i < arn.size(); ++i) {
    if (arn[i] == ':' && ++colons == 7) return arn.substr(0, i);
  }
  return arn;
}

std::string_view qualifier_of(std::string_view arn) {
  const auto base = without_qualifier(arn);
  return base.size() == arn.size() ? std::string_view() : arn.substr(base.size() + 1);
}

bool is_tenant_id(std::string_view id) {
  return id.size() <= 256 && std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._:/=+-@ ").contains(c);
         });
}

std::string version_of(const FunctionConfig& function, std::string_view qualifier) {
  if (qualifier.empty()) return std::string(kLatest);
  const auto& aliases = function.companions.aliases;
  const auto alias = aliases.find(std::string(qualifier));
  return alias == aliases.end() ? std::string(qualifier) : alias->second.version;
}

std::string version_to_run(const FunctionConfig& function, std::string_view qualifier,
                           Random& random) {
  const auto& aliases = function.companions.aliases;
  const auto alias = aliases.find(std::string(qualifier));
  if (alias == aliases.end() || alias->second.weights.empty()) {
    return version_of(function, qualifier);
  }
  auto left = random.unit();
  for (const auto& [version, weight] : alias->second.weights) {
    if (left < weight) return version;
    left -= weight;
  }
  return alias->second.version;
}

bool names_alias(std::string_view qualifier) {
  return !qualifier.empty() && !qualifier.contains('$') &&
         !std::ranges::all_of(qualifier, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace loopgate::lambda
