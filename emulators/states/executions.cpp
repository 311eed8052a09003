#include "emulators/states/executions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/states/errors.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/limits.h"
#include "emulators/states/map_run.h"

namespace loopgate::states {

namespace {

constexpr std::chrono::hours kSweepEvery{1};

}  // namespace

std::string execution_arn(const Startable& what, const std::string& name,
                          const std::string& express_id) {
  auto arn = *aws::Arn::parse(what.machine_arn);
  const bool express = what.type == MachineType::kExpress;
  return fmt::format("arn:{}:states:{}:{}:{}:{}:{}{}", arn.partition, arn.region, arn.account,
                     express ? "express" : "execution", what.machine_name, name,
                     express ? ":" + express_id : "");
}

Executions::Executions(const Surroundings& surroundings, const Neighbours& neighbours,
                       Machines& machines)
    : surroundings_(surroundings),
      neighbours_(neighbours),
      machines_(machines),
      table_(surroundings.store),
      integrations_(neighbours.api, neighbours.lambda, surroundings.clock, surroundings.random),
      sessions_(neighbours.sts, surroundings.clock),
      activities_(surroundings.clock, [this](const std::string& token, const std::string& worker) {
        std::uint64_t task = 0;
        Running* running = find_token(token, task);
        if (running == nullptr) return false;
        running->execution.task_started(task, worker, now());
        settle(*running);
        return true;
      }) {
  surroundings_.store.on_rollback([this] { rebuild(); });
}

Executions::~Executions() {
  // None of them is to hear of the others' ends.
  for (auto& [arn, running] : running_) running->watchers.clear();
}

aws::Outcome<Running*> Executions::begin(StartRequest request, EndWatcher done) {
  if (request.name.empty()) request.name = surroundings_.random.uuid();
  if (auto checked = check_name(request.name); !checked) return aws::refuse(checked.error());
  if (request.input.size() > kMaxPayloadBytes) {
    return aws::refuse(invalid_input("Input exceeds the maximum size of 262144 bytes"));
  }
  if (auto checked = check_json(request.input); !checked) {
    return aws::refuse(invalid_input(checked.error().message));
  }
  Record record{.name = request.name,
                .what = std::move(request.what),
                .input = Datum::of_text(std::move(request.input)),
                .started = now(),
                .trace_header = std::move(request.trace_header)};
  record.arn = execution_arn(record.what, record.name, surroundings_.random.uuid());
  if (record.what.type == MachineType::kStandard) {
    if (auto known = table_.find(record.arn)) {
      const bool same =
          known->status == ExecutionStatus::kRunning && known->input.text() == record.input.text();
      if (!same) return aws::refuse(execution_exists(record.arn));
      if (Running* running = find_running(record.arn)) return running;
    }
  }
  if (running_.size() >= kMaxRunning) {
    return aws::refuse(error("ExecutionLimitExceeded",
                             fmt::format("At most {} executions run at a time", kMaxRunning)));
  }
  auto definition = machines_.compiled(record.what.definition, record.what.type);
  if (!definition) {
    return aws::refuse(invalid_definition("the definition can no longer be read"));
  }
  sweep();
  return &run(std::move(record), std::move(definition), "", std::move(done));
}

Running& Executions::run(Record record, DefinitionPtr definition, const std::string& list,
                         EndWatcher done) {
  if (record.what.type == MachineType::kStandard) table_.insert(record);
  const std::string arn = record.arn;
  auto made = std::make_unique<Running>(*this, std::move(record), std::move(definition), list);
  Running& running = *made;
  running_[arn] = std::move(made);
  if (done) running.watchers.push_back(std::move(done));
  set_overall_timer(running);
  running.execution.start(now());
  settle(running);
  return running;
}

aws::Outcome<Record> Executions::start(StartRequest request) {
  // Also of one that has ended already: it goes in a later task.
  auto running = begin(std::move(request), nullptr);
  if (!running) return aws::refuse(running.error());
  return (*running)->record;
}

aws::Outcome<void> Executions::start_sync(StartRequest request, EndWatcher done) {
  auto running = begin(std::move(request), std::move(done));
  if (!running) return aws::refuse(running.error());
  return {};
}

Running* Executions::start_child(Record record, DefinitionPtr definition, const std::string& list,
                                 EndWatcher done) {
  if (running_.size() >= kMaxRunning) return nullptr;
  return &run(std::move(record), std::move(definition), list, std::move(done));
}

Running* Executions::find_running(const std::string& arn) {
  const auto found = running_.find(arn);
  if (found == running_.end() || found->second->execution.status() != ExecutionStatus::kRunning) {
    return nullptr;
  }
  return found->second.get();
}

// TimeoutSeconds of the definition, else what its type allows.
void Executions::set_overall_timer(Running& running) {
  Duration most = running.record.what.type == MachineType::kExpress
                      ? Duration(kMaxExpressDuration)
                      : Duration(kMaxStandardDuration);
  const auto& seconds = running.execution.definition().timeout_seconds;
  if (seconds && running.execution.info().list.empty()) {
    most = std::min(most,
                    std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds)));
  }
  running.overall = ScopedTimer(surroundings_.clock);
  running.overall.set_at(surroundings_.clock.at_wall(running.record.started + most),
                         [this, &running] {
                           running.execution.time_out(now());
                           settle(running);
                         });
}

