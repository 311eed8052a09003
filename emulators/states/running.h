// An execution that runs: the machine of `language`, with the world around it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "base/clock.h"
#include "emulators/states/map_run.h"
#include "emulators/states/record.h"

namespace loopgate::states {

class Executions;

using EndWatcher = std::move_only_function<void(const Record&)>;

class Running final : public Host {
 public:
  Running(Executions& owner, Record record, DefinitionPtr definition, std::string list);
  ~Running() override;

  // --- Host ---
  bool wants_events() const override { return wants_events_; }
  void on_event(Event event) override;
  void start_task(TaskRequest request) override;
  void cancel_task(std::uint64_t id) override;
  std::optional<std::string> refuse_task(const Resource& resource,
                                         const Datum& parameters) override;
  void start_map_run(MapRunRequest request) override;
  void cancel_map_run(std::uint64_t id) override;
  std::string make_token() override;
  std::string map_run_arn(const State& state) override;
  void on_end() override;

  const std::string& account() const { return account_; }
  const std::string& region() const { return region_; }

  Executions& owner;
  Record record;
  Execution execution;
  // Told once, when it has ended.
  std::vector<EndWatcher> watchers{};
  std::vector<std::string> fresh_events{};  // JSON, not stored yet
  std::int64_t first_fresh = 0;
  std::vector<std::string> fresh_lines{};  // of the log
  std::int64_t revision = 0;
  ScopedTimer timer;
  ScopedTimer overall;  // TimeoutSeconds of the machine, or what its type allows
  bool turn_posted = false;
  bool end_posted = false;
  std::map<std::uint64_t, std::unique_ptr<MapRun>> map_runs{};
  Alive alive;

 private:
  void call(const TaskRequest& request, const Resource& resource);
  void called(std::uint64_t id, const Resource& resource, std::expected<Datum, Fault> answer);
  void watch_child(std::uint64_t id, const Resource& resource, const std::string& child_arn);
  void log(const Event& event);

  std::string account_, region_;
  bool wants_events_ = true;
  std::map<std::uint64_t, std::string> tokens_{};  // of tasks that wait for them
};

}  // namespace loopgate::states
