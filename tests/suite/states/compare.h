// Whether what came out is what AWS answered, by the rules of the recordings' README.
#pragma once

#include <set>
#include <string>

#include "tests/suite/states/names.h"

namespace suite {

class Comparison {
 public:
  Comparison(Names& names, std::set<std::string> masks) : names_(names), masks_(std::move(masks)) {}

  // What differs, with its path; empty when nothing does.
  std::string differ(const Json& expected, const Json& actual, const std::string& path = "");
  // Of two histories. `exact`: the order of events and their ids count.
  std::string differ_history(const Json& expected, const Json& actual, bool sorted, bool exact,
                             bool old_map_exit);

 private:
  std::string differ_text(const std::string& expected, const Json& actual, const std::string& path);

  Names& names_;
  std::set<std::string> masks_;  // texts that stand for any value
};

Json parse_or(const std::string& text, Json otherwise);

}  // namespace suite
