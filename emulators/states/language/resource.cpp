#include "emulators/states/language/resource.h"

#include <vector>

namespace loopgate::states {

std::optional<Resource> Resource::parse(std::string_view arn) {
  Resource out{.arn = std::string(arn)};
  std::vector<std::string_view> parts;
  for (std::string_view rest = arn; parts.size() < 5;) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts.push_back(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
    if (parts.size() == 5) parts.push_back(rest);
    if (parts.size() == 6) break;
  }
  if (parts[0] != "arn" || parts[5].empty()) return std::nullopt;
  const std::string_view rest = parts[5];
  if (parts[2] == "lambda" && rest.starts_with("function:")) {
    out.kind = Kind::kFunction;
    return out;
  }
  if (parts[2] != "states") return std::nullopt;
  if (rest.starts_with("activity:") && rest.size() > 9) {
    out.kind = Kind::kActivity;
    return out;
  }
  if (!parts[3].empty() || !parts[4].empty()) return std::nullopt;
  const std::size_t from = rest.starts_with("aws-sdk:") ? 8 : 0;
  const auto colon = rest.find(':', from);
  if (colon == std::string_view::npos || colon == from) return std::nullopt;
  out.service = rest.substr(0, colon);
  const std::string_view action = rest.substr(colon + 1);
  const auto dot = action.find('.');
  out.action = action.substr(0, dot);
  if (dot != std::string_view::npos) out.pattern = action.substr(dot + 1);
  if (out.action.empty()) return std::nullopt;
  if (!out.pattern.empty() && out.pattern != "sync" && out.pattern != "sync:2" &&
      out.pattern != "waitForTaskToken") {
    return std::nullopt;
  }
  return out;
}

}  // namespace loopgate::states
