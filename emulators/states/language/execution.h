// One execution of a definition: a machine without a clock, sockets or database. It is told what
// happens (a start, a time, the end of a task) and tells its host what is to be done (events for
// the history, tasks to start). It stands still until it is told the next thing; `next_deadline`
// says when it wants to be told the time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/states/language/branch.h"
#include "emulators/states/language/definition.h"
#include "emulators/states/language/resource.h"
#include "emulators/states/language/scope.h"

namespace loopgate::states {

// An entry of the history.
struct Event {
  std::int64_t id = 0;
  std::int64_t previous = 0;
  WallTime at{};
  std::string_view type;  // "PassStateEntered"
  Json details{};         // null: it has none
};
// "stateEnteredEventDetails": the member in which an event of that type has its details; "" of
// those that have none.
std::string_view details_key(std::string_view type);

struct TaskRequest {
  std::uint64_t id = 0;
  const State* state = nullptr;
  Datum parameters{};
  std::string token{};
  std::string role_arn{};  // of Credentials; empty: the execution's own
  std::optional<double> timeout_seconds{}, heartbeat_seconds{};
  // After a restart: it had been started before; `submitted` says that it waits for its end alone.
  bool resumed = false;
  bool submitted = false;
  Datum answer{};  // what it was submitted with
};

// A Map in DISTRIBUTED mode, whose children the host runs.
struct MapRunRequest {
  std::uint64_t id = 0;
  const State* state = nullptr;
  std::string arn;
  std::shared_ptr<const std::vector<Datum>> items{};  // null: `reader` says where they are
  Datum reader{};                                     // ItemReader's Parameters
  double max_items = 0;                               // 0: all
  double max_concurrency = 0;                         // 0: as many as there may be
  double tolerated_count = 0, tolerated_percentage = 0;
  double batch_items = 0, batch_bytes = 0;  // both 0: no batches
  std::optional<Datum> batch_input{};
  std::optional<Datum> writer{};  // ResultWriter's Parameters
  bool resumed = false;
};

enum class ExecutionStatus : std::uint8_t { kRunning, kSucceeded, kFailed, kTimedOut, kAborted };
std::string_view to_string(ExecutionStatus status);  // "SUCCEEDED"

class Host {
 public:
  virtual ~Host() = default;
  // Whether events are wanted; without, none is made.
  virtual bool wants_events() const = 0;
  virtual void on_event(Event event) = 0;
  // Completes by `task_succeeded` or `task_failed`, never inside the call.
  virtual void start_task(TaskRequest request) = 0;
  virtual void cancel_task(std::uint64_t id) = 0;
  // Why a task cannot be started with these parameters: "The field 'X' is required but was
  // missing". nullopt: it can.
  virtual std::optional<std::string> refuse_task(const Resource& resource,
                                                 const Datum& parameters) = 0;
  // Completes by `map_run_ended`.
  virtual void start_map_run(MapRunRequest request) = 0;
  virtual void cancel_map_run(std::uint64_t id) = 0;
  virtual std::string make_token() = 0;
  virtual std::string map_run_arn(const State& state) = 0;
  // It has ended: its status, output and fault stand.
  virtual void on_end() = 0;
};

struct ExecutionInfo {
  std::string arn, name, role_arn;
  std::string machine_arn, machine_name;
  Datum input{};
  WallTime started{};
  std::string region;
  std::string list{};  // `StateList::path` of what runs: "" is all, else a Map's processor
  bool express = false;
  bool shows_redrives = true;  // $$.Execution.RedriveCount
  std::int64_t redrives = 0;
};

struct Trial;  // TestState (trial.h)

class Execution {
 public:
  Execution(DefinitionPtr definition, ExecutionInfo info, Host& host, Random& random);
  ~Execution();
  Execution(const Execution&) = delete;

  // Runs until everything waits, or for `kStepsPerTurn` states: then `wants_turn`, and `turn` goes
  // on.
  void start(WallTime now);
  void turn(WallTime now);
  bool wants_turn() const { return !ready_.empty() && status_ == ExecutionStatus::kRunning; }
  void on_time(WallTime now);
  std::optional<WallTime> next_deadline() const;

  // Of tasks. What is no longer awaited is ignored.
  void task_started(std::uint64_t id, const std::string& worker, WallTime now);  // activities
  void task_submitted(std::uint64_t id, Datum output, WallTime now);
  void task_succeeded(std::uint64_t id, Datum output, WallTime now);
  void task_failed(std::uint64_t id, Fault fault, WallTime now);
  bool task_heartbeat(std::uint64_t id, WallTime now);  // false: nobody waits
  bool awaits_task(std::uint64_t id) const { return tasks_.contains(id); }
  void map_run_ended(std::uint64_t id, std::expected<Datum, Fault> result, WallTime now);
  // What the child of that item gets: ItemSelector.
  std::expected<Datum, Fault> item_input(std::uint64_t id, std::size_t index, const Datum& item,
                                         WallTime now);

  void abort(std::optional<std::string> error, std::optional<std::string> cause, WallTime now);
  // The state machine's own time is over.
  void time_out(WallTime now);
  // Goes on with the state that failed.
  void redrive(WallTime now);
  bool can_redrive() const { return status_ != ExecutionStatus::kSucceeded && root_ != nullptr; }

  ExecutionStatus status() const { return status_; }
  const Datum& output() const { return output_; }
  const Fault& fault() const { return fault_; }
  const ExecutionInfo& info() const { return info_; }
  const Definition& definition() const { return *definition_; }
  std::int64_t last_event_id() const { return last_event_id_; }

