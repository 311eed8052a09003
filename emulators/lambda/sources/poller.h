// Polls the source of one mapping and gives what it receives to the function, in batches: by
// number, by size, and after the mapping's window, which begins with the first record. Several
// batches are with the function at once.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/alive.h"
#include "base/clock.h"
#include "codec/rules/event_pattern.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/sources/source.h"

namespace loopgate::lambda {

// How functions are found and called, and where is told what became of batches.
struct PollerWorld {
  Clock& clock;
  Journal& journal;
  std::function<FunctionPtr(const std::string& arn)> find;
  std::function<void(InvokeCall, Functions::Done)> invoke;
};

class Poller {
 public:
  // `on_idle`: after `stop`, when the last batch has come back. Not inside a call of ours.
  Poller(const PollerWorld& world, EventSourceMapping mapping, std::unique_ptr<EventSource> source,
         std::function<void()> on_idle);
  Poller(const Poller&) = delete;

  void start();
  // Receives no more; what is gathered is given back, what is with the function comes back.
  void stop();
  bool is_idle() const { return under_way_ == 0; }
  // What is gathered is nobody's any more: the sources have forgotten it.
  void forget();

 private:
  // Waits for its batch, written already.
  struct Gathered {
    SourceRecord record;  // without its event
    std::string text;
  };
  struct Batch {
    SourceRecords records;
    std::string payload;
    Instant received{};
  };
  using BatchPtr = std::shared_ptr<Batch>;

  void open();
  void poll();
  void on_records(SourceRecords records);
  void on_trouble(const aws::AwsError& error);
  SourceRecords filtered(SourceRecords records);
  void gather(SourceRecords records);
  SourceRecords take_gathered();
  bool comes_around(const SourceRecords& records) const;
  void pump();
  BatchPtr take_batch();
  void invoke(BatchPtr batch);
  void on_result(BatchPtr batch, aws::Outcome<InvocationOutcome> result);
  void settle(SourceRecords records, const std::set<std::string>& failed);
  void batch_is_back();
  void tell(std::size_t count, std::string text);

  PollerWorld world_;
  EventSourceMapping mapping_;
  std::vector<rules::EventPattern> filters_;
  std::unique_ptr<EventSource> source_;
  std::function<void()> on_idle_;
  std::size_t limit_;  // of batches at once
  bool stopped_ = true;
  bool is_open_ = false;
  bool receiving_ = false;
  std::string trouble_;  // that was told last
  Duration pause_{};
  ScopedTimer retry_;
  std::deque<Gathered> gathered_;
  std::size_t gathered_bytes_ = 0;
  Instant gathered_since_{};
  ScopedTimer window_;
  std::size_t under_way_ = 0;  // batches with the function or on their way back
  // What failed in this very instant: on a clock that stands still it must not come around forever.
  std::set<std::string> failed_now_;
  Instant failed_at_{};
  Alive alive_;
};

}  // namespace loopgate::lambda