void Executions::settle(Running& running) {
  Execution& execution = running.execution;
  const bool over = execution.status() != ExecutionStatus::kRunning;
  if (over && !running.record.stopped) {
    running.record.status = execution.status();
    running.record.stopped = now();
    running.record.fault = execution.fault();
    if (execution.status() == ExecutionStatus::kSucceeded) {
      running.record.output = execution.output();
    }
  }
  if (running.record.ordinal != 0) store(running);
  flush_log(running);
  if (over) return ended(running);
  if (execution.wants_turn() && !running.turn_posted) {
    running.turn_posted = true;
    surroundings_.tasks.post([this, &running, alive = running.alive.token()] {
      if (!alive) return;
      running.turn_posted = false;
      running.execution.turn(now());
      settle(running);
    });
  }
  if (const auto deadline = execution.next_deadline()) {
    running.timer.set_at(surroundings_.clock.at_wall(*deadline), [this, &running] {
      running.execution.on_time(now());
      settle(running);
    });
  } else {
    running.timer.cancel();
  }
}

void Executions::store(Running& running) {
  if (!running.fresh_events.empty()) {
    table_.append_events(running.record.ordinal, running.first_fresh,
                         fmt::format("{}", fmt::join(running.fresh_events, ",")));
    running.fresh_events.clear();
  }
  const Execution& execution = running.execution;
  const bool over = execution.status() != ExecutionStatus::kRunning;
  // Of one that failed, where: for a redrive.
  const bool keeps =
      !over || (execution.status() != ExecutionStatus::kSucceeded && execution.can_redrive());
  table_.update(running.record, keeps ? write_json(execution.snapshot()) : std::string(),
                ++running.revision);
}

void Executions::ended(Running& running) {
  if (std::exchange(running.end_posted, true)) return;
  running.timer.cancel();
  running.overall.cancel();
  // It goes in a later task: it stands on the stack.
  const std::string arn = running.record.arn;
  surroundings_.tasks.post([this, arn, &running, alive = running.alive.token()] {
    if (!alive) return;
    auto watchers = std::move(running.watchers);
    const Record record = std::move(running.record);
    running_.erase(arn);
    for (auto& watcher : watchers) watcher(record);
  });
}

aws::Outcome<Record> Executions::find(const std::string& given) {
  std::string arn = given;
  // "…:execution:MACHINE:1:NAME" is the same execution as without its version or alias.
  if (auto parsed = aws::Arn::parse(arn); parsed && parsed->resource.starts_with("execution:")) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at != std::string::npos;) {
      const auto colon = parsed->resource.find(':', at);
      parts.push_back(parsed->resource.substr(at, colon - at));
      at = colon == std::string::npos ? colon : colon + 1;
    }
    if (parts.size() == 4) {
      arn = arn.substr(0, arn.size() - parsed->resource.size()) +
            fmt::format("execution:{}:{}", parts[1], parts[3]);
    }
  }
  if (const auto found = running_.find(arn); found != running_.end()) {
    if (found->second->record.ordinal != 0) return found->second->record;
  }
  if (auto record = table_.find(arn)) return std::move(*record);
  return aws::refuse(execution_missing(given));
}