  // Everything that a later process needs to go on.
  Json snapshot() const;
  // Of an execution that was not started. False: it is none of this definition.
  bool restore(const Json& snapshot, WallTime now);
  // Goes on after that: tasks that were under way are started again.
  void resume(WallTime now);

  // One state is tried alone, and what it comes to is noted there.
  // Its name in the context object is `shown`.
  void try_state(Trial& trial, const State& state, std::string shown, WallTime now);

 private:
  using BranchPtr = std::unique_ptr<Branch>;
  struct Outcome {
    Datum output;
    std::vector<std::pair<std::string, Datum>> assigned{};
  };

  // --- the loop ---
  void run_ready();
  void step(Branch& branch);
  void push(Branch& branch);
  void wake_at(Branch& branch, std::optional<WallTime> when);
  Branch& add_branch(const StateList& list, Branch* parent, std::size_t index);
  void remove_children(Branch& branch);
  void forget(Branch& branch);

  // --- events ---
  std::int64_t record(std::int64_t previous, std::string_view type, Json details = {});
  // The same, in a branch: its next event will point at this one.
  void record_in(Branch& branch, std::string_view type, Json details = {});
  bool wants_events() const { return host_.wants_events(); }
  void record_entered(Branch& branch);
  void record_exited(Branch& branch, const Outcome& outcome);

  // --- what expressions see ---
  Scope scope(const Branch& branch, const Datum& input) const;
  Datum context(const Branch& branch) const;

  // --- states ---
  void enter(Branch& branch);
  void run(Branch& branch);  // also again, when it is retried
  void run_pass(Branch& branch);
  void run_choice(Branch& branch);
  void run_wait(Branch& branch);
  void run_succeed(Branch& branch);
  void run_fail(Branch& branch);
  void run_parallel(Branch& branch);
  void leave(Branch& branch, Outcome outcome, const std::string& next);
  void ended(Branch& branch, Datum output);

  // --- input and output ---
  std::expected<Datum, Misfit> select(const Selection& selection, const Scope& scope);
  std::expected<Datum, Misfit> effective_input(Branch& branch);
  std::expected<double, Misfit> number(const NumberField& field, std::string_view name,
                                       const Scope& scope);
  std::expected<std::string, Misfit> words(const TextField& field, std::string_view name,
                                           const Scope& scope);
  std::expected<Datum, Misfit> place(const ResultPath& path, const Datum& input,
                                     const Datum& result);
  // From the result of the state's work to its output.
  void finish(Branch& branch, Datum result);
  std::expected<Outcome, Misfit> outcome_of(Branch& branch, Datum result);
  std::expected<Outcome, Misfit> shaped(Branch& branch, const std::optional<Payload>& assign,
                                        const std::optional<Payload>& output, Scope scope,
                                        const Datum& otherwise);
  std::expected<void, Misfit> assign(const std::optional<Payload>& payload, const Scope& scope,
                                     Outcome& outcome);

  // --- tasks ---
  void run_task(Branch& branch);
  void begin_task(Branch& branch);
  void record_scheduled(Branch& branch, const Resource& resource, const Datum& parameters);
  void record_failed(Branch& branch, const Fault& fault, bool timed_out);
  Branch* find_task(std::uint64_t id);
  void task_timed_out(Branch& branch);
  void set_task_deadline(Branch& branch);

  // --- maps ---
  void run_map(Branch& branch);
  std::expected<std::vector<Datum>, Misfit> map_items(Branch& branch, const Datum& input);
  std::optional<Misfit> read_limits(Branch& branch, const Scope& scope);
  void start_iterations(Branch& branch, std::int64_t previous);
  std::expected<Datum, Misfit> item_input(Branch& branch, const Datum& input, std::size_t index,
                                          const Datum& item);
  void run_distributed(Branch& branch, std::optional<std::vector<Datum>> items, const Scope& scope);
  void child_ended(Branch& parent, Branch& child, Datum output);
  void children_succeeded(Branch& branch);
  void child_failed(Branch& parent, Branch& child, Fault fault);

  // --- faults ---
  void misfit(Branch& branch, Misfit misfit);
  void fail(Branch& branch, Fault fault);
  bool retry(Branch& branch, const Fault& fault);
  bool catch_fault(Branch& branch, const Fault& fault);
  void give_up(Branch& branch, Fault fault);
  void end(ExecutionStatus status, std::string_view event, std::int64_t previous, Json details);
  std::string sentence(const Branch& branch, const std::string& reason) const;
  void too_large(Branch& branch);

  DefinitionPtr definition_;
  ExecutionInfo info_;
  Host& host_;
  Random& random_;
  Trial* trial_ = nullptr;
  std::string shown_name_;  // of a state on trial
  WallTime now_{};
  ExecutionStatus status_ = ExecutionStatus::kRunning;
  Datum output_{};
  Fault fault_{};
  std::int64_t last_event_id_ = 0;
  std::int64_t transitions_ = 0;
  std::uint64_t last_id_ = 0;
  BranchPtr root_;
  std::map<std::uint64_t, Branch*> branches_;
  std::map<std::uint64_t, Branch*> tasks_;
  std::set<std::pair<WallTime, std::uint64_t>> wakes_;
  std::deque<std::uint64_t> ready_;
  bool running_ = false;
};

}  // namespace loopgate::states
