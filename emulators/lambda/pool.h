// The workers of one function and the calls that wait for them: a warm worker when there is one,
// another worker when there is not, and all of them new when the code has changed.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "emulators/lambda/code_loader.h"
#include "emulators/lambda/worker.h"

namespace loopgate::lambda {

// Where a function's code is made to run: a folder each, readable for people who look into the data
// folder.
std::string function_folder(const Surroundings& surroundings, const FunctionConfig& config);

class Pool : private Worker::Owner {
 public:
  Pool(Surroundings& surroundings, std::shared_ptr<const FunctionConfig> config);
  ~Pool() override;

  // Calls that are waiting or running.
  std::size_t in_flight() const { return waiting_.size() + running_; }
  std::size_t workers() const { return workers_.size(); }
  bool is_full() const { return waiting_.size() >= kMaxWaitingCalls; }

  void invoke(InvocationPtr invocation);
  // Loads the code ahead of the first call, building it where that is needed.
  void prepare(std::move_only_function<void(Status)> done);
  // New configuration: running calls end as they began, later ones get new workers.
  void reconfigure(std::shared_ptr<const FunctionConfig> config);
  // Answers everything that waits or runs, and ends the workers that ran it.
  void abort(std::string_view why);
  // Answers everything that waits or runs, and ends every worker.
  void shut_down(std::string_view why);

 private:
  void on_worker_idle(Worker& worker) override;
  void on_worker_failed_to_start(
      Worker& worker, std::function<InvocationOutcome(const std::string&)> explain) override;
  void on_worker_ended(Worker& worker) override;

  void check_code();
  void on_loaded(std::uint64_t fingerprint, Result<LoadedCode> code);
  void pump();
  void start_workers();
  bool needs_worker() const;
  void start_worker();
  void fail_all_waiting(std::string_view why);
  void tell_prepared(const Status& status);
  void retire_workers();
  void tell_reloaded();
  void bury();
  void watch_idle();
  void end_idle();

  struct Entry {
    std::unique_ptr<Worker> worker;
    bool outdated = false;
  };
  Entry* find(const Worker& worker);
  std::size_t count(Worker::State state) const;

  Surroundings& surroundings_;
  std::shared_ptr<const FunctionConfig> config_;
  CodeLoader loader_;
  std::uint64_t fingerprint_ = 0;  // of `code_`; 0: none yet
  std::string code_folder_;
  bool loading_ = false;
  bool started_in_turn_ = false;
  std::deque<InvocationPtr> waiting_;
  std::vector<std::move_only_function<void(Status)>> preparing_;
  std::size_t running_ = 0;
  std::vector<Entry> workers_;
  std::vector<std::unique_ptr<Worker>>
      ended_;  // destroyed in a later task, outside their own calls
  ScopedTimer idle_timer_;
  Alive alive_;
};

}  // namespace loopgate::lambda
