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

std::string version_of(const FunctionConfig& config, std::string_view qualifier) {
  if (qualifier.empty() || qualifier == "$LATEST") return "$LATEST";
  const auto alias = config.aliases.find(std::string(qualifier));
  return alias == config.aliases.end() ? std::string(qualifier) : alias->second;
}

}  // namespace loopgate::lambda
