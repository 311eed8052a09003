#include "emulators/lambda/sources/poller.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/sources/item_failures.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kPayloadBegin = R"({"Records":[)";
constexpr std::string_view kPayloadEnd = "]}";
constexpr std::size_t kFrameBytes = kPayloadBegin.size() + kPayloadEnd.size();

std::set<std::string> ids_of(const SourceRecords& records) {
  std::set<std::string> out;
  for (const auto& record : records) out.insert(record.id);
  return out;
}

std::size_t concurrency_of(const EventSourceMapping& mapping) {
  if (const auto* type = source_type(mapping.source_arn); type && type->is_stream) return 1;
  if (!mapping.max_concurrency) return kConcurrentBatches;
  return std::min(static_cast<std::size_t>(*mapping.max_concurrency), kMaxWorkers);
}

}  // namespace

Poller::Poller(const PollerWorld& world, EventSourceMapping mapping,
               std::unique_ptr<EventSource> source, std::function<void()> on_idle)
    : world_(world),
      mapping_(std::move(mapping)),
      source_(std::move(source)),
      on_idle_(std::move(on_idle)),
      limit_(concurrency_of(mapping_)),
      retry_(world.clock),
      window_(world.clock) {
  for (const auto& text : mapping_.filters) {
    if (auto pattern = rules::EventPattern::parse(text)) filters_.push_back(*std::move(pattern));
  }
}

void Poller::start() {
  stopped_ = false;
  open();
}

void Poller::stop() {
  stopped_ = true;
  retry_.cancel();
  window_.cancel();
  source_->stop();
  receiving_ = false;
  if (auto left = take_gathered(); !left.empty()) source_->give_back(std::move(left));
}

void Poller::forget() {
  (void)take_gathered();
  window_.cancel();
  failed_now_.clear();
}

void Poller::open() {
  if (stopped_) return;
  is_open_ = false;
  const auto function = world_.find(mapping_.function_arn);
  if (!function) return on_trouble(function_not_found(mapping_.function_arn));
  source_->open(function, [this](aws::Outcome<aws::Done> done) {
    if (stopped_) return;
    if (!done) return on_trouble(done.error());
    is_open_ = true;
    poll();
  });
}

void Poller::poll() {
  const auto wanted = static_cast<std::size_t>(mapping_.batch_size);
  if (stopped_ || !is_open_ || receiving_ || under_way_ >= limit_ || gathered_.size() >= wanted) {
    return;
  }
  // Messages are not taken for a function that is not there.
  if (!world_.find(mapping_.function_arn)) return open();
  receiving_ = true;
  source_->receive(wanted - gathered_.size(), [this](aws::Outcome<SourceRecords> records) {
    receiving_ = false;
    if (!records) {
      if (!stopped_) on_trouble(records.error());
      return;
    }
    // They were on their way when we were stopped.
    if (stopped_) return source_->give_back(*std::move(records));
    pause_ = {};
    trouble_.clear();
    on_records(*std::move(records));
  });
}

// Said once, tried again and again: after a second, then more and more seldom.
void Poller::on_trouble(const aws::AwsError& error) {
  const auto text = fmt::format("the event source mapping {} of {} and {} rests: {}", mapping_.uuid,
                                mapping_.source_arn, mapping_.function_arn, error.message);
  if (text != trouble_) world_.journal.warn(text);
  trouble_ = text;
  pause_ = std::clamp<Duration>(pause_ * 2, kFirstPollRetry, kLastPollRetry);
  is_open_ = false;
  retry_.set_after(pause_, [this] { open(); });
}

bool Poller::comes_around(const SourceRecords& records) const {
  return failed_at_ == world_.clock.now() &&
         std::ranges::any_of(
             records, [&](const SourceRecord& record) { return failed_now_.contains(record.id); });
}

void Poller::on_records(SourceRecords records) {
  if (comes_around(records)) {
    source_->give_back(std::move(records));
    return retry_.set_after(kFirstPollRetry, [this] { poll(); });
  }
  gather(filtered(std::move(records)));
  pump();
}

void Poller::gather(SourceRecords records) {
  if (records.empty()) return;
  if (gathered_.empty()) {
    gathered_since_ = world_.clock.now();
    if (mapping_.window.count() > 0) window_.set_after(mapping_.window, [this] { pump(); });
  }
  for (auto& record : records) {
    auto text = write_json(record.event);
    record.event = nullptr;
    gathered_bytes_ += text.size() + 1;
    gathered_.push_back({std::move(record), std::move(text)});
  }
}

SourceRecords Poller::take_gathered() {
  SourceRecords out;
  for (auto& each : gathered_) out.push_back(std::move(each.record));
  gathered_.clear();
  gathered_bytes_ = 0;
  return out;
}

