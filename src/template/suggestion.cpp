#include "template/suggestion.h"

#include "base/suggestion.h"

namespace loopgate::cfn {

std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known) {
  return loopgate::did_you_mean(unknown, known);
}

}  // namespace loopgate::cfn
