#include "emulators/scheduler/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"

namespace loopgate::scheduler {

namespace {

constexpr std::size_t kIdDigits = 16;

Expression::Dialect dialect_of(const Schedule& schedule) {
  return schedule.is_rule() ? Expression::Dialect::kRule : Expression::Dialect::kScheduler;
}

}  // namespace

Engine::Engine(const Parts& parts, const Neighbours& neighbours)
    : clock_(parts.clock),
      tasks_(parts.tasks),
      random_(parts.random),
      journal_(parts.journal),
      tables_(parts.store),
      calls_(neighbours, parts.random),
      timer_(parts.clock) {
  parts.store.on_rollback([this] {
    tables_.load();
    rebuild();
  });
}

void Engine::resume() {
  is_running_ = true;
  std::vector<std::string> lost;
  for (const auto& [id, firing] : tables_.firings()) {
    if (firing.is_under_way) lost.push_back(id);
  }
  // What it did at once was committed with the row; what it would have answered nobody knows.
  for (const auto& id : lost) {
    const Firing firing = *tables_.firing(id);
    tell(EventKind::kWarning, firing,
         fmt::format("{} called {} when the sandbox ended; it is not called again",
                     title(firing.schedule_arn), firing.target.arn));
    end(firing);
  }
  rebuild();
}

// --- planning ---

void Engine::plan(Schedule& schedule, WallTime after) {
  schedule.next.reset();
  const auto expression = Expression::parse(schedule.expression, dialect_of(schedule));
  const auto zone = zones_.find(schedule.zone);
  if (!schedule.is_enabled || !expression) return;
  if (!zone) {
    return journal_.warn(fmt::format("{} does not fire: {} ({})", title(schedule.arn),
                                     zone.error().message, schedule.zone));
  }
  // The start is included.
  if (schedule.start) after = std::max(after, *schedule.start - Duration(1));
  const auto next = expression->next_after(after, **zone, schedule.start.value_or(schedule.anchor));
  if (!next || (schedule.end && *next > *schedule.end)) return;
  schedule.next = next;
  schedule.due = *next;
  if (schedule.window_minutes > 0) {
    const auto window = std::chrono::minutes(schedule.window_minutes);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(window).count();
    schedule.due += std::chrono::seconds(random_.below(static_cast<std::uint64_t>(seconds)));
  }
  if (*next == schedule.anchor && !schedule.start) schedule.due += kFirstOfRate;
}

void Engine::put(Schedule schedule) {
  const auto now = clock_.wall();
  const auto* before = tables_.schedule(schedule.arn);
  const bool is_same = before != nullptr && before->expression == schedule.expression;
  schedule.anchor = is_same ? before->anchor : now;
  // A rate begins when it is made; a rule's one interval later.
  const bool begins = !is_same && !schedule.is_rule();
  plan(schedule, begins ? now - Duration(1) : now);
  if (schedule.is_enabled && !schedule.next) {
    journal_.warn(title(schedule.arn) + " will never fire: " + schedule.expression +
                  " has no time that is still to come");
  }
  if (before != nullptr && before->next) agenda_.erase({before->due, schedule.arn});
  if (schedule.next) agenda_.emplace(schedule.due, schedule.arn);
  tables_.put(std::move(schedule));
  arm();
}

void Engine::remove(const std::string& arn) {
  std::vector<std::string> firings;
  for (const auto& [id, firing] : tables_.firings()) {
    if (firing.schedule_arn == arn) firings.push_back(id);
  }
  for (auto& id : firings) tables_.remove_firing(std::move(id));
  tables_.remove_schedule(arn);
  rebuild();
}

void Engine::remove_all(const aws::AccountScope& scope) {
  tables_.remove_all(scope);
  rebuild();
}

void Engine::forget(const aws::AccountScope& scope) {
  tables_.remove_firings(scope);
  rebuild();
  tasks_.post([this, scope, alive = alive_.token()] {
    if (alive) plan_all(scope);
  });
}

void Engine::plan_all(const aws::AccountScope& scope) {
  const auto now = clock_.wall();
  std::vector<std::string> arns;
  for (const auto& [arn, schedule] : tables_.schedules()) {
    if (scope.covers_arn(arn)) arns.push_back(arn);
  }
  for (const auto& arn : arns) {
    Schedule schedule = *tables_.schedule(arn);
    // The clock may have been put back.
    schedule.anchor = std::min(schedule.anchor, now);
    plan(schedule, now);
    tables_.put(std::move(schedule));
  }
  rebuild();
}

// --- time ---

void Engine::rebuild() {
  agenda_.clear();
  for (const auto& [arn, schedule] : tables_.schedules()) {
    if (schedule.next) agenda_.emplace(schedule.due, arn);
  }
  for (const auto& [id, firing] : tables_.firings()) {
    if (!firing.is_under_way) agenda_.emplace(firing.due, id);
  }
  arm();
}

void Engine::arm() {
  if (!is_running_ || agenda_.empty()) return timer_.cancel();
  timer_.set_at(clock_.at_wall(agenda_.begin()->first), [this] { run_next(); });
}

// One at a time: each is an operation of its own. One that was undone comes again at once.
void Engine::run_next() {
  const auto item = *agenda_.begin();
  const auto& [due, name] = item;
  if (due > clock_.wall()) return arm();  // the clock was put back
  agenda_.erase(agenda_.begin());
  const bool was_undone = std::exchange(begun_, item) == item;
  if (const auto* schedule = tables_.schedule(name)) {
    was_undone ? pass_over(*schedule) : fire(*schedule);
  } else if (const auto* firing = tables_.firing(name)) {
    was_undone ? end(Firing(*firing)) : attempt(*firing);
  }
  begun_ = {};
  arm();
}

void Engine::pass_over(Schedule schedule) {
  journal_.warn(fmt::format("{} did not fire for {}: what it did was undone", title(schedule.arn),
                            to_seconds_text(*schedule.next)));
  plan(schedule, clock_.wall());
  if (schedule.next) agenda_.emplace(schedule.due, schedule.arn);
  tables_.put(std::move(schedule));
}

void Engine::fire(Schedule schedule) {
  const auto now = clock_.wall();
  const auto scheduled = *schedule.next;
  // What was due meanwhile is passed over, unless its window is still open.
  plan(schedule, std::max(scheduled, now - std::chrono::minutes(schedule.window_minutes)));
  if (schedule.next) agenda_.emplace(schedule.due, schedule.arn);
  const auto targets = schedule.targets;
  const auto arn = schedule.arn;
  tables_.put(std::move(schedule));
  for (const auto& target : targets) {
    attempt({.id = random_.hex(kIdDigits),
             .schedule_arn = arn,
             .target = target,
             .scheduled = scheduled,
             .first = now});
  }
}

void Engine::attempt(Firing firing) {
  ++firing.attempts;
  firing.is_under_way = true;
  tables_.put(firing);
  tell(EventKind::kDispatched, firing,
       fmt::format("{} fired for {}{}, to {}", title(firing.schedule_arn),
                   to_seconds_text(firing.scheduled),
                   firing.attempts == 1 ? "" : fmt::format(" (attempt {})", firing.attempts),
                   firing.target.arn));
  calls_.call(firing, [this, id = firing.id, began = clock_.now(),
                       alive = alive_.token()](aws::Outcome<aws::Done> outcome) {
    if (alive) finished(id, began, outcome);
  });
}

void Engine::finished(const std::string& id, Instant began,
                      const aws::Outcome<aws::Done>& outcome) {
  const auto* found = tables_.firing(id);
  if (found == nullptr) return;  // forgotten meanwhile
  const Firing firing = *found;
  if (!outcome) return failed(firing, outcome.error());
  tell(EventKind::kDelivered, firing,
       title(firing.schedule_arn) + " was delivered to " + firing.target.arn, clock_.now() - began);
  end(firing);
}

// Doubled each time, and between half of that and all of it.
Duration Engine::delay_after(int attempts) {
  auto delay = kFirstDelay;
  for (int i = 1; i < attempts && delay < kMaxDelay; ++i) delay *= 2;
  const auto whole =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::min(delay, kMaxDelay));
  return whole / 2 +
         std::chrono::milliseconds(random_.below(static_cast<std::uint64_t>(whole.count() / 2)));
}

