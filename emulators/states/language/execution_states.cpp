// What each type of state does that is not work.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/timestamp.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

void Execution::enter(Branch& branch) {
  branch.tries.assign(branch.state->retriers.size(), 0);
  branch.retry_count = 0;
  branch.token.clear();
  if (++transitions_ > kMaxExpressTransitions && info_.express) return time_out(now_);
  // The end of the history is left for what tells of the end.
  if (!info_.express && last_event_id_ >= kMaxHistoryEvents - 1) {
    return give_up(branch, {.error = "States.Runtime",
                            .cause = fmt::format("The execution reached the maximum number of "
                                                 "history events ({}).",
                                                 kMaxHistoryEvents)});
  }
  record_entered(branch);
  run(branch);
}

void Execution::run(Branch& branch) {
  switch (branch.state->type) {
    case StateType::kPass:
      return run_pass(branch);
    case StateType::kTask:
      return run_task(branch);
    case StateType::kChoice:
      return run_choice(branch);
    case StateType::kWait:
      return run_wait(branch);
    case StateType::kSucceed:
      return run_succeed(branch);
    case StateType::kFail:
      return run_fail(branch);
    case StateType::kParallel:
      return run_parallel(branch);
    case StateType::kMap:
      return run_map(branch);
  }
}

void Execution::run_pass(Branch& branch) {
  const State& state = *branch.state;
  if (state.language == Language::kJsonata) return finish(branch, branch.input);
  auto input = effective_input(branch);
  if (!input) return misfit(branch, std::move(input.error()));
  if (trial_ != nullptr && !state.result) {
    trial_->note("afterInputPath", *input);
  }
  if (state.parameters) {
    auto made = state.parameters->evaluate(scope(branch, *input));
    if (!made) return misfit(branch, std::move(made.error()));
    input = std::move(made);
  }
  if (trial_ != nullptr) {
    if (state.result) {
      trial_->note("result", *state.result);
    } else {
      trial_->note("afterParameters", *input);
    }
  }
  finish(branch, state.result ? *state.result : *input);
}

void Execution::run_succeed(Branch& branch) {
  finish(branch, branch.input);
}

void Execution::run_choice(Branch& branch) {
  const State& state = *branch.state;
  auto input = effective_input(branch);
  if (!input) return misfit(branch, std::move(input.error()));
  if (trial_ != nullptr && state.language == Language::kJsonPath) {
    trial_->note("afterInputPath", *input);
  }
  const Scope seen = scope(branch, *input);
  for (const auto& rule : state.choices) {
    const auto matched = rule.matches(seen);
    if (!matched) return misfit(branch, matched.error());
    if (!*matched) continue;
    auto outcome = shaped(branch, rule.assign, rule.output, seen, *input);
    if (!outcome) return misfit(branch, std::move(outcome.error()));
    return leave(branch, std::move(*outcome), rule.next);
  }
  if (state.fallback.empty()) {
    return fail(branch, {.error = "States.NoChoiceMatched",
                         .cause = sentence(branch,
                                           "Failed to transition out of the state. The "
                                           "state does not point to a next state.")});
  }
  auto outcome = shaped(branch, state.assign, state.output, seen, *input);
  if (!outcome) return misfit(branch, std::move(outcome.error()));
  leave(branch, std::move(*outcome), state.fallback);
}

namespace {

// The three ways in which a computed number of seconds is none.
std::expected<std::int64_t, std::string> seconds_at(const Query& path, const Scope& scope) {
  const auto value = path.read(scope);
  if (!value) {
    return std::unexpected("The SecondsPath parameter does not reference an input value: " +
                           path.text());
  }
  const auto found = fmt::format("{} == {}", path.text(), write_json(*value));
  if (!value->is_number_integer()) {
    return std::unexpected("The SecondsPath parameter cannot be parsed as a long value: " + found);
  }
  if (*value < 0) {
    return std::unexpected("The SecondsPath parameter references a negative value: " + found);
  }
  return value->is_number_unsigned() && value->get<std::uint64_t>() > (1ULL << 62)
             ? std::int64_t{1} << 62
             : value->get<std::int64_t>();
}

std::string shown(const Json& json) {
  return json.is_string() ? json.get<std::string>() : write_json(json);
}

}  // namespace

