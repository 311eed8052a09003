// The executions of all state machines: started, told what happens, stored, ended, described.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aws/account_scope.h"
#include "aws/ports.h"
#include "base/alive.h"
#include "emulators/module/surroundings.h"
#include "emulators/states/activities.h"
#include "emulators/states/execution_table.h"
#include "emulators/states/integrations.h"
#include "emulators/states/machines.h"
#include "emulators/states/running.h"
#include "emulators/states/sessions.h"

namespace loopgate::states {

// What other services it reaches.
struct Neighbours {
  aws::StsPort& sts;
  aws::LambdaPort& lambda;
  aws::LogsPort& logs;
  aws::Api& api;
};

struct StartRequest {
  Startable what{};
  std::string name{};   // empty: a UUID
  std::string input{};  // JSON
  std::string trace_header{};
};

class Executions {
 public:
  Executions(const Surroundings& surroundings, const Neighbours& neighbours, Machines& machines);
  ~Executions();
  Executions(const Executions&) = delete;

  // Errors: InvalidName, InvalidExecutionInput, ExecutionAlreadyExists, ExecutionLimitExceeded. One
  // that runs under the same name and with the same input is given again.
  aws::Outcome<Record> start(StartRequest request);
  // EXPRESS; `done` gets the ended record.
  aws::Outcome<void> start_sync(StartRequest request, EndWatcher done);
  // A child of a map run. Null when it could not start; `done` is told of its end.
  Running* start_child(Record record, DefinitionPtr definition, const std::string& list,
                       EndWatcher done);
  aws::Outcome<Record> stop(const std::string& arn, std::optional<std::string> error,
                            std::optional<std::string> cause);
  aws::Outcome<Record> redrive(const std::string& arn);
  // Also of a machine that has been deleted.
  aws::Outcome<Record> find(const std::string& arn);
  // Calls `watcher` when it ends, or at once when it has. False: there is none.
  bool watch(const std::string& arn, EndWatcher watcher);
  std::string history(const Record& record) { return table_.events(record.ordinal); }

  // The limits of one: also of one that runs.
  void change_map_run(const MapRunRecord& changed);

  // Task tokens. Errors: InvalidToken, TaskTimedOut.
  aws::Outcome<void> task_success(const std::string& token, Datum output);
  aws::Outcome<void> task_failure(const std::string& token, Fault fault);
  aws::Outcome<void> task_heartbeat(const std::string& token);

  // Goes on with what a former process had begun.
  void resume();
  // Everything that runs and every record goes.
  void remove_all(const aws::AccountScope& scope);

  // --- of those that run ---
  // After anything was told to an execution: events are stored, timers set, its end is told.
  void settle(Running& running);
  void await_token(const std::string& token, Running& running, std::uint64_t task);
  void drop_token(const std::string& token) { tokens_.erase(token); }

  const Surroundings& surroundings() const { return surroundings_; }
  Machines& machines() { return machines_; }
  Integrations& integrations() { return integrations_; }
  Sessions& sessions() { return sessions_; }
  Activities& activities() { return activities_; }
  ExecutionTable& table() { return table_; }
  const Neighbours& neighbours() const { return neighbours_; }
  WallTime now() const { return surroundings_.clock.wall(); }
  std::size_t running_count() const { return running_.size(); }

 private:
  struct Waiting {
    std::string arn;
    std::uint64_t task = 0;
  };

  aws::Outcome<Running*> begin(StartRequest request, EndWatcher done);
  Running& run(Record record, DefinitionPtr definition, const std::string& list, EndWatcher done);
  Running* find_running(const std::string& arn);
  Running* find_token(const std::string& token, std::uint64_t& task);
  aws::AwsError token_error(const std::string& token) const;
  bool restore(const ExecutionTable::Unfinished& row);
  void rebuild();
  void store(Running& running);
  void flush_log(Running& running);
  void set_overall_timer(Running& running);
  void ended(Running& running);
  void sweep();

  const Surroundings& surroundings_;
  Neighbours neighbours_;
  Machines& machines_;
  ExecutionTable table_;
  Integrations integrations_;
  Sessions sessions_;
  Activities activities_;
  std::unordered_map<std::string, std::unique_ptr<Running>> running_;  // by ARN
  std::unordered_map<std::string, Waiting> tokens_;
  WallTime swept_{};
  Alive alive_;
};

// "…:stateMachine:NAME" → "…:execution:NAME:EXECUTION"
std::string execution_arn(const Startable& what, const std::string& name,
                          const std::string& express_id);

}  // namespace loopgate::states
