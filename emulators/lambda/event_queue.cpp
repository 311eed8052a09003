#include "emulators/lambda/event_queue.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/names.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t ms(std::chrono::milliseconds duration) {
  return duration.count();
}

Json parse_or_text(const std::string& text) {
  return read_ordered_json(text).value_or(text);
}

// The record that a destination gets.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
std::string record(const QueuedEvent& event, const FunctionConfig& function,
                   std::string_view condition, const InvocationOutcome& outcome, WallTime now) {
  const auto called = qualifier_of(event.arn);
  const std::string qualifier(called.empty() ? kLatest : called);
  Json response = {{"statusCode", outcome.status}, {"executedVersion", outcome.executed_version}};
  if (!outcome.function_error.empty()) response["functionError"] = outcome.function_error;
  const Json document = {{"version", "1.0"},
                         {"timestamp", to_iso8601(now)},
                         {"requestContext",
                          {{"requestId", event.request_id},
                           {"functionArn", function.arn() + ":" + qualifier},
                           {"condition", condition},
                           {"approximateInvokeCount", event.attempts}}},
                         {"requestPayload", parse_or_text(event.payload)},
                         {"responseContext", std::move(response)},
                         {"responsePayload", parse_or_text(outcome.payload)}};
  return write_json(document);
}

// What a dead-letter queue's message says beside the event itself.
std::vector<aws::MessageAttribute> failure_attributes(const QueuedEvent& event,
                                                      const InvocationOutcome& outcome) {
  const auto json = read_ordered_json(outcome.payload).value_or(nullptr);
  std::string message = outcome.payload;
  if (json.is_object() && json.contains("errorMessage") && json["errorMessage"].is_string()) {
    message = json["errorMessage"].get<std::string>();
  }
  message.resize(std::min<std::size_t>(message.size(), 1024));
  return {{"RequestID", "String", event.request_id},
          {"ErrorCode", "Number", std::to_string(outcome.status)},
          {"ErrorMessage", "String", message.empty() ? "no message" : message}};
}

}  // namespace

EventQueue::EventQueue(Surroundings& surroundings, Runner runner, DeliverRecord deliver)
    : surroundings_(surroundings),
      runner_(std::move(runner)),
      deliver_(std::move(deliver)),
      timer_(surroundings.clock) {
  auto& store = surroundings_.store;
  select_ = store.prepare(
      "SELECT id, arn, request_id, payload, tenant, attempts, accepted_ms, due_ms FROM "
      "lambda_events");
  insert_ = store.prepare(
      "INSERT INTO lambda_events (arn, request_id, payload, tenant, attempts, accepted_ms, due_ms) "
      "VALUES (?, ?, ?, ?, 0, ?, ?)");
  update_ = store.prepare("UPDATE lambda_events SET attempts = ?, due_ms = ? WHERE id = ?");
  delete_ = store.prepare("DELETE FROM lambda_events WHERE id = ?");
  load();
  // What was rolled back may have stored or deleted some; one whose end was undone runs once more.
  store.on_rollback([this] { load(); });
}

void EventQueue::load() {
  events_.clear();
  by_due_.clear();
  while (select_.step()) {
    QueuedEvent event{select_.integer(0),           std::string(select_.text(1)),
                      std::string(select_.text(2)), std::string(select_.text(3)),
                      std::string(select_.text(4)), static_cast<int>(select_.integer(5)),
                      select_.integer(6),           select_.integer(7)};
    if (!running_.contains(event.id)) by_due_.emplace(event.due_ms, event.id);
    events_.emplace(event.id, std::move(event));
  }
  select_.reset();
  schedule();
}

bool EventQueue::accept(QueuedEvent event) {
  if (events_.size() >= kMaxStoredEvents) return false;
  event.accepted_ms = to_millis(surroundings_.clock.wall());
  event.due_ms = event.accepted_ms;
  insert_.bind(1, event.arn).bind(2, event.request_id).bind(3, event.payload);
  insert_.bind(4, event.tenant_id).bind(5, event.accepted_ms).bind(6, event.due_ms).run();
  event.id = surroundings_.store.last_insert_id();
  by_due_.emplace(event.due_ms, event.id);
  events_.emplace(event.id, std::move(event));
  schedule();
  return true;
}

void EventQueue::forget(const aws::AccountScope& scope) {
  surroundings_.store.delete_rows("lambda_events", "field(arn, 5)", scope.account);
  std::erase_if(events_, [&](const auto& item) {
    const auto& event = item.second;
    if (!scope.covers_arn(event.arn)) return false;
    by_due_.erase({event.due_ms, event.id});
    return true;
  });
  schedule();
}