bool Executions::watch(const std::string& arn, EndWatcher watcher) {
  if (Running* running = find_running(arn)) {
    running->watchers.push_back(std::move(watcher));
    return true;
  }
  auto record = table_.find(arn);
  if (const auto found = running_.find(arn); found != running_.end()) {
    record = found->second->record;
  }
  if (!record) return false;
  surroundings_.tasks.post(
      [watcher = std::move(watcher), record = std::move(*record)]() mutable { watcher(record); });
  return true;
}

aws::Outcome<Record> Executions::stop(const std::string& arn, std::optional<std::string> error,
                                      std::optional<std::string> cause) {
  auto record = find(arn);
  if (!record) return record;
  Running* running = find_running(record->arn);
  if (running == nullptr) return record;
  running->execution.abort(std::move(error), std::move(cause), now());
  settle(*running);
  return running->record;
}

aws::Outcome<Record> Executions::redrive(const std::string& arn) {
  auto record = find(arn);
  if (!record) return record;
  const auto snapshot = table_.snapshot(record->arn);
  const auto json = read_ordered_json(snapshot);
  if (record->status == ExecutionStatus::kRunning ||
      record->status == ExecutionStatus::kSucceeded || !json || !json->contains("root") ||
      running_.contains(record->arn)) {
    return aws::refuse(
        error("ExecutionNotRedrivable",
              fmt::format("Execution is {} and cannot be redriven", to_string(record->status))));
  }
  auto definition = machines_.compiled(record->what.definition, record->what.type);
  if (!definition) return aws::refuse(invalid_definition("the definition can no longer be read"));
  record->status = ExecutionStatus::kRunning;
  record->stopped.reset();
  record->fault = {};
  record->redriven = now();
  ++record->redrives;
  auto made = std::make_unique<Running>(*this, *record, definition, "");
  Running& running = *made;
  running.revision = 1'000'000 * record->redrives;
  running_[record->arn] = std::move(made);
  if (!running.execution.restore(*json, now())) {
    running_.erase(record->arn);
    return aws::refuse(invalid_definition("the execution cannot be gone on with"));
  }
  running.execution.redrive(now());
  settle(running);
  return running.record;
}

void Executions::change_map_run(const MapRunRecord& changed) {
  table_.put(changed);
  Running* running = find_running(changed.execution_arn);
  if (running == nullptr) return;
  for (auto& [id, run] : running->map_runs) {
    if (run->arn() == changed.arn) run->change_limits(changed);
  }
}

void Executions::sweep() {
  if (now() < swept_ + kSweepEvery) return;
  swept_ = now();
  table_.remove_before(now() - kRetention);
}

void Executions::remove_all(const aws::AccountScope& scope) {
  decltype(running_) all;
  for (auto at = running_.begin(); at != running_.end();) {
    auto next = std::next(at);
    if (scope.covers_arn(at->first)) all.insert(running_.extract(at));
    at = next;
  }
  std::erase_if(tokens_, [&](const auto& entry) { return scope.covers_arn(entry.second.arn); });
  for (auto& [arn, running] : all) {
    auto watchers = std::move(running->watchers);
    running->execution.abort(std::nullopt, std::nullopt, now());
    running->record.status = ExecutionStatus::kAborted;
    running->record.stopped = now();
    running->map_runs.clear();
    for (auto& watcher : watchers) watcher(running->record);
  }
  all.clear();
  activities_.forget(scope);
  sessions_.forget();
  table_.remove_all(scope);
}

// --- the log ---

void Executions::flush_log(Running& running) {
  if (running.fresh_lines.empty()) return;
  std::vector<aws::LogLine> lines;
  for (auto& line : running.fresh_lines) lines.push_back({now(), std::move(line)});
  running.fresh_lines.clear();
  auto service = std::make_shared<const aws::Session>(
      aws::Session{.account = running.account(), .role_arn = {}, .name = "states", .expires = {}});
  const auto text = to_iso8601(running.record.started);
  std::string minute = text.substr(0, 16);
  std::ranges::replace(minute, 'T', '-');
  std::ranges::replace(minute, ':', '-');
  const std::string stream =
      fmt::format("states/{}/{}/{:08x}", running.record.what.machine_name, minute,
                  std::hash<std::string>{}(running.record.arn) & 0xffffffff);
  neighbours_.logs.put_log_events(service, running.region(), running.record.what.logging.group_arn,
                                  stream, std::move(lines), [](aws::Outcome<aws::Done>) {});
}

}  // namespace loopgate::states
