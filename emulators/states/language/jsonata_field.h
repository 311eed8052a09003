// "{% … %}": an expression of JSONata in a field of a state.
#pragma once

#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "codec/jsonata/jsonata.h"
#include "emulators/states/language/scope.h"

namespace loopgate::states {

// What stands between "{%" and "%}" without its blanks; nullopt when the whole text is no
// expression.
std::optional<std::string_view> jsonata_in(std::string_view text);

class JsonataField {
 public:
  // `text` as from `jsonata_in`.
  static std::expected<JsonataField, codec::jsonata::Failure> compile(std::string_view text);

  // A value, never undefined. `location` is that of the field: "Output/result".
  std::expected<Datum, Misfit> evaluate(const Scope& scope, const std::string& location) const;

  const std::string& text() const { return text_; }
  // Of what may be a variable: every name behind a '$'.
  const std::vector<std::string>& names() const { return names_; }
  void collect_variables(std::set<std::string>& out) const;

 private:
  JsonataField(std::string text, codec::jsonata::Expression expression);

  std::string text_;
  codec::jsonata::Expression expression_;
  std::vector<std::string> names_;
  bool wants_states_ = false;
  bool wants_context_ = false;
};

}  // namespace loopgate::states
