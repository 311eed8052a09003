// From a state's input to what it works on, and from its result to its output.
#include <fmt/format.h>

#include <cmath>

#include "base/json.h"
#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

namespace {

Misfit invalid_path(const Query& query, const std::string& why) {
  return {.reason = fmt::format("Invalid path '{}' : {}", query.text(), why)};
}

Misfit unexpected_type(const Payload& payload, std::string_view field, std::string_view expected,
                       const Datum& value) {
  return {.reason = fmt::format("The JSONata expression '{}' specified for the field '{}' returned "
                                "an unexpected result type. Expected '{}', but was '{}' for "
                                "value: {}",
                                payload.expression_text(), field, expected, json_type(value.json()),
                                value.text()),
          .error = "States.QueryEvaluationError",
          .location = std::string(field)};
}

}  // namespace

std::expected<Datum, Misfit> Execution::select(const Selection& selection, const Scope& scope) {
  if (selection.nothing) return Datum(Json::object());
  if (!selection.query || selection.query->text() == "$") return scope.input;
  auto value = selection.query->read(scope);
  if (!value) return std::unexpected(invalid_path(*selection.query, value.error()));
  return Datum(std::move(*value));
}

std::expected<Datum, Misfit> Execution::effective_input(Branch& branch) {
  return select(branch.state->input_path, scope(branch, branch.input));
}

std::expected<double, Misfit> Execution::number(const NumberField& field, std::string_view name,
                                                const Scope& scope) {
  if (field.value) return *field.value;
  const bool whole = name != "ToleratedFailurePercentage";
  if (field.path) {
    const auto value = field.path->read(scope);
    if (!value) return std::unexpected(invalid_path(*field.path, value.error()));
    if (value->is_number_integer() || (!whole && value->is_number())) return value->get<double>();
    if (value->is_string()) {
      const auto number = read_ordered_json(value->get_ref<const std::string&>());
      if (number && (number->is_number_integer() || (!whole && number->is_number()))) {
        return number->get<double>();
      }
    }
    return std::unexpected(
        Misfit{.reason = fmt::format(
                   "The {}Path field refers to value \"{}\" which is not a valid {}: {}", name,
                   value->is_string() ? value->get<std::string>() : write_json(*value),
                   whole ? "integer" : "float", field.path->text())});
  }
  const auto value = field.expression->evaluate(scope);
  if (!value) return std::unexpected(value.error());
  const Json& json = value->json();
  if (!json.is_number() || (whole && std::floor(json.get<double>()) != json.get<double>())) {
    return std::unexpected(
        unexpected_type(*field.expression, name, whole ? "integer" : "number", *value));
  }
  return json.get<double>();
}

std::expected<std::string, Misfit> Execution::words(const TextField& field, std::string_view name,
                                                    const Scope& scope) {
  if (field.value) return *field.value;
  if (field.path) {
    auto value = field.path->read(scope);
    if (value && value->is_string()) return value->get<std::string>();
    if (!value && field.path->is_function()) {
      return std::unexpected(Misfit{.reason = value.error()});
    }
    return std::unexpected(
        Misfit{.reason = fmt::format("The JSONPath '{}' specified for the field '{}Path' could "
                                     "not be found in the input '{}'",
                                     field.path->text(), name, scope.input.text())});
  }
  const auto value = field.expression->evaluate(scope);
  if (!value) return std::unexpected(value.error());
  if (value->json().is_string()) return value->json().get<std::string>();
  return std::unexpected(unexpected_type(*field.expression, name, "string", *value));
}

std::expected<Datum, Misfit> Execution::place(const ResultPath& path, const Datum& input,
                                              const Datum& result) {
  if (path.discards) return input;
  if (!path.path) return result;
  Json whole = input.json();
  if (path.path->write(whole, result.json())) return Datum(std::move(whole));
  return std::unexpected(Misfit{
      .reason = fmt::format("Unable to apply step \"{}\" to input {}", path.text, input.text()),
      .error = "States.ResultPathMatchFailure"});
}

std::expected<void, Misfit> Execution::assign(const std::optional<Payload>& payload,
                                              const Scope& scope, Outcome& outcome) {
  if (!payload) return {};
  auto members = payload->evaluate_members(scope);
  if (!members) return std::unexpected(std::move(members.error()));
  for (const auto& [name, value] : *members) {
    if (value.text().size() <= kMaxVariableBytes) continue;
    return std::unexpected(
        Misfit{.reason = fmt::format("The variable '{}' has a size exceeding the maximum number of "
                                     "bytes service limit.",
                                     name)});
  }
  outcome.assigned = std::move(*members);
  return {};
}

// By the fields of the state, or of the rule or the catcher that stands for it.
std::expected<Execution::Outcome, Misfit> Execution::shaped(Branch& branch,
                                                            const std::optional<Payload>& assign,
                                                            const std::optional<Payload>& output,
                                                            Scope scope, const Datum& otherwise) {
  Outcome outcome{.output = otherwise};
  if (output) {
    auto made = output->evaluate(scope);
    if (!made) return std::unexpected(std::move(made.error()));
    outcome.output = std::move(*made);
  } else if (branch.state->language == Language::kJsonPath &&
             branch.state->type == StateType::kChoice) {
    auto selected = select(branch.state->output_path, scope);
    if (!selected) return std::unexpected(std::move(selected.error()));
    outcome.output = std::move(*selected);
  }
  if (auto done = this->assign(assign, scope, outcome); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return outcome;
}

std::expected<Execution::Outcome, Misfit> Execution::outcome_of(Branch& branch, Datum result) {
  const State& state = *branch.state;
  const bool works = state.type == StateType::kTask || state.type == StateType::kParallel ||
                     state.type == StateType::kMap;
  if (state.language == Language::kJsonata) {
    Scope seen = scope(branch, branch.input);
    if (works) seen.result = &result;
    return shaped(branch, state.assign, state.output, seen, result);
  }
  // What passes its input on shows its effective one.
  const bool passes = state.type == StateType::kWait || state.type == StateType::kSucceed;
  if (passes) {
    auto input = effective_input(branch);
    if (!input) return std::unexpected(std::move(input.error()));
    if (trial_ != nullptr) trial_->note("afterInputPath", *input);
    result = std::move(*input);
  }
  if (state.result_selector) {
    auto made = state.result_selector->evaluate(scope(branch, result));
    if (!made) {
      // The reasons of a selector name the result.
      return std::unexpected(std::move(made.error()));
    }
    result = std::move(*made);
  }
  if (trial_ != nullptr && !passes) trial_->note("afterResultSelector", result);
  Outcome outcome;
  if (auto done = assign(state.assign, scope(branch, result), outcome); !done) {
    return std::unexpected(std::move(done.error()));
  }
  auto placed = passes ? result : place(state.result_path, branch.input, result);
  if (!placed) return std::unexpected(std::move(placed.error()));
  if (trial_ != nullptr && !passes) trial_->note("afterResultPath", *placed);
  auto output = select(state.output_path, scope(branch, *placed));
  if (!output) return std::unexpected(std::move(output.error()));
  outcome.output = std::move(*output);
  return outcome;
}

void Execution::finish(Branch& branch, Datum result) {
  auto outcome = outcome_of(branch, std::move(result));
  if (!outcome) return misfit(branch, std::move(outcome.error()));
  leave(branch, std::move(*outcome), branch.state->next);
}

}  // namespace loopgate::states
