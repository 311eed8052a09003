// Lambda: the functions of all accounts, and invoking them. What lives in this room: configurations
// (function, function_table), their code (code_loader, zip, makefile_build), the processes that run
// them (pool, worker, runtime_api, bootstrap), asynchronous events (event_queue), the built-in
// function (echo), and the doors: the REST API (service), the resource types (…_resource) and
// the port (lambda_port).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "base/alive.h"
#include "emulators/lambda/documents.h"
#include "emulators/lambda/echo.h"
#include "emulators/lambda/event_queue.h"
#include "emulators/lambda/function_table.h"
#include "emulators/lambda/invocation.h"
#include "emulators/lambda/layers.h"
#include "emulators/lambda/ordered_completions.h"
#include "emulators/lambda/pool.h"
#include "emulators/lambda/surroundings.h"

namespace loopgate::lambda {

enum class InvocationType { kRequestResponse, kEvent, kDryRun };

struct InvokeCall {
  std::string function_arn;  // with or without a qualifier
  std::string payload;       // valid JSON; empty: {}
  InvocationType type = InvocationType::kRequestResponse;
  std::string tenant_id;
  std::string client_context;  // JSON
  bool wants_log_tail = false;
  std::string request_id = {};  // empty: a new one
  std::uint64_t batch = 0;      // of the journal: what the call belongs to
  // Takes part in the order of results on simulated time. Not for calls that a function makes
  // itself: its own result would wait for itself.
  bool ordered = false;
  std::function<void(std::string_view)> on_chunk;
};

class Functions {
 public:
  Functions(Surroundings surroundings, DeliverRecord deliver);
  ~Functions();  // ends every worker; nothing is answered any more
  Functions(const Functions&) = delete;

  // ResourceConflictException when it exists. What is in progress is done with the next turn.
  aws::Outcome<FunctionPtr> create(FunctionConfig config);
  // Replaces the configuration of the same ARN and version. ResourceNotFoundException.
  aws::Outcome<FunctionPtr> update(FunctionConfig config);
  // The same for what is set beside the configuration: it was not modified, but has a new revision.
  aws::Outcome<FunctionPtr> update_companions(FunctionConfig config);
  // Makes a version of $LATEST, or gives the last one when nothing has changed since.
  aws::Outcome<FunctionPtr> publish(const std::string& arn, std::optional<std::string> description,
                                    Progress progress = Progress::kDone);
  // With all its versions.
  aws::Outcome<void> remove(const std::string& arn);
  // A published one; nothing happens when there is none.
  void remove_version(const std::string& arn, const std::string& version);
  // $LATEST of the function, whatever the qualifier; null when there is no such function.
  FunctionPtr find(std::string_view arn) const;
  // What the qualifier means: a version, or an alias's first one; null when there is none.
  FunctionPtr resolve(std::string_view arn) const;
  std::vector<FunctionPtr> list(std::string_view account, std::string_view region) const;
  std::vector<FunctionPtr> list() const;  // of all accounts and regions
  // $LATEST first, then as they were published.
  std::vector<FunctionPtr> versions(std::string_view arn) const;

  // Functions and their warm workers stay. Calls that run or wait are answered as killed, what is
  // stored to be retried goes: nothing of them happens later.
  void forget(const aws::AccountScope& scope);
  // The code of what is there now stays until the sandbox ends: it may be put back.
  void pin_code();

  // Keeps uploaded bytes and gives the code source for them. InvalidParameterValueException.
  aws::Outcome<CodeSource> keep_upload(std::string_view zip);

  using Done = std::move_only_function<void(aws::Outcome<InvocationOutcome>)>;
  // Completes from the task queue, never inside the call.
  void invoke(InvokeCall call, Done done);

  // Loads a function's code ahead of its first call, and builds it where that is needed: completes
  // when that is done. The error has the build's output.
  void prepare(const std::string& arn, std::move_only_function<void(Status)> done);

  // When the endpoint of this run is known: variables that hold that of the last follow. `former`
  // are those of earlier versions, which kept them as they were. Code that no function has any more
  // goes.
  void follow_endpoint(const std::set<std::string>& former = {});

  // Sees what asynchronous invocations answered, which nobody waits for.
  void set_event_observer(
      std::function<void(const std::string& arn, std::string_view answer)> observer) {
    event_observer_ = std::move(observer);
  }

  // Invocations that run or wait for a worker, asynchronous ones included: the clock waits for
  // them, unless they were given up. Stored events that wait for a retry do not count.
  std::size_t in_flight() const { return in_flight_ - given_up_; }
  // Nobody waits any longer for what is in flight now: it still runs, and ends as it would have.
  void give_up();
  std::size_t workers() const;

  Surroundings& surroundings() { return surroundings_; }
  Documents& documents() { return documents_; }
  Layers& layers() { return layers_; }

 private:
  struct Entry {
    FunctionPtr config;
    Symbol symbol{};
    BuiltIn built_in = BuiltIn::kEcho;
    std::unique_ptr<Pool> pool;  // made at the first call
    std::size_t in_flight = 0;   // of all versions, in $LATEST's
  };

  // A call that runs.
  struct Begun {
    std::uint64_t number = 0;
    std::string arn;  // of the function, without a qualifier
    Instant at{};
    Symbol function{};
    std::uint64_t batch = 0;
  };

  void load();
  void sweep_code();
  void sweep_code_now();
  std::set<std::filesystem::path> used_code();
  void end_removed();
  Entry* find_entry(std::string_view arn);
  const Entry* find_entry(std::string_view arn) const;
  std::vector<FunctionPtr> all() const;
  void put(FunctionPtr config);
  aws::Outcome<FunctionPtr> replace(FunctionConfig config);
  FunctionPtr save(FunctionConfig config);
  void finish_progress(const FunctionConfig& config);
  void end(std::unordered_map<std::string, Entry>::iterator entry);
  // The version that a call by this ARN runs: of an alias with weights, one of them by chance.
  Entry* entry_to_run(std::string_view arn);
  aws::Outcome<Entry*> admit(const InvokeCall& call);
  void invoke_async(InvokeCall call, Done done);
  void run_event(const QueuedEvent& event, Done done);
  std::string request_id_of(const InvokeCall& call);
  void run(Entry& entry, InvokeCall call, std::string request_id, Done done);
  void run_built_in(Entry& entry, const InvokeCall& call, std::string request_id, Done done);
  void run_in_pool(Entry& entry, InvokeCall call, std::string request_id, Done done);
  void on_result(const Begun& begun, const InvocationOutcome& outcome);
  void answer(Done done, aws::Outcome<InvocationOutcome> result);

  Surroundings surroundings_;
  FunctionTable table_;
  Documents documents_;
  Layers layers_;
  std::unordered_map<std::string, Entry> entries_;  // by key: each version has one
  std::vector<std::unique_ptr<Pool>> removed_;      // destroyed in a later task
  bool sweeping_ = false;                           // when this turn is committed
  std::set<std::filesystem::path> pinned_code_;
  OrderedCompletions order_;
  std::size_t in_flight_ = 0;
  std::uint64_t last_call_ = 0;         // they are numbered as they begin
  std::uint64_t given_up_through_ = 0;  // the last of those that were given up
  std::size_t given_up_ = 0;            // of those, how many are in flight
  Alive alive_;
  std::function<void(const std::string&, std::string_view)> event_observer_;
  EventQueue events_;
};

}  // namespace loopgate::lambda
