// Bounds of the Query and JSON protocols. Ours: far above what any operation of AWS takes.
#pragma once

#include <cstddef>

namespace loopgate::http {

inline constexpr std::size_t kMaxFormParameters = 10'000;
inline constexpr std::size_t kMaxFormNameBytes = 1024;
inline constexpr std::size_t kMaxListIndex = 10'000;
inline constexpr std::size_t kMaxNesting = 32;  // of JSON values, and of dots in a parameter's name

}  // namespace loopgate::http
