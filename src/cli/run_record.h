// What a sandbox saw while a command of `exec` ran, over the resets between its tests: kept for the
// report of a failed command and, with --artifacts, written to files.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/journal.h"

namespace loopgate::cli {

// `text` as it may be shown: each control character but line breaks as an escape ("\x1b"), what is
// not UTF-8 as U+FFFD. Whoever wrote it cannot move a terminal's cursor with it.
std::string without_controls(std::string_view text);

class RunRecord {
 public:
  static constexpr std::size_t kMaxEvents = Journal::kDefaultCapacity;
  static constexpr std::size_t kMaxTroubles = 200;   // the last ones are kept
  static constexpr std::size_t kMaxLogOfCall = 100;  // lines of a function before its error

  explicit RunRecord(Journal& journal);
  ~RunRecord();
  RunRecord(const RunRecord&) = delete;

  // Sees every event from now on, in the turn of its append.
  void on_event(std::function<void(const Event&)> sink) { sink_ = std::move(sink); }

  const Journal& journal() const { return journal_; }
  const std::deque<Event>& events() const { return events_; }  // the last kMaxEvents
  std::uint64_t older_events() const { return older_events_; }

  // Discards, warnings, what IAM would deny, faults of ours, and calls of functions that failed
  // with what they logged.
  const std::deque<Event>& troubles() const { return troubles_; }
  // Of those that are no longer kept: "12 × discarded [no-egress-region]". Empty: all are.
  std::string older_troubles() const;

 private:
  void see(const Event& event);
  void add_trouble(const Event& event);

  Journal& journal_;
  std::function<void(const Event&)> sink_;
  std::deque<Event> events_;
  std::uint64_t older_events_ = 0;
  std::deque<Event> troubles_;
  std::map<std::string, std::uint64_t> older_troubles_;
  std::map<Symbol, std::deque<Event>> logs_;  // of a function, since its last call began
  Journal::ObserverId observer_;
};

}  // namespace loopgate::cli
