// Amazon Resource Names: arn:partition:service:region:account:resource.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loopgate::aws {

struct Arn {
  std::string partition = "aws";
  std::string service;
  std::string region;    // may be empty
  std::string account;   // may be empty
  std::string resource;  // everything after the fifth colon

  static std::optional<Arn> parse(std::string_view text);
  bool operator==(const Arn&) const = default;
};

// The fifth field, empty when the text is no ARN or has none there.
std::string_view account_of(std::string_view arn);

}  // namespace loopgate::aws
