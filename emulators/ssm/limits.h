// https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
#pragma once

#include <cstddef>
#include <cstdint>

namespace loopgate::ssm {

inline constexpr std::size_t kMostStandardBytes = 4096;
inline constexpr std::size_t kMostAdvancedBytes = 8192;
inline constexpr std::size_t kMostStandard = 10'000;  // of an account in a region
inline constexpr std::size_t kMostAdvanced = 100'000;
inline constexpr std::size_t kMostVersions = 100;
inline constexpr std::size_t kMostLabels = 10;  // of a version
inline constexpr std::size_t kMostTags = 50;
inline constexpr std::size_t kMostLevels = 15;
inline constexpr std::size_t kMostArnChars = 1011;  // with the name in it
inline constexpr std::int64_t kMostByPath = 10;     // a page
inline constexpr std::int64_t kMostListed = 50;     // a page

}  // namespace loopgate::ssm
