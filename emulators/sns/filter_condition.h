// The compiled form of a filter policy, and its evaluation on a document of leaves.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "codec/rules/filter_rule.h"

namespace loopgate::sns {

using rules::FilterRule;

struct FilterCondition {
  std::string path;  // keys joined by '.': AWS does not tell {"a.b":…} from {"a":{"b":…}}
  // Every list must have a rule that the value matches; more than one list when a key and a branch
  // of "$or" name the same path.
  std::vector<std::vector<FilterRule>> lists;

  bool matches(const nlohmann::json& value) const;
  bool accepts_absence() const;
};

using FilterAlternative = std::vector<FilterCondition>;

// Empty when one of the alternatives holds for `document` (an object); else which key of the first
// did not.
std::optional<std::string> evaluate(const std::vector<FilterAlternative>& alternatives,
                                    const nlohmann::json& document);

}  // namespace loopgate::sns
