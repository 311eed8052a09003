// The files beside this one, as the build reads them (contents.cpp.in).
#pragma once

#include <string_view>

namespace loopgate::console {

extern const std::string_view kPage;
extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace loopgate::console
