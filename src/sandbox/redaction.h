// Takes secrets out of what is written where others read it: the artifacts of a CI job.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/journal.h"

namespace loopgate {

class Redaction {
 public:
  // What is shorter would be found where it is no secret: "no", "80".
  static constexpr std::size_t kShortestSecret = 4;

  // Values that are secret, in any order; shorter ones are not looked for.
  explicit Redaction(std::vector<std::string> secrets = {});

  // Each secret becomes "***".
  std::string apply(std::string text) const;
  // In every text of a document, names of members too.
  nlohmann::ordered_json apply(const nlohmann::ordered_json& document) const;
  // Its text; and its head, which may hold the beginning of one, goes.
  Event apply(Event event) const;
  // The lines that hold none.
  std::string lines_without(std::string_view lines) const;

 private:
  bool holds_secret(std::string_view text) const;
  bool begins_secret(const Event& event) const;

  std::vector<std::string> secrets_;  // the longest first: one may hold another
};

// Of an environment ("NAME=value" each): what its name says is a secret, as CI services name them.
std::vector<std::string> secrets_of_environment(const char* const* environment);

}  // namespace loopgate
