#include "emulators/ssm/names.h"

#include <algorithm>

#include "aws/arn.h"
#include "codec/text.h"
#include "emulators/ssm/limits.h"

namespace loopgate::ssm {

namespace {

constexpr const char* kPathRule =
    "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it "
    "can "
    "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
    "letters, "
    "numbers and the following 3 symbols .-_";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_of_name(char c) {
  return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-' || c == '/';
}

}  // namespace

std::string arn_of(const Place& place, std::string_view name) {
  return fmt::format("arn:aws:ssm:{}:{}:parameter{}{}", place.region, place.account,
                     name.starts_with('/') ? "" : "/", name);
}

Outcome<void> check_new_name(const Place& place, std::string_view name) {
  const bool is_path = std::ranges::count(name, '/') > (name.starts_with('/') ? 1 : 0);
  const auto bare = codec::lower(name.starts_with('/') ? name.substr(1) : name);
  if (bare.starts_with("aws") && is_path) {
    return refuse(error("AccessDeniedException",
                        fmt::format("No access to reserved parameter name: {}.", name)));
  }
  if (bare.starts_with("aws") || bare.starts_with("ssm")) {
    return refuse(validation(
        is_path ? kPathRule
                : "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)."));
  }
  if (!std::ranges::all_of(name, is_of_name) || name.find("//") != std::string_view::npos) {
    return refuse(validation(kPathRule));
  }
  if (!name.starts_with('/') && name.find('/') != std::string_view::npos) {
    return refuse(validation("Parameter name must be a fully qualified name."));
  }
  if (name.ends_with('/')) return refuse(validation("Parameter name must not end with slash."));
  if (static_cast<std::size_t>(std::ranges::count(name, '/')) > kMostLevels) {
    return refuse(error("HierarchyLevelLimitExceededException",
                        fmt::format("A hierarchy can have a maximum of {} levels. For more "
                                    "information, see Requirements and constraints for parameter "
                                    "names in the AWS Systems Manager User Guide.",
                                    kMostLevels)));
  }
  if (arn_of(place, name).size() > kMostArnChars) {
    return refuse(validation(
        fmt::format("Parameter name: the ARN with the name in it can have at most {} characters.",
                    kMostArnChars)));
  }
  return {};
}

Outcome<void> check_path(std::string_view path) {
  if (path.starts_with('/') && std::ranges::all_of(path, is_of_name)) return {};
  return refuse(validation(
      "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
      "with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" "
      "(case-insensitive). It must use only letters, numbers, or the following symbols: . "
      "(period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if "
      "specified, must use the forward slash symbol \"/\". Valid example: "
      "/get/parameters2-/by1./path0_."));
}

Reference read_reference(const Place& at, std::string_view text) {
  Reference out{at.account, at.region, std::string(text)};
  if (const auto arn = aws::Arn::parse(text);
      arn && arn->service == "ssm" && arn->account == at.account && arn->region == at.region &&
      arn->resource.starts_with("parameter/")) {
    out.from_arn = true;
    out.name = arn->resource.substr(sizeof("parameter") - 1);
  }
  if (const auto colon = out.name.find(':'); colon != std::string::npos) {
    out.selector = out.name.substr(colon);
    out.name.resize(colon);
  }
  return out;
}

bool is_label(std::string_view label) {
  const auto small = codec::lower(label);
  return !label.empty() && !(label[0] >= '0' && label[0] <= '9') && !small.starts_with("aws") &&
         !small.starts_with("ssm") && std::ranges::all_of(label, [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
         });
}

}  // namespace loopgate::ssm
