#include "emulators/sns/arns.h"

#include <algorithm>

#include "emulators/sns/errors.h"

namespace loopgate::sns {
namespace {

constexpr std::ptrdiff_t kElements = 6;  // arn:partition:service:region:account:resource

}  // namespace

// What is too short is told from what is wrong (recorded on AWS, 2024-03-11 and 2025-10-06).
aws::Outcome<aws::Arn> read_arn(std::string_view text, std::string_view parameter) {
  const auto elements = std::ranges::count(text, ':') + 1;
  if (elements < kElements) {
    return aws::refuse(invalid_parameter(std::string(parameter) +
                                         " Reason: An ARN must have at least 6 elements, not " +
                                         std::to_string(elements)));
  }
  auto arn = aws::Arn::parse(text);
  if (!arn || arn->service != "sns") return aws::refuse(invalid_parameter(parameter));
  return *std::move(arn);
}

aws::Outcome<aws::Arn> read_topic_arn(std::string_view text, std::string_view parameter) {
  auto arn = read_arn(text, parameter);
  if (arn && arn->resource.find(':') != std::string::npos) {
    return aws::refuse(invalid_parameter(parameter));
  }
  return arn;
}

aws::Outcome<aws::Arn> read_subscription_arn(std::string_view text) {
  auto arn = read_arn(text, "SubscriptionArn");
  if (arn && arn->resource.find(':') == std::string::npos) {
    return aws::refuse(invalid_parameter("SubscriptionId"));
  }
  return arn;
}

}  // namespace loopgate::sns
