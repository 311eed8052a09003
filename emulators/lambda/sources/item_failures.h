// What a function says of a batch when it reports failures item by item.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
#pragma once

#include <expected>
#include <set>
#include <string>
#include <string_view>

namespace loopgate::lambda {

// The ids that failed. Nothing, null, {} and an empty list mean that none did. What cannot be
// understood fails the whole batch, as an id does that is empty or not of `batch`: the error says
// which.
std::expected<std::set<std::string>, std::string> read_item_failures(
    std::string_view answer, const std::set<std::string>& batch);

}  // namespace loopgate::lambda
