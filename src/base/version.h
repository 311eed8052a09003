#pragma once

#include <string_view>

namespace loopgate {

// "0.2.0", of project() in the top CMakeLists.txt: written there and nowhere else.
std::string_view version();

}  // namespace loopgate
