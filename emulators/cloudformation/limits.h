#pragma once

#include <cstddef>

namespace loopgate::cloudformation {

inline constexpr std::size_t kMaxChangeSets = 200;  // ours; each holds a template

}  // namespace loopgate::cloudformation
