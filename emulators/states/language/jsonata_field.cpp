#include "emulators/states/language/jsonata_field.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/states/language/limits.h"

namespace loopgate::states {

namespace jsonata = codec::jsonata;

namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Every "$name" outside of strings, with what follows it.
struct Mention {
  std::string name;
  std::string_view rest;
};
std::vector<Mention> mentions(std::string_view text) {
  std::vector<Mention> out;
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == '\\') ++at;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '$') {
      std::size_t end = at + 1;
      while (end < text.size() && is_name(text[end])) ++end;
      if (end > at + 1) {
        out.push_back({std::string(text.substr(at + 1, end - at - 1)), text.substr(end)});
      }
      at = end - 1;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string_view> jsonata_in(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("{%") || !text.ends_with("%}")) return std::nullopt;
  text = text.substr(2, text.size() - 4);
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return std::string_view();
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

JsonataField::JsonataField(std::string text, jsonata::Expression expression)
    : text_(std::move(text)), expression_(std::move(expression)) {
  for (auto& [name, rest] : mentions(text_)) {
    if (name == "states") {
      wants_states_ = true;
      // Making the context object costs more than most expressions.
      wants_context_ |= !rest.starts_with(".input") && !rest.starts_with(".result") &&
                        !rest.starts_with(".errorOutput");
    } else if (std::ranges::find(names_, name) == names_.end()) {
      names_.push_back(std::move(name));
    }
  }
}

std::expected<JsonataField, jsonata::Failure> JsonataField::compile(std::string_view text) {
  auto expression = jsonata::Expression::compile(text, jsonata::Dialect::kStates);
  if (!expression) return std::unexpected(std::move(expression.error()));
  return JsonataField(std::string(text), std::move(*expression));
}

std::expected<Datum, Misfit> JsonataField::evaluate(const Scope& scope,
                                                    const std::string& location) const {
  std::vector<jsonata::Variable> variables;
  if (wants_states_) {
    std::vector<jsonata::Variable> members = {{"input", scope.input.document()}};
    if (wants_context_) members.push_back({"context", scope.context().document()});
    if (scope.result != nullptr) members.push_back({"result", scope.result->document()});
    if (scope.error_output != nullptr) {
      members.push_back({"errorOutput", scope.error_output->document()});
    }
    variables.push_back({"states", jsonata::Document::object(members)});
  }
  for (const auto& name : names_) {
    if (const Datum* found = scope.variables.find(name)) {
      variables.push_back({name, found->document()});
    }
  }
  jsonata::Limits limits;
  limits.steps = kMaxEvaluationSteps;
  limits.bytes = kMaxEvaluationBytes;
  auto result = expression_.evaluate(
      {}, {.variables = variables, .random = scope.random, .now = scope.now, .limits = limits});
  const auto misfit = [&](std::string_view end) {
    return std::unexpected(
        Misfit{.reason = fmt::format("The JSONata expression '{}' specified for the field '{}' {}",
                                     text_, location, end),
               .error = "States.QueryEvaluationError",
               .location = location});
  };
  if (!result) {
    return misfit("threw an error during evaluation. " + result.error().to_string());
  }
  if (result->is_undefined()) return misfit("returned nothing (undefined).");
  if (result->is_function()) return misfit("returned an unsupported result type.");
  return Datum::of(std::move(*result));
}

void JsonataField::collect_variables(std::set<std::string>& out) const {
  out.insert(names_.begin(), names_.end());
}

}  // namespace loopgate::states
