// One execution environment: a process and the Runtime API server that is its identity. It runs one
// invocation after another; whoever owns it decides which.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "emulators/http/server.h"
#include "emulators/lambda/function.h"
#include "emulators/lambda/function_log.h"
#include "emulators/lambda/invocation.h"
#include "emulators/lambda/runtime_api.h"
#include "emulators/lambda/surroundings.h"
#include "io/process.h"

namespace loopgate::lambda {

class Worker {
 public:
  // kStarting: not yet asked for work · kIdle: asked and waits · kBusy: has an invocation ·
  // kFinishing: has answered it and not yet asked again · kEnded: its process is gone or being
  // killed.
  enum class State { kStarting, kIdle, kBusy, kFinishing, kEnded };

  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_worker_idle(Worker& worker) = 0;
    // It never asked for work. The owner answers a waiting call with what `explain` makes of it.
    virtual void on_worker_failed_to_start(
        Worker& worker,
        std::function<InvocationOutcome(const std::string& request_id)> explain) = 0;
    virtual void on_worker_ended(Worker& worker) = 0;
  };

  // The owner outlives the worker and must not destroy it inside one of the calls above.
  static Result<std::unique_ptr<Worker>> start(Surroundings& surroundings,
                                               std::shared_ptr<const FunctionConfig> config,
                                               const std::string& code_folder, Owner& owner);
  Worker(Surroundings& surroundings, std::shared_ptr<const FunctionConfig> config, Owner& owner);
  ~Worker();

  State state() const { return state_; }
  Instant idle_since() const { return since_; }
  int pid() const { return process_ == nullptr ? 0 : process_->pid(); }

  // Only when idle.
  void assign(InvocationPtr invocation);
  // What it writes while it starts is told with this call, for which it is started.
  void starts_for(const Invocation& invocation) { log_.belongs_to(invocation.batch); }
  // Ends it. A running invocation is answered as if the process had been killed.
  void stop();

 private:
  Status launch(const std::string& code_folder);
  aws::Credentials credentials() const;
  void on_request(http::Request request, std::shared_ptr<http::Exchange> exchange);
  void on_next(const http::Request& request, std::shared_ptr<http::Exchange> exchange);
  void on_body(std::string_view target, std::string_view so_far);
  void on_response(http::Request request, std::shared_ptr<http::Exchange> exchange);
  void on_error(http::Request request, std::shared_ptr<http::Exchange> exchange);
  void acknowledge(std::shared_ptr<http::Exchange> exchange);
  void on_init_error(http::Request request, http::Exchange& exchange);
  void on_exit(io::ExitStatus status);
  void on_deadline();
  void on_init_deadline();

  void complete(InvocationOutcome outcome);
  void end_invocation(std::string_view status);
  int max_memory_mb() const;
  void fail_to_start(std::function<InvocationOutcome(const std::string&)> explain);
  void end();
  void check_version(std::string_view user_agent);

  Surroundings& surroundings_;
  std::shared_ptr<const FunctionConfig> config_;
  Owner& owner_;
  FunctionLog log_;
  State state_ = State::kStarting;
  Instant since_;  // in this state
  Duration init_took_{};

  std::unique_ptr<http::Server> server_;
  std::unique_ptr<io::Process> process_;
  std::shared_ptr<http::Exchange> waiting_;  // the runtime's pending question for work

  InvocationPtr invocation_;
  std::string request_id_;  // of the invocation whose END is not written yet
  Instant started_{};
  std::size_t streamed_ = 0;               // bytes of its answer that were passed on already
  std::optional<InvocationOutcome> held_;  // waits for its log tail
  ScopedTimer deadline_;
};

}  // namespace loopgate::lambda
