#include "emulators/states/language/execution.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

namespace {

constexpr std::array<std::string_view, 5> kStatusNames = {"RUNNING", "SUCCEEDED", "FAILED",
                                                          "TIMED_OUT", "ABORTED"};

}  // namespace

std::string_view to_string(ExecutionStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

Execution::Execution(DefinitionPtr definition, ExecutionInfo info, Host& host, Random& random)
    : definition_(std::move(definition)), info_(std::move(info)), host_(host), random_(random) {}

Execution::~Execution() = default;

Branch& Execution::add_branch(const StateList& list, Branch* parent, std::size_t index) {
  auto made = std::make_unique<Branch>(parent == nullptr ? nullptr : &parent->variables);
  Branch& branch = *made;
  branch.id = ++last_id_;
  branch.list = &list;
  branch.parent = parent;
  branch.index = index;
  branches_[branch.id] = &branch;
  if (parent == nullptr) {
    root_ = std::move(made);
  } else {
    parent->children->branches.push_back(std::move(made));
  }
  return branch;
}

// Its task and its children end unheard.
void Execution::forget(Branch& branch) {
  remove_children(branch);
  wake_at(branch, std::nullopt);
  if (branch.task != 0) {
    tasks_.erase(branch.task);
    if (branch.map_run_arn.empty()) {
      host_.cancel_task(branch.task);
    } else {
      host_.cancel_map_run(branch.task);
    }
    branch.task = 0;
  }
}

void Execution::remove_children(Branch& branch) {
  if (!branch.children) return;
  for (const auto& child : branch.children->branches) {
    forget(*child);
    branches_.erase(child->id);
  }
  branch.children.reset();
}

void Execution::push(Branch& branch) {
  ready_.push_back(branch.id);
}

void Execution::wake_at(Branch& branch, std::optional<WallTime> when) {
  if (branch.wake) wakes_.erase({*branch.wake, branch.id});
  branch.wake = when;
  if (when) wakes_.insert({*when, branch.id});
}

std::optional<WallTime> Execution::next_deadline() const {
  if (wakes_.empty() || status_ != ExecutionStatus::kRunning) return std::nullopt;
  return wakes_.begin()->first;
}

void Execution::start(WallTime now) {
  now_ = now;
  if (wants_events()) {
    record(0, "ExecutionStarted",
           {{"input", info_.input.text()},
            {"inputDetails", {{"truncated", false}}},
            {"roleArn", info_.role_arn}});
  } else {
    ++last_event_id_;
  }
  const StateList& list = *definition_->list(info_.list);
  Branch& root = add_branch(list, nullptr, 0);
  root.state = list.find(list.start_at);
  root.input = info_.input;
  push(root);
  run_ready();
}

void Execution::turn(WallTime now) {
  now_ = now;
  run_ready();
}

void Execution::on_time(WallTime now) {
  now_ = now;
  // All that is due happens before anything comes of it, as on AWS where siblings time out
  // together.
  while (status_ == ExecutionStatus::kRunning && !wakes_.empty() && wakes_.begin()->first <= now) {
    Branch& branch = *branches_.at(wakes_.begin()->second);
    wake_at(branch, std::nullopt);
    if (branch.phase == Phase::kWorking) task_timed_out(branch);
    push(branch);
  }
  run_ready();
}

void Execution::run_ready() {
  // What a host says inside a step is taken up by the loop that runs already.
  if (std::exchange(running_, true)) return;
  for (int steps = 0; steps < kStepsPerTurn && !ready_.empty(); ++steps) {
    if (status_ != ExecutionStatus::kRunning) break;
    const auto found = branches_.find(ready_.front());
    ready_.pop_front();
    if (found != branches_.end()) step(*found->second);
  }
  running_ = false;
}

void Execution::step(Branch& branch) {
  switch (branch.phase) {
    case Phase::kEntering:
      return enter(branch);
    case Phase::kScheduled:
      return begin_task(branch);
    case Phase::kWaiting:
      return finish(branch, branch.input);
    case Phase::kRetrying:
      return run(branch);
    case Phase::kFailing:
      return fail(branch, std::exchange(branch.fault, {}));
    case Phase::kWorking:
      return;
  }
}

void Execution::end(ExecutionStatus status, std::string_view event, std::int64_t previous,
                    Json details) {
  status_ = status;
  if (wants_events()) {
    record(previous, event, std::move(details));
  } else {
    ++last_event_id_;
  }
  // What was under way is; the line itself stays, for a redrive.
  if (root_) forget(*root_);
  ready_.clear();
  host_.on_end();
}

void Execution::abort(std::optional<std::string> error, std::optional<std::string> cause,
                      WallTime now) {
  if (status_ != ExecutionStatus::kRunning) return;
  now_ = now;
  fault_ = {std::move(error), std::move(cause)};
  Json details = Json::object();
  if (fault_.error) details["error"] = *fault_.error;
  if (fault_.cause) details["cause"] = *fault_.cause;
  end(ExecutionStatus::kAborted, "ExecutionAborted", 0, std::move(details));
}

void Execution::time_out(WallTime now) {
  if (status_ != ExecutionStatus::kRunning) return;
  now_ = now;
  end(ExecutionStatus::kTimedOut, "ExecutionTimedOut", root_ ? root_->last_event : 0,
      Json::object());
}

void Execution::redrive(WallTime now) {
  now_ = now;
  status_ = ExecutionStatus::kRunning;
  fault_ = {};
  ++info_.redrives;
  const auto id = record(last_event_id_, "ExecutionRedriven", {{"redriveCount", info_.redrives}});
  Branch& root = *root_;
  root.last_event = id;
  root.tries.clear();
  root.retry_count = 0;
  root.phase = Phase::kRetrying;
  push(root);
  run_ready();
}

}  // namespace loopgate::states
