// JSONPath as Step Functions understands it (that of the Jayway library, whose words its errors
// use): a path into a document, compiled once.
// https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/states/language/datum.h"

namespace loopgate::states {

struct PathStep;

class JsonPath {
 public:
  // `text` begins with "$": what follows it is read, so that "$.a", "$$.a" less a '$' and what
  // stands behind a variable's name are the same. nullopt when it is no path.
  static std::optional<JsonPath> compile(std::string_view text);

  // The value; for a path that may have several (a wildcard, a slice, a filter) the list of them.
  // The error is in Jayway's words: "No results for path: $['a']".
  std::expected<Json, std::string> read(const Json& root) const;
  // Null when there is none. Only of a path that has one value at most.
  const Json* find(const Json& root) const;

  // Whether it names one place that could be written: "$", "$.a.b", "$.a[0]".
  bool is_reference() const;
  // Puts the value there, with the objects that are missing on the way. False when something on
  // the way is no object or list.
  bool write(Json& root, Json value) const;

 private:
  std::shared_ptr<const std::vector<PathStep>> steps_;
  std::string function_;  // "length": what is asked of the value at the end
  bool definite_ = true;
};

}  // namespace loopgate::states
