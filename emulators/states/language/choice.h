// The rules of a Choice state.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
#pragma once

#include <expected>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emulators/states/language/payload.h"

namespace loopgate::states {

struct ChoiceRule {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kCompare, kCondition };

  Kind kind = Kind::kCompare;
  std::vector<ChoiceRule> parts{};
  std::string comparison{};  // "StringEquals", without "Path"
  std::optional<Query> variable{};
  Json value{};
  std::optional<Query> value_path{};
  std::optional<Payload> condition{};

  std::string next{};
  std::optional<Payload> assign{}, output{};

  static ChoiceRule compile(const Json& json, Language language, const std::string& location,
                            const Complain& complain);

  std::expected<bool, Misfit> matches(const Scope& scope) const;
  void collect_variables(std::set<std::string>& out) const;
};

}  // namespace loopgate::states