void Engine::failed(Firing firing, const aws::AwsError& error) {
  // Rules do not repeat what will fail again; Scheduler repeats everything.
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
  if (is_rule(firing.schedule_arn) && error.is_sender_fault()) {
    calls_.give_up(firing, error, "");
    return end(firing);
  }
  const auto due = clock_.wall() + delay_after(firing.attempts);
  const bool no_attempts = firing.attempts > firing.target.retries;
  if (no_attempts || due - firing.first > firing.target.max_age) {
    calls_.give_up(firing, error,
                   no_attempts ? "MaximumRetryAttempts" : "MaximumEventAgeInSeconds");
    return end(firing);
  }
  tell(EventKind::kWarning, firing,
       fmt::format("{} could not deliver to {}: {}. It is tried again at {}",
                   title(firing.schedule_arn), firing.target.arn, error.message, to_iso8601(due)));
  firing.is_under_way = false;
  firing.due = due;
  agenda_.emplace(due, firing.id);
  tables_.put(std::move(firing));
  arm();
}

void Engine::end(const Firing& firing) {
  const auto arn = firing.schedule_arn;
  tables_.remove_firing(firing.id);
  const auto* schedule = tables_.schedule(arn);
  if (schedule == nullptr || !schedule->is_deleted_when_over || schedule->next) return;
  const bool fires_still = std::ranges::any_of(
      tables_.firings(), [&](const auto& each) { return each.second.schedule_arn == arn; });
  if (!fires_still) tables_.remove_schedule(arn);
}

void Engine::tell(EventKind kind, const Firing& firing, std::string text, Duration took) {
  Event event;
  event.kind = kind;
  event.subject = journal_.intern(firing.schedule_arn);
  const auto arn = aws::Arn::parse(firing.schedule_arn);
  if (arn) event.region = journal_.intern(arn->region);
  event.took = took;
  event.text = std::move(text);
  journal_.append(std::move(event));
}

}  // namespace loopgate::scheduler
