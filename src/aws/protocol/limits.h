// Bounds of the protocols. Ours: far above what any operation of AWS takes.
#pragma once

#include <cstddef>

namespace loopgate::aws {

inline constexpr std::size_t kMaxFormParameters = 10'000;
inline constexpr std::size_t kMaxFormNameBytes = 1024;
inline constexpr std::size_t kMaxListIndex = 10'000;
inline constexpr std::size_t kMaxNameParts = 80;  // dots in a parameter's name
// Of JSON and XML. A value of DynamoDB may nest 32 levels, each of which is two in JSON.
inline constexpr std::size_t kMaxNesting = 100;
inline constexpr std::size_t kMaxShownValue =
    1024;  // bytes of a value in the sentence that refuses it

}  // namespace loopgate::aws
