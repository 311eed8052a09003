// The filter pattern of FilterLogEvents for unstructured lines: terms (all must occur), "quoted
// phrases", -excluded and ?alternatives. Patterns over fields ({ $.x = 1 }, [a, b]) are refused by
// name. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::logs {

class FilterPattern {
 public:
  FilterPattern() = default;  // matches everything
  static Result<FilterPattern> parse(std::string_view text);

  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> required_;
  std::vector<std::string> excluded_;
  std::vector<std::string> any_;
};

}  // namespace loopgate::logs
