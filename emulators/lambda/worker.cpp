#include "emulators/lambda/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "base/check.h"
#include "codec/base64.h"
#include "emulators/http/admission.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/worker_launch.h"

namespace loopgate::lambda {

namespace {

http::ServerLimits runtime_api_limits() {
  http::ServerLimits limits;
  limits.body_bytes = kMaxStreamedResponse;
  limits.connections = 16;
  limits.receive_rate = 0;  // a streamed answer comes as slowly as the function writes it
  limits.idle =
      std::chrono::hours(24);  // a handler may be busy between two requests for its whole timeout
  return limits;
}

}  // namespace

Worker::Worker(Surroundings& surroundings, std::shared_ptr<const FunctionConfig> config,
               Owner& owner)
    : surroundings_(surroundings),
      config_(std::move(config)),
      owner_(owner),
      log_(surroundings, *config_),
      since_(surroundings.clock.now()),
      deadline_(surroundings.clock) {}

Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::start(Surroundings& surroundings,
                                              std::shared_ptr<const FunctionConfig> config,
                                              const std::string& code_folder, Owner& owner) {
  auto worker = std::make_unique<Worker>(surroundings, std::move(config), owner);
  if (const auto launched = worker->launch(code_folder); !launched) {
    return std::unexpected(launched.error());
  }
  return worker;
}

// The role's, as long as the worker lives: on AWS they are renewed beneath it.
aws::Credentials Worker::credentials() const {
  const auto label = token_label(log_.stream());
  if (!surroundings_.credentials) {
    // An access key id of twelve digits is the account.
    return {
        .access_key_id = config_->account, .secret_access_key = "loopgate", .session_token = label};
  }
  constexpr auto kNever = std::chrono::sys_days(std::chrono::January / 1 / 2200);
  return surroundings_.credentials({.account = config_->account,
                                    .role_arn = config_->role,
                                    .name = config_->name,
                                    .expires = kNever},
                                   label);
}

Status Worker::launch(const std::string& code_folder) {
  auto server = http::Server::listen(
      surroundings_.loop, Endpoint{IpAddress::v4(127, 0, 0, 1), 0},
      [this, &loop = surroundings_.loop](http::Request request,
                                         std::shared_ptr<http::Exchange> exchange) {
        const auto thrown = run_guarded(loop.guard(), {"a function's runtime", request.path},
                                        [&] { on_request(std::move(request), exchange); });
        if (thrown) exchange->respond(internal_failure(*thrown));
      },
      runtime_api_limits());
  if (!server) return std::unexpected(server.error());
  server_ = std::move(*server);
  server_->observe_bodies([this, &loop = surroundings_.loop](std::string_view target,
                                                             std::string_view so_far) {
    run_guarded(loop.guard(), {"a function's answer", target}, [&] { on_body(target, so_far); });
  });

  std::string warning;
  auto options = launch_options(*config_,
                                {.code_folder = code_folder,
                                 .data_folder = surroundings_.folder,
                                 .runtime_api = server_->local().to_string(),
                                 .endpoint = surroundings_.endpoint ? surroundings_.endpoint() : "",
                                 .log_stream = log_.stream(),
                                 .credentials = credentials()},
                                warning);
  if (!options) return std::unexpected(options.error());
  if (!warning.empty()) surroundings_.journal.warn(fmt::format("{}: {}", config_->name, warning));
  log_.init_start(fmt::format("{} ({})", config_->runtime.name, options->argv.front()));

  options->supervisor = surroundings_.supervisor.get();
  io::Process::Events events;
  events.on_line = [this](std::string_view line, bool) { log_.line(line); };
  events.on_exit = [this](io::ExitStatus status) { on_exit(status); };
  auto process = io::Process::spawn(surroundings_.loop, std::move(*options), std::move(events));
  if (!process) return std::unexpected(process.error());
  process_ = std::move(*process);
  deadline_.set_after(std::max<Duration>(kInitLimit, config_->timeout),
                      [this] { on_init_deadline(); });
  return {};
}

void Worker::assign(InvocationPtr invocation) {
  LOOPGATE_CHECK(state_ == State::kIdle && waiting_ != nullptr);
  invocation_ = std::move(invocation);
  request_id_ = invocation_->request_id;
  started_ = surroundings_.clock.now();
  streamed_ = 0;
  state_ = State::kBusy;
  log_.belongs_to(invocation_->batch);
  log_.keep_tail(invocation_->wants_log_tail);
  log_.start(request_id_, invocation_->version);
  deadline_.set_after(config_->timeout, [this] { on_deadline(); });
  const auto trace =
      fmt::format("Root=1-{:08x}-{};Parent={};Sampled=0", to_seconds(surroundings_.clock.wall()),
                  surroundings_.random.hex(24), surroundings_.random.hex(16));
  const auto deadline = surroundings_.clock.wall() + config_->timeout;
  std::exchange(waiting_, nullptr)->respond(next_invocation(*invocation_, deadline, trace));
}

void Worker::stop() {
  if (state_ == State::kEnded) return;
  if (invocation_) complete(exited(request_id_, {.signal = 9}));
  end_invocation("");
  end();
}

void Worker::on_request(http::Request request, std::shared_ptr<http::Exchange> exchange) {
  const http::Admission function_only;
  if (http::refuse_host(request, function_only) ||
      http::refuse_page(request, function_only, false)) {
    return exchange->respond(unknown_route());
  }
  if (state_ == State::kEnded) return exchange->respond(unknown_route());
  const auto call = parse_runtime_call(request.method, request.path);
  switch (call.kind) {
    case RuntimeCall::Kind::kNext:
      return on_next(request, std::move(exchange));
    case RuntimeCall::Kind::kInitError:
      return on_init_error(std::move(request), *exchange);
    case RuntimeCall::Kind::kUnknown:
      return exchange->respond(unknown_route());
    case RuntimeCall::Kind::kResponse:
    case RuntimeCall::Kind::kError:
      break;
  }
  if (!invocation_ || call.request_id != invocation_->request_id) {
    return exchange->respond(refused_id(call.request_id));
  }
  if (call.kind == RuntimeCall::Kind::kResponse) {
    return on_response(std::move(request), std::move(exchange));
  }
  on_error(std::move(request), std::move(exchange));
}

void Worker::on_next(const http::Request& request, std::shared_ptr<http::Exchange> exchange) {
  if (state_ == State::kBusy)
    return exchange->respond(refused_id(request_id_));  // not answered yet
  if (state_ == State::kStarting) {
    deadline_.cancel();
    init_took_ = surroundings_.clock.now() - since_;
    check_version(request.header("User-Agent"));
  }
  end_invocation("");
  state_ = State::kIdle;
  since_ = surroundings_.clock.now();
  waiting_ = std::move(exchange);
  owner_.on_worker_idle(*this);
}

// A streamed answer is passed on as the function writes it.
void Worker::on_body(std::string_view target, std::string_view so_far) {
  if (state_ != State::kBusy || !invocation_->on_chunk || so_far.size() <= streamed_) return;
  const auto call = parse_runtime_call("POST", target);
  if (call.kind != RuntimeCall::Kind::kResponse || call.request_id != request_id_) return;
  const auto chunk = so_far.substr(streamed_);
  streamed_ = so_far.size();
  invocation_->on_chunk(chunk);
}

// At the end of the turn: whoever waits for the outcome comes before the function, which only asks
// for more work.
void Worker::acknowledge(std::shared_ptr<http::Exchange> exchange) {
  surroundings_.store.after_commit(
      [exchange = std::move(exchange)](bool) { exchange->respond(accepted()); });
}

void Worker::on_response(http::Request request, std::shared_ptr<http::Exchange> exchange) {
  const bool streaming = request.header("Lambda-Runtime-Function-Response-Mode") == "streaming";
  if (!streaming && request.body.size() > kMaxResponse) {
    exchange->respond(too_large());
    return complete(response_too_large(request_id_));
  }
  acknowledge(std::move(exchange));
  if (const auto type = request.header("Lambda-Runtime-Function-Error-Type");
      streaming && !type.empty()) {
    // A trailer: the function failed after it had begun to answer.
    const auto document =
        codec::base64_decode_text(request.header("Lambda-Runtime-Function-Error-Body"));
    return complete(
        failed(request_id_, document.value_or(error_document(type, "the stream broke off"))));
  }
  InvocationOutcome outcome;
  outcome.request_id = request_id_;
  outcome.executed_version = invocation_->version;
  if (invocation_->on_chunk) {
    if (request.body.size() > streamed_) {
      invocation_->on_chunk(std::string_view(request.body).substr(streamed_));
    }
  } else {
    outcome.payload = std::move(request.body);
  }
  complete(std::move(outcome));
}

void Worker::on_error(http::Request request, std::shared_ptr<http::Exchange> exchange) {
  acknowledge(std::move(exchange));
  if (request.body.empty()) {
    const auto type = request.header("Lambda-Runtime-Function-Error-Type");
    request.body =
        error_document(type.empty() ? "Runtime.Unknown" : type, "the runtime gave no message");
  }
  request.body.resize(std::min(request.body.size(), kMaxResponse));
  complete(failed(request_id_, std::move(request.body)));
}

void Worker::on_init_error(http::Request request, http::Exchange& exchange) {
  exchange.respond(accepted());
  if (state_ != State::kStarting) return;
  auto document = std::move(request.body);
  document.resize(std::min(document.size(), kMaxErrorDocument));
  fail_to_start([document](const std::string& request_id) { return failed(request_id, document); });
}

void Worker::on_exit(io::ExitStatus status) {
  if (state_ == State::kEnded) return;
  if (state_ == State::kStarting) {
    return fail_to_start([status](const std::string& id) { return exited(id, status); });
  }
  if (invocation_) {
    log_.line(fmt::format("RequestId: {} Error: {}", request_id_, exit_text(status)));
    complete(exited(request_id_, status));
  }
  end_invocation("error\tError Type: Runtime.ExitError");
  end();
}

void Worker::on_deadline() {
  log_.note(request_id_, timeout_text(config_->timeout));
  complete(timed_out(request_id_, config_->timeout));
  end_invocation("timeout");
  end();
}

void Worker::on_init_deadline() {
  const auto limit = std::max<Duration>(kInitLimit, config_->timeout);
  log_.line(fmt::format("INIT_REPORT Status: timeout after {:.2f} seconds",
                        std::chrono::duration<double>(limit).count()));
  fail_to_start([limit](const std::string& id) { return timed_out(id, limit); });
}

void Worker::complete(InvocationOutcome outcome) {
  deadline_.cancel();
  state_ = State::kFinishing;
  since_ = surroundings_.clock.now();
  // The log tail is whole when the runtime asks for more work.
  if (invocation_->wants_log_tail) {
    held_ = std::move(outcome);
    return;
  }
  const auto invocation = std::move(invocation_);
  invocation->done(std::move(outcome));
}

// The most that its process ever had. On simulated time nothing depends on the machine.
int Worker::max_memory_mb() const {
  if (!process_ || surroundings_.ordered_results) return 0;
  std::ifstream status(fmt::format("/proc/{}/status", process_->pid()));
  constexpr std::string_view kPeak = "VmHWM:";
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kPeak)) continue;
    return static_cast<int>(std::strtol(line.c_str() + kPeak.size(), nullptr, 10) / 1024);
  }
  return 0;
}