void Execution::run_wait(Branch& branch) {
  const State& state = *branch.state;
  auto input = effective_input(branch);
  if (!input) return misfit(branch, std::move(input.error()));
  if (trial_ != nullptr && state.language == Language::kJsonPath) {
    trial_->note("afterInputPath", *input);
  }
  const Scope seen = scope(branch, *input);
  std::optional<double> seconds;
  if (state.seconds.path) {
    const auto read = seconds_at(*state.seconds.path, seen);
    if (!read) return misfit(branch, {.reason = read.error()});
    seconds = static_cast<double>(*read);
  } else if (state.seconds.given()) {
    const auto read = number(state.seconds, "Seconds", seen);
    if (!read) return misfit(branch, read.error());
    seconds = *read;
  } else {
    std::string text;
    if (state.timestamp.path) {
      const auto read = state.timestamp.path->read(seen);
      if (!read) {
        return misfit(branch, {.reason = "The TimestampPath parameter does not reference an input "
                                         "value: " +
                                         state.timestamp.path->text()});
      }
      text = shown(*read);
    } else {
      const auto read = words(state.timestamp, "Timestamp", seen);
      if (!read) return misfit(branch, read.error());
      text = *read;
    }
    const auto until = parse_timestamp(text);
    if (!until && state.timestamp.path) {
      return misfit(branch, {.reason = fmt::format("The TimestampPath parameter does not reference "
                                                   "a valid ISO-8601 extended offset date-time "
                                                   "format string: {} == {}",
                                                   state.timestamp.path->text(), text)});
    }
    if (!until) {
      // The state's Entered event is what this one points at.
      branch.before_entered = branch.entered_event;
      return misfit(branch,
                    {.reason = "The Timestamp field cannot be parsed as an ISO-8601 extended "
                               "offset date-time format string: " +
                               text,
                     .error = "States.QueryEvaluationError",
                     .location = "Timestamp"});
    }
    seconds = std::chrono::duration<double>(*until - now_).count();
  }
  if (*seconds >= static_cast<double>(kMaxWait.count())) {
    return misfit(branch, {.reason = "Wait state delay is too long."});
  }
  if (*seconds <= 0 || trial_ != nullptr) return finish(branch, branch.input);
  branch.phase = Phase::kWaiting;
  wake_at(branch,
          now_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds)));
}

void Execution::run_fail(Branch& branch) {
  const State& state = *branch.state;
  if (trial_ != nullptr && state.language == Language::kJsonPath) {
    trial_->note("afterInputPath", branch.input);
  }
  const Scope seen = scope(branch, branch.input);
  Fault fault;
  if (state.error.given()) {
    auto error = words(state.error, "Error", seen);
    if (!error) return misfit(branch, std::move(error.error()));
    fault.error = std::move(*error);
  }
  if (state.cause.given()) {
    auto cause = words(state.cause, "Cause", seen);
    if (!cause) return misfit(branch, std::move(cause.error()));
    fault.cause = std::move(*cause);
  }
  give_up(branch, std::move(fault));
}

void Execution::run_parallel(Branch& branch) {
  const State& state = *branch.state;
  auto input = effective_input(branch);
  if (!input) return misfit(branch, std::move(input.error()));
  const auto& shape = state.language == Language::kJsonata ? state.arguments : state.parameters;
  if (shape) {
    auto made = shape->evaluate(scope(branch, *input));
    if (!made) return misfit(branch, std::move(made.error()));
    input = std::move(made);
  }
  record_in(branch, "ParallelStateStarted");
  if (trial_ != nullptr) {
    if (trial_->mock_fault) return fail(branch, *trial_->mock_fault);
    return finish(branch, trial_->mock_result.value_or(Datum()));
  }
  branch.phase = Phase::kWorking;
  branch.children = std::make_unique<Children>();
  branch.children->results.resize(state.branches.size());
  branch.children->running = state.branches.size();
  for (std::size_t i = 0; i < state.branches.size(); ++i) {
    const StateList& list = *state.branches[i];
    Branch& child = add_branch(list, &branch, i);
    child.state = list.find(list.start_at);
    child.input = *input;
    child.last_event = branch.last_event;
    push(child);
  }
}

void Execution::leave(Branch& branch, Outcome outcome, const std::string& next) {
  if (outcome.output.text().size() > kMaxPayloadBytes) return too_large(branch);
  if (trial_ != nullptr) {
    trial_->status = trial_->status.empty() ? "SUCCEEDED" : trial_->status;
    trial_->next = next;
    trial_->output = outcome.output;
    ready_.clear();
    status_ = ExecutionStatus::kSucceeded;
    return;
  }
  record_exited(branch, outcome);
  for (auto& [name, value] : outcome.assigned) branch.variables.set(name, std::move(value));
  branch.phase = Phase::kEntering;
  if (next.empty()) return ended(branch, std::move(outcome.output));
  branch.input = std::move(outcome.output);
  branch.state = branch.list->find(next);
  push(branch);
}

void Execution::ended(Branch& branch, Datum output) {
  if (branch.parent != nullptr) return child_ended(*branch.parent, branch, std::move(output));
  output_ = std::move(output);
  Json details;
  if (wants_events()) {
    details = {{"output", output_.text()}, {"outputDetails", {{"truncated", false}}}};
  }
  end(ExecutionStatus::kSucceeded, "ExecutionSucceeded", branch.last_event, std::move(details));
}

}  // namespace loopgate::states
