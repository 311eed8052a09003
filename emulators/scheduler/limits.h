// EventBridge Scheduler's bounds, with their sources.
#pragma once

#include <chrono>
#include <cstddef>

namespace loopgate::scheduler {

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
inline constexpr std::size_t kMaxGroups = 500;        // of an account in a region
inline constexpr std::size_t kMaxInput = 256 * 1024;  // bytes
inline constexpr std::size_t kMaxTags = 50;
// Ours: AWS has a million; each takes about 2 KB of memory here.
inline constexpr std::size_t kMaxSchedules = 100'000;

// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
inline constexpr int kDefaultRetries = 185;
inline constexpr std::chrono::seconds kDefaultMaxAge{86'400};
// Between attempts, doubled each time. AWS says that it backs off exponentially, not how far.
inline constexpr std::chrono::seconds kFirstDelay{1};
inline constexpr std::chrono::seconds kMaxDelay{600};

// A rate begins when it is made, and AWS keeps times to the minute. This much later, what the same
// stack grants is there.
inline constexpr std::chrono::seconds kFirstOfRate{1};

// AWS refuses a StartDate that lies further back.
inline constexpr std::chrono::minutes kStartTolerance{5};

inline constexpr std::size_t kMaxPage = 100;
// Rules: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
inline constexpr std::size_t kMaxRuleTargets = 5;

}  // namespace loopgate::scheduler
