// Limits of SNS. Source, where none is named:
// https://docs.aws.amazon.com/general/latest/gr/sns.html and the API reference of the operation.
#pragma once

#include <chrono>
#include <cstddef>

namespace loopgate::sns {

// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
inline constexpr std::size_t kMaxFilterPolicyBytes = 256 * 1024;
inline constexpr std::size_t kMaxFilterPolicyKeys =
    5;  // leaves; the objects above them do not count
inline constexpr std::size_t kMaxFilterPolicyCombinations = 150;
inline constexpr std::size_t kMaxWildcardsPerPattern = 3;
inline constexpr std::size_t kMaxWildcardPoints =
    100;                                           // 1 for a pattern with one wildcard, 3 with more
inline constexpr double kMaxFilterNumber = 1e9;    // and the same below zero
inline constexpr double kFilterNumberScale = 1e5;  // five digits after the point

// Ours: what recursion may cost. Nobody nests deeper by intent.
inline constexpr std::size_t kMaxFilterPolicyDepth = 32;
inline constexpr std::size_t kMaxBodyDepth = 128;

inline constexpr std::size_t kMaxMessageBytes =
    256 * 1024;  // body and attributes; of a batch in sum
inline constexpr std::size_t kMaxSubjectCharacters = 100;
inline constexpr std::size_t kMaxTopicNameCharacters = 256;
inline constexpr std::size_t kMaxBatchEntries = 10;
inline constexpr std::size_t kMaxBatchIdCharacters = 80;
inline constexpr std::size_t kMaxAttributeNameBytes = 256;
inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxFifoIdCharacters = 128;  // group and deduplication ids
inline constexpr std::size_t kPageSize = 100;             // of the List operations
inline constexpr std::chrono::minutes kDeduplicationWindow{5};

// Ours, to bound memory: AWS allows 100 000 topics and 12 500 000 subscriptions.
inline constexpr std::size_t kMaxTopics = 100'000;
inline constexpr std::size_t kMaxSubscriptions = 200'000;
inline constexpr std::size_t kMaxPolicyBytes = 30 * 1024;  // of a topic
inline constexpr std::size_t kMaxAttributeBytes = 256 * 1024;

}  // namespace loopgate::sns
