// Limits of event source mappings.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::lambda {

// Of the service.
inline constexpr std::size_t kMaxFilters = 5;  // of a mapping
inline constexpr std::int64_t kMaxMappingsListed = 100;
inline constexpr std::size_t kMaxTags = 50;  // of a mapping or a function

// Batches of one mapping that are with its function at once, unless it says otherwise: with as many
// AWS begins. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
inline constexpr std::size_t kConcurrentBatches = 5;
// When a source cannot be polled: the first pause, which doubles up to the last.
inline constexpr std::chrono::seconds kFirstPollRetry{1};
inline constexpr std::chrono::seconds kLastPollRetry{60};
inline constexpr std::size_t kMaxMappings = 10'000;  // of all accounts

}  // namespace loopgate::lambda
