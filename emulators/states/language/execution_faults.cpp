// What becomes of a state that fails: tried again, caught, or the end of its branch.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

namespace {

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
bool names(const std::vector<std::string>& errors, const std::string& error,
           bool missed_heartbeat) {
  return std::ranges::any_of(errors, [&](const std::string& name) {
    if (name == "States.ALL") return true;
    if (name == "States.TaskFailed") return error != "States.Timeout";
    return name == error || (missed_heartbeat && name == "States.HeartbeatTimeout");
  });
}

}  // namespace

std::string Execution::sentence(const Branch& branch, const std::string& reason) const {
  return fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id "
      "#{}). {}",
      branch.state->name, branch.entered_event, reason);
}

void Execution::misfit(Branch& branch, Misfit misfit) {
  Fault fault{.error = misfit.error, .cause = sentence(branch, misfit.reason)};
  if (misfit.error == "States.QueryEvaluationError") {
    Json details;
    if (wants_events()) {
      details = {{"error", *fault.error}, {"cause", *fault.cause}, {"state", branch.state->name}};
      if (!misfit.location.empty()) details["location"] = misfit.location;
    }
    // What is evaluated on entering does not point at the entering.
    if (branch.last_event == branch.entered_event) branch.last_event = branch.before_entered;
    record_in(branch, "EvaluationFailed", std::move(details));
  }
  fail(branch, std::move(fault));
}

void Execution::too_large(Branch& branch) {
  fail(branch, {.error = "States.DataLimitExceeded",
                .cause = fmt::format("The state/task '{}' returned a result with a size exceeding "
                                     "the maximum number of bytes service limit.",
                                     branch.state->name)});
}

void Execution::fail(Branch& branch, Fault fault) {
  wake_at(branch, std::nullopt);
  branch.timeout_at.reset();
  branch.heartbeat_at.reset();
  remove_children(branch);
  // Not even a catcher that names it catches it.
  const bool final = fault.error == "States.Runtime";
  if (!final && retry(branch, fault)) return;
  const auto type = branch.state->type;
  if (!final && (type == StateType::kMap || type == StateType::kParallel)) {
    record_in(branch, type == StateType::kMap ? "MapStateFailed" : "ParallelStateFailed");
  }
  if (!final && catch_fault(branch, fault)) return;
  give_up(branch, std::move(fault));
}

bool Execution::retry(Branch& branch, const Fault& fault) {
  const auto& retriers = branch.state->retriers;
  branch.tries.resize(retriers.size());
  for (std::size_t i = 0; i < retriers.size(); ++i) {
    const Retrier& retrier = retriers[i];
    if (!names(retrier.errors, fault.error.value_or(""), branch.missed_heartbeat)) continue;
    if (trial_ != nullptr) branch.tries[i] = trial_->retries.value_or(0);
    if (trial_ != nullptr) trial_->inspection["errorDetails"]["retryIndex"] = i;
    if (branch.tries[i] >= retrier.max_attempts) return false;
    double seconds = retrier.interval_seconds *
                     std::pow(retrier.backoff_rate, static_cast<double>(branch.tries[i]));
    seconds = std::min(seconds, retrier.max_delay_seconds.value_or(31'622'400.0));
    if (trial_ != nullptr) {
      trial_->inspection["errorDetails"]["retryBackoffIntervalSeconds"] =
          static_cast<std::int64_t>(seconds);
      trial_->status = "RETRIABLE";
      trial_->fault = fault;
      status_ = ExecutionStatus::kFailed;
      return true;
    }
    if (retrier.full_jitter) seconds *= random_.unit();
    ++branch.tries[i];
    ++branch.retry_count;
    branch.phase = Phase::kRetrying;
    wake_at(branch,
            now_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
    return true;
  }
  return false;
}

bool Execution::catch_fault(Branch& branch, const Fault& fault) {
  const auto& catchers = branch.state->catchers;
  const auto found = std::ranges::find_if(catchers, [&](const Catcher& catcher) {
    return names(catcher.errors, fault.error.value_or(""), branch.missed_heartbeat);
  });
  if (found == catchers.end()) return false;
  const auto text = [](const std::optional<std::string>& given) {
    return given ? Json(*given) : Json();
  };
  const Datum error(Json{{"Error", text(fault.error)}, {"Cause", text(fault.cause)}});
  std::expected<Outcome, Misfit> outcome;
  if (branch.state->language == Language::kJsonata) {
    Scope seen = scope(branch, branch.input);
    seen.error_output = &error;
    outcome = shaped(branch, found->assign, found->output, seen, error);
  } else {
    auto placed = place(found->result_path, branch.input, error);
    if (placed) {
      outcome = shaped(branch, found->assign, std::nullopt, scope(branch, error), *placed);
    } else {
      outcome = std::unexpected(std::move(placed.error()));
    }
  }
  if (trial_ != nullptr) {
    trial_->inspection["errorDetails"]["catchIndex"] = found - catchers.begin();
    trial_->status = "CAUGHT_ERROR";
    trial_->fault = fault;
  }
  if (!outcome) {
    // The catcher's own fault is not caught again.
    give_up(branch,
            {.error = outcome.error().error, .cause = sentence(branch, outcome.error().reason)});
    return true;
  }
  branch.missed_heartbeat = false;
  leave(branch, std::move(*outcome), found->next);
  return true;
}

void Execution::give_up(Branch& branch, Fault fault) {
  if (trial_ != nullptr) {
    trial_->status = "FAILED";
    trial_->fault = std::move(fault);
    status_ = ExecutionStatus::kFailed;
    return;
  }
  if (branch.parent != nullptr) return child_failed(*branch.parent, branch, std::move(fault));
  fault_ = std::move(fault);
  Json details = Json::object();
  if (fault_.error) details["error"] = *fault_.error;
  if (fault_.cause) details["cause"] = *fault_.cause;
  end(ExecutionStatus::kFailed, "ExecutionFailed", branch.last_event, std::move(details));
}

void Execution::try_state(Trial& trial, const State& state, std::string shown, WallTime now) {
  trial_ = &trial;
  shown_name_ = std::move(shown);
  now_ = now;
  Branch& root = add_branch(definition_->top, nullptr, 0);
  root.state = &state;
  root.input = info_.input;
  root.entered = now;
  root.entered_event = root.last_event = 2;
  root.tries.assign(state.retriers.size(), 0);
  root.retry_count = trial.retries.value_or(0);
  last_event_id_ = 2;
  for (const auto& [name, value] : trial.variables) root.variables.set(name, value);
  trial.note("input", info_.input);
  run(root);
  run_ready();
}

}  // namespace loopgate::states
