// Which attributes topics and subscriptions have, and what may stand in them.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/sns/topic.h"

namespace loopgate::sns {

// Of CreateTopic and SetTopicAttributes. `value` may be empty: the attribute is then as if never
// set.
aws::Outcome<void> check_topic_attribute(const Topic& topic, const std::string& name,
                                         const std::string& value);
// Checks and sets, with what is compiled from it; an empty value unsets. Nothing changes on an
// error.
aws::Outcome<void> set_subscription_attribute(Subscription& subscription, bool fifo_topic,
                                              const std::string& name, const std::string& value);
// All of them at once, in an order in which they make sense; refusals as Subscribe words them.
aws::Outcome<void> set_subscription_attributes(Subscription& subscription, bool fifo_topic,
                                               const AttributeMap& attributes);

std::string default_topic_policy(const Topic& topic);

bool is_true(std::string_view text);  // "true", in any case

}  // namespace loopgate::sns
