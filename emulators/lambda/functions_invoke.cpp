// How Functions runs a call: admitted, then in this process (built-in), in a worker, or stored
// first.

#include <fmt/format.h>

#include <utility>

#include "emulators/lambda/errors.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/names.h"

namespace loopgate::lambda {

void Functions::answer(Done done, aws::Outcome<InvocationOutcome> result) {
  surroundings_.tasks.post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

Functions::Entry* Functions::entry_to_run(std::string_view arn) {
  auto* function = find_entry(without_qualifier(arn));
  if (function == nullptr) return nullptr;
  const auto& config = *function->config;
  const auto version = version_to_run(config, qualifier_of(arn), surroundings_.random);
  if (version == kLatest) return function;
  const auto found = entries_.find(config.arn() + ":" + version);
  return found == entries_.end() ? nullptr : &found->second;
}

aws::Outcome<Functions::Entry*> Functions::admit(const InvokeCall& call) {
  auto* entry = entry_to_run(call.function_arn);
  if (entry == nullptr) return aws::refuse(function_not_found(call.function_arn));
  const auto limit = call.type == InvocationType::kEvent ? kMaxAsyncPayload : kMaxSyncPayload;
  if (call.payload.size() > limit) return aws::refuse(payload_too_large(limit));
  if (!is_tenant_id(call.tenant_id)) {
    return aws::refuse(invalid_parameter(
        "The tenant id must match [a-zA-Z0-9\\._:\\/=+\\-@ ]+ and have at most 256 characters"));
  }
  return entry;
}

void Functions::invoke(InvokeCall call, Done done) {
  const auto entry = admit(call);
  if (!entry) return answer(std::move(done), aws::refuse(entry.error()));
  if (call.payload.empty()) call.payload = "{}";
  if (call.type == InvocationType::kEvent) return invoke_async(std::move(call), std::move(done));
  if (call.type == InvocationType::kDryRun) {
    InvocationOutcome outcome;
    outcome.status = 204;
    return answer(std::move(done), std::move(outcome));
  }
  auto request_id = request_id_of(call);
  run(**entry, std::move(call), std::move(request_id), std::move(done));
}

std::string Functions::request_id_of(const InvokeCall& call) {
  return call.request_id.empty() ? surroundings_.random.uuid() : call.request_id;
}

void Functions::invoke_async(InvokeCall call, Done done) {
  InvocationOutcome outcome;
  outcome.status = 202;
  outcome.request_id = request_id_of(call);
  QueuedEvent event;
  event.arn = std::move(call.function_arn);
  event.request_id = outcome.request_id;
  event.payload = std::move(call.payload);
  event.tenant_id = std::move(call.tenant_id);
  event.batch = call.batch;
  if (!events_.accept(std::move(event))) {
    return answer(std::move(done),
                  aws::refuse(too_many_requests("ConcurrentInvocationLimitExceeded")));
  }
  // The 202 says that it is stored.
  surroundings_.store.after_commit([this, alive = alive_.token(), outcome = std::move(outcome),
                                    done = std::move(done)](bool committed) mutable {
    if (!alive) return;
    if (committed) return answer(std::move(done), std::move(outcome));
    answer(std::move(done), aws::refuse(aws::internal_failure("the event could not be stored")));
  });
}

void Functions::run_event(const QueuedEvent& event, Done done) {
  auto* entry = entry_to_run(event.arn);
  if (entry == nullptr) return answer(std::move(done), aws::refuse(function_not_found(event.arn)));
  InvokeCall call;
  call.function_arn = event.arn;
  call.payload = event.payload;
  call.tenant_id = event.tenant_id;
  call.batch = event.batch;
  call.ordered = true;
  auto observed = [this, alive = alive_.token(), arn = event.arn,
                   done = std::move(done)](aws::Outcome<InvocationOutcome> result) mutable {
    if (alive && event_observer_ && result && result->function_error.empty()) {
      event_observer_(arn, result->payload);
    }
    done(std::move(result));
  };
  run(*entry, std::move(call), event.request_id, std::move(observed));
}

void Functions::run(Entry& entry, InvokeCall call, std::string request_id, Done done) {
  auto& function = *find_entry(entry.config->arn());
  const auto reserved = function.config->reserved_concurrency;
  if (reserved && function.in_flight >= *reserved) {
    return answer(
        std::move(done),
        aws::refuse(too_many_requests("ReservedFunctionConcurrentInvocationLimitExceeded")));
  }
  if (entry.pool && entry.pool->is_full()) {
    return answer(std::move(done),
                  aws::refuse(too_many_requests("ConcurrentInvocationLimitExceeded")));
  }
  Event event;
  event.kind = EventKind::kInvocationStarted;
  event.subject = entry.symbol;
  event.batch = call.batch;
  event.size = static_cast<std::uint32_t>(call.payload.size());
  event.text = request_id;
  surroundings_.journal.append(std::move(event));
  ++function.in_flight;
  ++in_flight_;
  ++last_call_;
  if (entry.config->runtime.kind == RuntimeKind::kBuiltIn) {
    return run_built_in(entry, call, std::move(request_id), std::move(done));
  }
  run_in_pool(entry, std::move(call), std::move(request_id), std::move(done));
}

void Functions::run_built_in(Entry& entry, const InvokeCall& call, std::string request_id,
                             Done done) {
  InvocationOutcome outcome;
  outcome.executed_version = entry.config->version;
  switch (entry.built_in) {
    case BuiltIn::kEcho:
      outcome.payload = echo(call.payload);
      break;
    case BuiltIn::kSink:
      outcome.payload = R"({"Replies":[]})";
      break;
    case BuiltIn::kFail:
      outcome = failed({}, error_document("Loopgate.Fail", "this function always fails"));
      break;
  }
  outcome.request_id = std::move(request_id);
  if (call.on_chunk && outcome.function_error.empty()) {
    call.on_chunk(outcome.payload);
    outcome.payload.clear();
  }
  on_result({last_call_, entry.config->arn(), surroundings_.clock.now(), entry.symbol, call.batch},
            outcome);
  auto act = [this, done = std::move(done), outcome = std::move(outcome)]() mutable {
    answer(std::move(done), std::move(outcome));
  };
  if (!call.ordered || !surroundings_.ordered_results) return act();
  const auto ticket = order_.open();
  order_.finish(ticket, std::move(act));
}

void Functions::prepare(const std::string& arn, std::move_only_function<void(Status)> done) {
  auto* entry = find_entry(arn);
  if (entry == nullptr || entry->config->runtime.kind == RuntimeKind::kBuiltIn) return done({});
  if (!entry->pool) entry->pool = std::make_unique<Pool>(surroundings_, entry->config);
  entry->pool->prepare(std::move(done));
}

void Functions::run_in_pool(Entry& entry, InvokeCall call, std::string request_id, Done done) {
  if (!entry.pool) entry.pool = std::make_unique<Pool>(surroundings_, entry.config);
  auto invocation = std::make_unique<Invocation>();
  invocation->request_id = std::move(request_id);
  invocation->payload = std::move(call.payload);
  invocation->function_arn = std::move(call.function_arn);
  invocation->version = entry.config->version;
  invocation->tenant_id = std::move(call.tenant_id);
  invocation->batch = call.batch;
  invocation->client_context = std::move(call.client_context);
  invocation->wants_log_tail = call.wants_log_tail;
  invocation->on_chunk = std::move(call.on_chunk);
  const bool ordered = call.ordered && surroundings_.ordered_results;
  const auto ticket = ordered ? order_.open() : 0;
  invocation->done = [this, alive = alive_.token(),
                      begun = Begun{last_call_, entry.config->arn(), surroundings_.clock.now(),
                                    entry.symbol, call.batch},
                      ordered, ticket, done = std::move(done)](InvocationOutcome outcome) mutable {
    if (!alive) return;
    if (!ordered) {
      on_result(begun, outcome);
      return answer(std::move(done), std::move(outcome));
    }
    order_.finish(ticket, [this, begun = std::move(begun), done = std::move(done),
                           outcome = std::move(outcome)]() mutable {
      on_result(begun, outcome);
      answer(std::move(done), std::move(outcome));
    });
  };
  entry.pool->invoke(std::move(invocation));
}

void Functions::give_up() {
  given_up_through_ = last_call_;
  given_up_ = in_flight_;
}

void Functions::on_result(const Begun& begun, const InvocationOutcome& outcome) {
  --in_flight_;
  if (begun.number <= given_up_through_) --given_up_;
  if (const auto found = entries_.find(begun.arn);
      found != entries_.end() && found->second.in_flight > 0) {
    --found->second.in_flight;
  }
  Event event;
  event.kind = EventKind::kInvocationEnded;
  event.subject = begun.function;
  event.batch = begun.batch;
  event.size = static_cast<std::uint32_t>(outcome.payload.size());
  event.took = surroundings_.clock.now() - begun.at;
  event.text = outcome.request_id;
  if (!outcome.function_error.empty()) event.text += " " + summary(outcome.payload);
  surroundings_.journal.append(std::move(event));
}

}  // namespace loopgate::lambda
