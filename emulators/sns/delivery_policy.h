// The delivery policy of a topic: how its HTTP subscribers are tried. Kept as it was given, shown
// as AWS shows it. https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
#pragma once

#include <string>
#include <string_view>

namespace loopgate::sns {

// What GetTopicAttributes gives back of a DeliveryPolicy that was set: with what is left out by
// default. A text that is no object is given back as it is.
std::string shown_delivery_policy(const std::string& given);
// What is in force: AWS's defaults, overlaid member by member. `given` may be empty.
std::string effective_delivery_policy(std::string_view given);

}  // namespace loopgate::sns
