// What a JSONPath is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulators/states/language/datum.h"

namespace loopgate::states {

// ?(@.price < 10 && @.isbn): a tree of tests.
struct PathFilter;

struct PathStep {
  enum class Kind : std::uint8_t { kNames, kIndexes, kSlice, kWildcard, kDescend, kFilter };

  Kind kind = Kind::kNames;
  std::vector<std::string> names{};
  std::vector<std::int64_t> indexes{};
  std::optional<std::int64_t> from{}, to{};
  std::int64_t by = 1;
  std::shared_ptr<const PathFilter> filter{};

  // Whether it leads to one value at most.
  bool definite() const {
    return (kind == Kind::kNames && names.size() == 1) ||
           (kind == Kind::kIndexes && indexes.size() == 1);
  }
};

struct PathOperand {
  // Of "@.a" and "$.a"; else `literal`.
  std::shared_ptr<const std::vector<PathStep>> path{};
  bool from_root = false;
  Json literal{};
};

struct PathFilter {
  enum class Kind : std::uint8_t { kOr, kAnd, kNot, kExists, kCompare };

  Kind kind = Kind::kExists;
  std::vector<PathFilter> parts{};
  std::string compare{};  // "==", "<", "in", …
  PathOperand left{}, right{};
};

}  // namespace loopgate::states
