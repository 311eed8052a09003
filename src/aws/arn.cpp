#include "aws/arn.h"

#include <array>

namespace loopgate::aws {

std::optional<Arn> Arn::parse(std::string_view text) {
  if (text.size() > 2048) return std::nullopt;  // IAM's own bound on an ARN
  std::array<std::string_view, 5> parts;
  for (auto& part : parts) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || text.empty())
    return std::nullopt;
  return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
             std::string(parts[4]), std::string(text)};
}

std::string_view account_of(std::string_view arn) {
  if (!arn.starts_with("arn:")) return {};
  for (int field = 0; field < 4; ++field) {
    const auto colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  const auto end = arn.find(':');
  return end == std::string_view::npos ? std::string_view() : arn.substr(0, end);
}

}  // namespace loopgate::aws
