#include "emulators/lambda/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/function_table.h"

namespace loopgate::lambda {

std::string function_folder(const Surroundings& surroundings, const FunctionConfig& config) {
  return (std::filesystem::path(surroundings.folder) / kCode /
          fmt::format("{}-{}-{}{}", config.account, config.region, config.name,
                      config.version == kLatest ? "" : "." + config.version))
      .string();
}

Pool::Pool(Surroundings& surroundings, std::shared_ptr<const FunctionConfig> config)
    : surroundings_(surroundings),
      config_(std::move(config)),
      loader_(surroundings.loop, *surroundings.watcher, *surroundings.supervisor,
              function_folder(surroundings, *config_)),
      idle_timer_(surroundings.clock) {}

Pool::~Pool() = default;

void Pool::invoke(InvocationPtr invocation) {
  waiting_.push_back(std::move(invocation));
  check_code();
  pump();
}

void Pool::reconfigure(std::shared_ptr<const FunctionConfig> config) {
  config_ = std::move(config);
  fingerprint_ = 0;
  retire_workers();
  if (waiting_.empty()) return;
  check_code();
  pump();
}

void Pool::abort(std::string_view why) {
  fail_all_waiting(why);
  std::vector<Worker*> busy;
  for (const auto& entry : workers_) {
    if (entry.worker->state() == Worker::State::kBusy) busy.push_back(entry.worker.get());
  }
  for (auto* worker : busy) worker->stop();
}

void Pool::shut_down(std::string_view why) {
  fail_all_waiting(why);
  retire_workers();
  while (!workers_.empty()) workers_.back().worker->stop();
}

void Pool::prepare(std::move_only_function<void(Status)> done) {
  preparing_.push_back(std::move(done));
  check_code();
  if (!loading_ && fingerprint_ != 0) tell_prepared({});
}

void Pool::tell_prepared(const Status& status) {
  for (auto& done : std::exchange(preparing_, {})) done(status);
}

// The source is looked at before each call, so that a saved file counts from the next packet on.
void Pool::check_code() {
  if (loading_) return;
  const auto fingerprint = loader_.fingerprint(*config_);
  if (fingerprint == fingerprint_) return;
  loading_ = true;
  loader_.load(
      *config_, fingerprint,
      [this, fingerprint, config = config_, alive = alive_.token()](Result<LoadedCode> code) {
        if (!alive) return;
        loading_ = false;
        if (config == config_) return on_loaded(fingerprint, std::move(code));
        check_code();  // it was configured anew meanwhile
      });
}

void Pool::on_loaded(std::uint64_t fingerprint, Result<LoadedCode> code) {
  if (!code) {
    fingerprint_ = 0;
    surroundings_.journal.warn(code.error().message);
    tell_prepared(std::unexpected(code.error()));
    return fail_all_waiting(code.error().message);
  }
  if (!code->said.empty()) surroundings_.journal.warn(code->said);
  const bool changed = fingerprint_ != 0;
  fingerprint_ = fingerprint;
  code_folder_ = code->folder;
  if (changed) {
    tell_reloaded();
    retire_workers();
  }
  tell_prepared({});
  pump();
}

void Pool::tell_reloaded() {
  Event event;
  event.kind = EventKind::kFunctionLog;
  event.subject = surroundings_.journal.intern(config_->name);
  event.text = "(code reloaded)";
  surroundings_.journal.append(std::move(event));
}

void Pool::pump() {
  if (loading_ || fingerprint_ == 0) return;
  for (std::size_t i = 0; i < workers_.size() && !waiting_.empty(); ++i) {
    auto& entry = workers_[i];
    if (entry.outdated || entry.worker->state() != Worker::State::kIdle) continue;
    auto invocation = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    invocation->done = [this, alive = alive_.token(),
                        done = std::move(invocation->done)](InvocationOutcome outcome) mutable {
      if (alive) --running_;
      done(std::move(outcome));
    };
    entry.worker->assign(std::move(invocation));
  }
  start_workers();
}

bool Pool::needs_worker() const {
  return !loading_ && fingerprint_ != 0 && workers_.size() < kMaxWorkers &&
         waiting_.size() > count(Worker::State::kStarting) + count(Worker::State::kFinishing);
}

// As many as there are calls that no worker will be free for in a moment. A start takes
// milliseconds in which nothing else is done, so there is one in a turn.
void Pool::start_workers() {
  if (started_in_turn_ || !needs_worker()) return;
  started_in_turn_ = true;
  surroundings_.loop.after_turn([this, alive = alive_.token()] {
    if (!alive) return;
    started_in_turn_ = false;
    surroundings_.tasks.post([this, alive] {
      if (alive) pump();
    });
  });
  start_worker();
}

void Pool::start_worker() {
  auto worker = Worker::start(surroundings_, config_, code_folder_, *this);
  if (!worker) {
    surroundings_.journal.warn(fmt::format("{}: {}", config_->name, worker.error().message));
    return fail_all_waiting(worker.error().message);
  }
  if (!waiting_.empty()) (*worker)->starts_for(*waiting_.front());
  workers_.push_back({std::move(*worker)});
}

void Pool::fail_all_waiting(std::string_view why) {
  auto waiting = std::exchange(waiting_, {});
  for (auto& invocation : waiting) invocation->done(cannot_start(invocation->request_id, why));
}

void Pool::on_worker_idle(Worker& worker) {
  auto* entry = find(worker);
  LOOPGATE_CHECK(entry != nullptr);
  if (entry->outdated) return worker.stop();
  watch_idle();
  pump();
}

void Pool::on_worker_failed_to_start(Worker& worker,
                                     std::function<InvocationOutcome(const std::string&)> explain) {
  const auto* entry = find(worker);
  const bool outdated = entry != nullptr && entry->outdated;
  if (outdated || waiting_.empty()) return;  // what waits is for newer code
  auto invocation = std::move(waiting_.front());
  waiting_.pop_front();
  invocation->done(explain(invocation->request_id));
}

void Pool::on_worker_ended(Worker& worker) {
  const auto found = std::ranges::find_if(
      workers_, [&](const Entry& entry) { return entry.worker.get() == &worker; });
  if (found == workers_.end()) return;
  ended_.push_back(std::move(found->worker));
  workers_.erase(found);
  surroundings_.tasks.post([this, alive = alive_.token()] {
    if (alive) bury();
  });
}

// Dead workers are destroyed here; what still waits may need new ones.
void Pool::bury() {
  ended_.clear();
  pump();
}

void Pool::retire_workers() {
  std::vector<Worker*> idle;
  for (auto& entry : workers_) {
    entry.outdated = true;
    const auto state = entry.worker->state();
    if (state == Worker::State::kIdle || state == Worker::State::kStarting) {
      idle.push_back(entry.worker.get());
    }
  }
  for (auto* worker : idle) worker->stop();
}

void Pool::watch_idle() {
  if (!idle_timer_.is_set()) idle_timer_.set_after(kWorkerIdle, [this] { end_idle(); });
}

void Pool::end_idle() {
  const auto now = surroundings_.clock.now();
  std::vector<Worker*> idle;
  for (auto& entry : workers_) {
    if (entry.worker->state() == Worker::State::kIdle &&
        now - entry.worker->idle_since() >= kWorkerIdle) {
      idle.push_back(entry.worker.get());
    }
  }
  for (auto* worker : idle) worker->stop();
  if (workers_.empty()) {
    idle_timer_.cancel();
  } else {
    idle_timer_.set_after(kWorkerIdle / 2, [this] { end_idle(); });
  }
}

Pool::Entry* Pool::find(const Worker& worker) {
  const auto found = std::ranges::find_if(
      workers_, [&](const Entry& entry) { return entry.worker.get() == &worker; });
  return found == workers_.end() ? nullptr : &*found;
}

std::size_t Pool::count(Worker::State state) const {
  return static_cast<std::size_t>(std::ranges::count_if(workers_, [state](const Entry& entry) {
    return !entry.outdated && entry.worker->state() == state;
  }));
}

}  // namespace loopgate::lambda