void EventQueue::schedule() {
  if (by_due_.empty() || running_.size() >= kMaxRunningEvents) return timer_.cancel();
  const auto due = by_due_.begin()->first;
  const auto wait = due - to_millis(surroundings_.clock.wall());
  if (wait > 0) return timer_.set_after(std::chrono::milliseconds(wait), [this] { run_due(); });
  if (scheduled_) return;
  scheduled_ = true;
  surroundings_.tasks.post([this, alive = alive_.token()] {
    if (!alive) return;
    scheduled_ = false;
    run_due();
  });
}

void EventQueue::run_due() {
  const auto now = to_millis(surroundings_.clock.wall());
  while (!by_due_.empty() && by_due_.begin()->first <= now && running_.size() < kMaxRunningEvents) {
    const auto id = by_due_.begin()->second;
    by_due_.erase(by_due_.begin());
    run(id);
  }
  schedule();
}

void EventQueue::run(std::int64_t id) {
  const auto& event = events_.at(id);
  running_.insert(id);
  runner_.run(event, [this, id, alive = alive_.token()](aws::Outcome<InvocationOutcome> result) {
    if (!alive) return;
    running_.erase(id);
    on_result(id, result);
    schedule();
  });
}

void EventQueue::on_result(std::int64_t id, const aws::Outcome<InvocationOutcome>& result) {
  const auto found = events_.find(id);
  if (found == events_.end()) return;
  auto& event = found->second;
  const auto function = runner_.find(event.arn);
  if (!function) {
    surroundings_.journal.warn(
        fmt::format("an asynchronous invocation of {} is let go: the function was "
                    "deleted",
                    event.arn));
    return finish(id);
  }
  const auto invoke = invoke_config_of(*function, qualifier_of(event.arn));
  const auto now = to_millis(surroundings_.clock.wall());
  const auto oldest = event.accepted_ms + ms(*invoke.max_event_age);
  if (!result) {
    // Throttled: not an attempt. AWS tries again until the event is too old.
    InvocationOutcome outcome;
    outcome.status = result.error().status;
    outcome.payload = error_document(result.error().code, result.error().message);
    if (now + ms(kThrottledEventDelay) <= oldest)
      return retry_at(event, now + ms(kThrottledEventDelay));
    return give_up(event, *function, "EventAgeExceeded", outcome);
  }
  ++event.attempts;
  if (result->function_error.empty()) {
    if (!invoke.on_success_arn.empty() && deliver_) {
      deliver_(invoke.on_success_arn,
               record(event, *function, "Success", *result, surroundings_.clock.wall()), {});
    }
    return finish(id);
  }
  const auto due = now + ms(kRetryDelay) * event.attempts;
  if (event.attempts > *invoke.max_retries) {
    return give_up(event, *function, "RetriesExhausted", *result);
  }
  if (due > oldest) return give_up(event, *function, "EventAgeExceeded", *result);
  retry_at(event, due);
}

void EventQueue::retry_at(QueuedEvent& event, std::int64_t due_ms) {
  event.due_ms = due_ms;
  update_.bind(1, static_cast<std::int64_t>(event.attempts))
      .bind(2, due_ms)
      .bind(3, event.id)
      .run();
  by_due_.emplace(event.due_ms, event.id);
}

void EventQueue::give_up(const QueuedEvent& event, const FunctionConfig& function,
                         std::string_view condition, const InvocationOutcome& outcome) {
  const auto invoke = invoke_config_of(function, qualifier_of(event.arn));
  const bool has_target = !function.dead_letter_arn.empty() || !invoke.on_failure_arn.empty();
  surroundings_.journal.warn(
      fmt::format("the asynchronous invocation {} of {} is given up ({}, {} attempts){}",
                  event.request_id, function.name, condition, event.attempts,
                  has_target ? "" : ": it has no dead-letter queue and no on-failure destination"));
  if (deliver_ && !function.dead_letter_arn.empty()) {
    deliver_(function.dead_letter_arn, event.payload, failure_attributes(event, outcome));
  }
  if (deliver_ && !invoke.on_failure_arn.empty()) {
    deliver_(invoke.on_failure_arn,
             record(event, function, condition, outcome, surroundings_.clock.wall()), {});
  }
  finish(event.id);
}

void EventQueue::finish(std::int64_t id) {
  delete_.bind(1, id).run();
  events_.erase(id);
}

}  // namespace loopgate::lambda
