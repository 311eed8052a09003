// The one guard behind every door: whatever enters the sandbox from outside or comes due inside
// (API and REST calls, control routes, sockets, processes, timers, tasks, what waited for a commit)
// runs as an operation. An operation that throws is rolled back to where it began and told; its
// caller answers in its own words; its neighbours and the process go on.
#pragma once

#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loopgate {

// How an operation is called in the journal. Composed only when it has failed.
struct OperationName {
  OperationName(const char* kind) : kind(kind) {}  // NOLINT: a literal is a name
  OperationName(std::string_view kind, std::string_view detail) : kind(kind), detail(detail) {}
  OperationName(std::string_view kind, const std::source_location& from) : kind(kind), from(from) {}

  std::string to_string() const;  // "sqs SendMessage", "a timer (packet_source.cpp:61)"

  std::string_view kind;
  std::string_view detail{};
  std::optional<std::source_location> from{};  // where it was asked for
};

class Guard {
 public:
  // What remembers the changes of an operation, so that they can be undone. Operations nest.
  class Ledger {
   public:
    virtual ~Ledger() = default;
    virtual void begin_operation() = 0;  // must cost next to nothing
    virtual void keep_operation() = 0;
    virtual void undo_operation() = 0;
  };
  using Report = std::function<void(const std::string& operation, const std::string& thrown)>;

  // The ledger outlives what is run from now on; null ends it.
  void undo_by(Ledger* ledger) { ledger_ = ledger; }
  // Called after the operation was undone; must not run another one.
  void report_to(Report report) { report_ = std::move(report); }

  // Runs what only leads to operations (a turn of the loop): nothing to undo, but nothing escapes.
  template <class Work>
  void watch(const OperationName& name, Work&& work) {
    try {
      work();
    } catch (...) {
      caught(name, nullptr);
    }
  }

  // Runs `operation`. One that returns bool may say false: it has failed in an orderly way, and is
  // undone without a report. Gives what was thrown.
  template <class Operation>
  std::optional<std::string> run(const OperationName& name, Operation&& operation) {
    Ledger* const ledger = ledger_;
    if (ledger != nullptr) ledger->begin_operation();
    try {
      bool keeps = true;
      if constexpr (std::is_same_v<std::invoke_result_t<Operation>, bool>) {
        keeps = operation();
      } else {
        operation();
      }
      if (ledger != nullptr) keeps ? ledger->keep_operation() : ledger->undo_operation();
      return std::nullopt;
    } catch (...) {
      return caught(name, ledger);
    }
  }

 private:
  std::string caught(const OperationName& name, Ledger* ledger) const;

  Ledger* ledger_ = nullptr;
  Report report_;
};

// Without a guard (a part alone, in a test) what is thrown passes.
template <class Operation>
std::optional<std::string> run_guarded(Guard* guard, const OperationName& name,
                                       Operation&& operation) {
  if (guard != nullptr) return guard->run(name, std::forward<Operation>(operation));
  operation();
  return std::nullopt;
}

template <class Work>
void watch_guarded(Guard* guard, const OperationName& name, Work&& work) {
  guard != nullptr ? guard->watch(name, std::forward<Work>(work)) : work();
}

}  // namespace loopgate
