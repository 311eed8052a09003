// Limits of one rule.
// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
#pragma once

#include <cstddef>

namespace loopgate::rules {

inline constexpr std::size_t kMaxWildcardsPerPattern = 3;
inline constexpr double kMaxFilterNumber = 1e9;    // and the same below zero
inline constexpr double kFilterNumberScale = 1e5;  // five digits after the point

// Ours: what recursion may cost. Nobody nests deeper by intent.
inline constexpr std::size_t kMaxPatternDepth = 32;

}  // namespace loopgate::rules
