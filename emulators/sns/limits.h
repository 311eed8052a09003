// Limits of SNS. Source, where none is named:
// https://docs.aws.amazon.com/general/latest/gr/sns.html and the API reference of the operation.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::sns {

// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
inline constexpr std::size_t kMaxFilterPolicyBytes = 256 * 1024;
inline constexpr std::size_t kMaxFilterPolicyKeys =
    5;  // leaves; the objects above them do not count
inline constexpr std::size_t kMaxFilterPolicyCombinations = 150;
inline constexpr std::size_t kMaxWildcardPoints =
    100;  // 1 for a pattern with one wildcard, 3 with more

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
inline constexpr std::size_t kMaxApplicationNameCharacters = 256;
inline constexpr std::size_t kMaxCustomUserDataBytes = 2048;
inline constexpr std::size_t kMaxSandboxNumbers = 10;  // of telephones, in the SMS sandbox
inline constexpr std::size_t kMaxFilterPoliciesPerTopic = 200;
inline constexpr std::chrono::days kMaxArchiveDays{365};
inline constexpr std::size_t kMaxDataProtectionPolicyCharacters = 30'720;
inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxFifoIdCharacters = 128;  // group and deduplication ids
inline constexpr std::size_t kPageSize = 100;             // of the List operations
inline constexpr std::chrono::minutes kDeduplicationWindow{5};

// Of delivery policies: https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
inline constexpr int kMaxHttpRetries = 100;
inline constexpr std::chrono::seconds kMaxDelayTarget{3600};
inline constexpr std::chrono::seconds kMaxHttpRetryTime{3600};    // of all retries together
inline constexpr std::int64_t kMaxReceivesPerSecond = 1'000'000;  // ours

// Of a token that confirms: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
inline constexpr std::chrono::hours kTokenLifetime{48};
// A subscription that nobody confirmed goes:
// https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
inline constexpr std::chrono::hours kPendingLifetime{48};

// Ours: requests under way to all endpoints together and to one, and deliveries that wait in the
// store for their next attempt.
inline constexpr std::size_t kMaxHttpCalls = 64;
inline constexpr std::size_t kMaxHttpCallsPerEndpoint = 8;
inline constexpr std::size_t kMaxWaitingDeliveries = 100'000;

// Ours: messages that would have left the machine, and the bytes of them, that are kept.
inline constexpr std::int64_t kMaxCaptured = 10'000;
inline constexpr std::int64_t kMaxCapturedBytes = 64 * 1024 * 1024;

// Ours, to bound memory: AWS allows 100 000 topics and 12 500 000 subscriptions.
inline constexpr std::size_t kMaxTopics = 100'000;
inline constexpr std::size_t kMaxSubscriptions = 200'000;
inline constexpr std::size_t kMaxPolicyBytes = 30 * 1024;  // of a topic
inline constexpr std::size_t kMaxAttributeBytes = 256 * 1024;

}  // namespace loopgate::sns
