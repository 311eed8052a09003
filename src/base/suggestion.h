// "did you mean …?": the name nearest to one that nobody knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loopgate {

// ": did you mean 'Queue'?", or empty when nothing is near.
std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known);

}  // namespace loopgate