// What matches none of the patterns is done with.
SourceRecords Poller::filtered(SourceRecords records) {
  if (filters_.empty()) return records;
  SourceRecords left, out;
  for (auto& record : records) {
    const auto view = source_->filtered_view(record);
    const bool passes = std::ranges::any_of(
        filters_, [&](const rules::EventPattern& filter) { return filter.matches(view); });
    (passes ? out : left).push_back(std::move(record));
  }
  if (!left.empty()) {
    tell(left.size(), "filtered out and deleted");
    ++under_way_;
    settle(std::move(left), {});
  }
  return out;
}

// Gives away what is due, and polls for more.
void Poller::pump() {
  const auto is_due = [this] {
    return gathered_.size() >= static_cast<std::size_t>(mapping_.batch_size) ||
           gathered_bytes_ + kFrameBytes > kMaxSyncPayload ||
           world_.clock.now() >= gathered_since_ + mapping_.window;
  };
  while (!stopped_ && !gathered_.empty() && under_way_ < limit_ && is_due()) {
    ++under_way_;
    invoke(take_batch());
  }
  if (gathered_.empty()) window_.cancel();
  poll();
}

Poller::BatchPtr Poller::take_batch() {
  auto batch = std::make_shared<Batch>();
  batch->received = gathered_since_;
  batch->payload = kPayloadBegin;
  while (!gathered_.empty() &&
         batch->records.size() < static_cast<std::size_t>(mapping_.batch_size)) {
    auto& next = gathered_.front();
    const bool fits = batch->payload.size() + next.text.size() + kFrameBytes <= kMaxSyncPayload;
    if (!batch->records.empty() && !fits) break;
    if (!batch->records.empty()) batch->payload += ',';
    batch->payload += next.text;
    batch->records.push_back(std::move(next.record));
    gathered_bytes_ -= next.text.size() + 1;
    gathered_.pop_front();
  }
  batch->payload += kPayloadEnd;
  return batch;
}

void Poller::invoke(BatchPtr batch) {
  InvokeCall call;
  call.function_arn = mapping_.function_arn;
  call.payload = batch->payload;
  call.ordered = true;
  world_.invoke(std::move(call), [this, alive = alive_.token(),
                                  batch](aws::Outcome<InvocationOutcome> result) mutable {
    if (alive) on_result(std::move(batch), std::move(result));
  });
}

void Poller::on_result(BatchPtr batch, aws::Outcome<InvocationOutcome> result) {
  const auto count = batch->records.size();
  const bool is_throttled = !result && result.error().code == "TooManyRequestsException";
  if (is_throttled) {
    if (stopped_) {
      source_->give_back(std::move(batch->records));
      return batch_is_back();
    }
    // As long as its records are hidden from others.
    if (world_.clock.now() + kThrottledEventDelay < batch->received + source_->hold()) {
      world_.clock.call_after(kThrottledEventDelay, [this, alive = alive_.token(), batch] {
        if (alive) invoke(batch);
      });
      return;
    }
  }
  const auto ids = ids_of(batch->records);
  const auto fail_all = [&](std::string_view why) {
    tell(count, fmt::format("the batch failed: {}", why));
    settle(std::move(batch->records), ids);
  };
  if (!result) return fail_all(result.error().message);
  if (!result->function_error.empty()) return fail_all(summary(result->payload));
  if (!mapping_.reports_item_failures) {
    tell(count, "processed");
    return settle(std::move(batch->records), {});
  }
  const auto failed = read_item_failures(result->payload, ids);
  if (!failed) return fail_all(failed.error());
  if (failed->empty()) {
    tell(count, "processed");
  } else {
    tell(failed->size(), fmt::format("failed of {}, as the function reports", count));
  }
  settle(std::move(batch->records), *failed);
}

void Poller::settle(SourceRecords records, const std::set<std::string>& failed) {
  if (!failed.empty()) {
    if (std::exchange(failed_at_, world_.clock.now()) != world_.clock.now()) failed_now_.clear();
    failed_now_.insert(failed.begin(), failed.end());
  }
  source_->settle(std::move(records), failed, [this](aws::Outcome<aws::Done> done) {
    if (!done) {
      world_.journal.warn(fmt::format(
          "the event source mapping {} of {}: what was processed will come again, because it could "
          "not be deleted: {}",
          mapping_.uuid, mapping_.function_arn, done.error().message));
    }
    batch_is_back();
  });
}

void Poller::batch_is_back() {
  --under_way_;
  if (!stopped_) return pump();
  if (is_idle()) on_idle_();
}

void Poller::tell(std::size_t count, std::string text) {
  const auto source = aws::Arn::parse(mapping_.source_arn);
  const auto function = FunctionName::parse(mapping_.function_arn);
  Event event;
  event.kind = EventKind::kMessageMoved;
  event.region = world_.journal.intern(mapping_.region);
  event.subject = world_.journal.intern(source ? source->resource : mapping_.source_arn);
  event.count = static_cast<std::uint32_t>(count);
  event.text = fmt::format("{}: {}", function ? function->name : mapping_.function_arn, text);
  world_.journal.append(std::move(event));
}

}  // namespace loopgate::lambda
