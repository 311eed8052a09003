// The ARNs that SNS is given, and how it words that one is none.
#pragma once

#include <string_view>

#include "aws/arn.h"
#include "aws/error.h"

namespace loopgate::sns {

// `parameter` is the one that holds the text: "TopicArn". It must be an ARN of SNS; whether there
// is such a thing is the caller's.
aws::Outcome<aws::Arn> read_arn(std::string_view text, std::string_view parameter);
// Of a topic: nothing behind its name.
aws::Outcome<aws::Arn> read_topic_arn(std::string_view text, std::string_view parameter);
// Of a subscription: the topic's ARN and an id.
aws::Outcome<aws::Arn> read_subscription_arn(std::string_view text);

}  // namespace loopgate::sns
