// Delivery policies: how HTTP subscribers are tried. A topic has one for all of them, a
// subscription its own. Kept as they were given, shown as AWS shows them.
// https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/sns/retry_policy.h"

namespace loopgate::sns {

// Of SetTopicAttributes and of SetSubscriptionAttributes: InvalidParameter, "DeliveryPolicy: …".
aws::Outcome<void> check_topic_delivery_policy(std::string_view given);
aws::Outcome<void> check_subscription_delivery_policy(std::string_view given);

// What GetTopicAttributes gives back of a DeliveryPolicy that was set: with what is left out by
// default. A text that is no object is given back as it is.
std::string shown_delivery_policy(const std::string& given);
// What is in force: AWS's defaults, overlaid member by member. `given` may be empty.
std::string effective_delivery_policy(std::string_view given);

// The same of a subscription (recorded on AWS, 2024-10-03). Both may be empty.
std::string shown_subscription_policy(const std::string& given);
std::string effective_subscription_policy(std::string_view topic, std::string_view subscription);

inline constexpr const char* kPlainText = "text/plain; charset=UTF-8";

// What an effective policy says.
struct HttpPolicy {
  RetryPolicy retry;
  std::optional<double> most_per_second;
  std::string content_type{kPlainText};
};
HttpPolicy http_policy(std::string_view topic, std::string_view subscription);

}  // namespace loopgate::sns
