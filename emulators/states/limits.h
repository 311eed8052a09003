// What the service bounds.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::states {

inline constexpr std::size_t kMaxMachines = 100'000;
inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::int64_t kDefaultPage = 100;
inline constexpr std::int64_t kMostPage = 1000;
inline constexpr std::size_t kMaxNameCharacters = 80;
// Ended executions are kept that long.
inline constexpr std::chrono::hours kRetention{90 * 24};
inline constexpr std::chrono::seconds kActivityPoll{60};
// Ours: executions that run at a time. AWS has a million open ones; each has its data in memory.
inline constexpr std::size_t kMaxRunning = 100'000;
// Ours: compiled definitions that are kept.
inline constexpr std::size_t kMaxCompiled = 500;

}  // namespace loopgate::states
