#pragma once

#include <cstddef>

namespace loopgate::cloudformation {

inline constexpr std::size_t kMaxChangeSets = 200;  // ours; each holds a template
// AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
inline constexpr std::size_t kMaxTemplateBodyBytes = 51'200;
inline constexpr std::size_t kMaxPolicyBytes = 16'384;
inline constexpr std::size_t kMaxTags = 50;

}  // namespace loopgate::cloudformation
