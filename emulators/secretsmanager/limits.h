// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loopgate::secretsmanager {

inline constexpr std::size_t kMostVersions = 100;  // those without a stage are let go beyond
inline constexpr std::chrono::hours kVersionKept{24};
inline constexpr std::size_t kMostStages = 20;  // of all versions of a secret
inline constexpr std::size_t kMostTags = 50;
inline constexpr std::size_t kMostSecrets = 500'000;  // of an account in a region
inline constexpr std::size_t kMostValueBytes = 65'536;
inline constexpr std::int64_t kFewestDays = 7;  // of a recovery window
inline constexpr std::int64_t kMostDays = 30;
inline constexpr std::int64_t kMostListed = 100;  // a page
inline constexpr std::int64_t kMostAtOnce = 20;   // of BatchGetSecretValue
inline constexpr std::int64_t kPasswordChars = 32;

}  // namespace loopgate::secretsmanager
