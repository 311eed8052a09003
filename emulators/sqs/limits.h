// Bounds of SQS. AWS's own unless it says otherwise.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::sqs {

inline constexpr std::size_t kMaxMessageBytes =
    1024 * 1024;  // body and attributes; of a batch, too
inline constexpr std::size_t kMaxBatchEntries = 10;
inline constexpr std::size_t kMaxMessageAttributes = 10;
inline constexpr std::size_t kMaxAttributeNameChars = 256;
inline constexpr std::size_t kMaxNameChars = 80;  // of a queue, a batch entry, a permission's label
inline constexpr std::size_t kMaxFifoIdChars = 128;   // group, deduplication and attempt ids
inline constexpr std::size_t kMaxInFlight = 120'000;  // a queue
inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxListed = 1000;
inline constexpr std::int64_t kMaxReceived = 10;
inline constexpr std::int64_t kMaxWaitSeconds = 20;
inline constexpr std::int64_t kMaxDelaySeconds = 900;
inline constexpr std::int64_t kMaxVisibilitySeconds = 43'200;
inline constexpr std::int64_t kMaxReceiveCount = 1000;  // of a redrive policy
inline constexpr std::size_t kMaxPolicyStatements = 20;
inline constexpr std::size_t kMaxPolicyActions = 7;
inline constexpr std::chrono::minutes kDeduplicationWindow{5};
inline constexpr std::chrono::minutes kAttemptWindow{5};
inline constexpr std::chrono::seconds kPurgeCooldown{60};  // between two purges of a queue
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
inline constexpr std::int64_t kMaxMovedPerSecond = 500;
inline constexpr std::size_t kMaxActiveMoves = 100;  // of an account
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
inline constexpr std::chrono::hours kMaxMoveTime{36};
inline constexpr std::size_t kMaxMovesKept = 10;  // of a source: as many as can be listed
// Of tenants of a fair queue: who has more of what is in flight is a noisy neighbour.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
inline constexpr std::size_t kNoisyInFlight = 30;
inline constexpr std::size_t kNoisyShare = 10;  // percent

// Ours: how many messages a move task takes before others have their turn.
inline constexpr std::int64_t kMovedATurn = 256;
// Ours: what one queue may hold of polls that wait, attempts that may be repeated, and policy text.
inline constexpr std::size_t kMaxWaiters = 4096;
inline constexpr std::size_t kMaxAttempts = 10'000;
inline constexpr std::size_t kMaxPolicyBytes = 64 * 1024;
// Ours: messages that one look into a queue shows.
inline constexpr std::size_t kMaxPeeked = 1000;

}  // namespace loopgate::sqs