void Worker::end_invocation(std::string_view status) {
  if (request_id_.empty()) return;
  log_.end(request_id_, since_ - started_, std::exchange(init_took_, Duration::zero()), status,
           max_memory_mb());
  request_id_.clear();
  if (!held_) return;
  auto outcome = std::move(*held_);
  held_.reset();
  outcome.log_tail = log_.tail();
  const auto invocation = std::move(invocation_);
  invocation->done(std::move(outcome));
}

void Worker::fail_to_start(std::function<InvocationOutcome(const std::string&)> explain) {
  deadline_.cancel();
  owner_.on_worker_failed_to_start(*this, std::move(explain));
  end();
}

void Worker::end() {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  deadline_.cancel();
  waiting_.reset();
  if (process_) process_->kill();
  owner_.on_worker_ended(*this);
}

void Worker::check_version(std::string_view user_agent) {
  constexpr std::string_view kNode = "loopgate-node/";
  if (config_->runtime.kind != RuntimeKind::kNode || !user_agent.starts_with(kNode)) return;
  const auto version = user_agent.substr(kNode.size());
  const auto major = version.substr(0, version.find('.'));
  if (major == std::to_string(config_->runtime.version)) return;
  surroundings_.journal.warn(fmt::format("{}: {} is not installed: Node.js {} runs instead",
                                         config_->name, config_->runtime.name, version));
}

}  // namespace loopgate::lambda
