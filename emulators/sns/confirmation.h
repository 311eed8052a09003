// What SNS says about a subscription to its endpoint: that it is asked for, and that it has ended.
// https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
// https://docs.aws.amazon.com/sns/latest/dg/http-unsubscribe-confirmation-json.html
#pragma once

#include <string>

#include "base/time.h"

namespace loopgate::sns {

struct Confirmation {
  enum class Kind : unsigned char { kSubscribe, kUnsubscribe };
  Kind kind{};
  std::string topic_arn;
  std::string subscription_arn;  // of the one that has ended
  std::string message_id;
  std::string token;
  std::string subscribe_url;
  WallTime at{};
  std::string signature_version = "1";
  std::string signature{};  // base64
  std::string certificate_url;

  std::string type() const;     // "SubscriptionConfirmation", "UnsubscribeConfirmation"
  std::string message() const;  // for people
};

// What is signed.
std::string string_to_sign(const Confirmation& confirmation);
// The document, laid out as AWS does.
std::string render(const Confirmation& confirmation);

}  // namespace loopgate::sns
