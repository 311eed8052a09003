// The tokens by which others end tasks.
#include "emulators/states/errors.h"
#include "emulators/states/executions.h"

namespace loopgate::states {

namespace {

// In base64.
constexpr std::size_t kTokenSize = 128;

}  // namespace

void Executions::await_token(const std::string& token, Running& running, std::uint64_t task) {
  tokens_[token] = {running.record.arn, task};
}

Running* Executions::find_token(const std::string& token, std::uint64_t& task) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return nullptr;
  Running* running = find_running(found->second.arn);
  task = found->second.task;
  return running != nullptr && running->execution.awaits_task(task) ? running : nullptr;
}

// Whether it was one of ours tells whether it is none or no longer one.
aws::AwsError Executions::token_error(const std::string& token) const {
  return token.size() == kTokenSize ? task_gone() : invalid_token();
}

aws::Outcome<void> Executions::task_success(const std::string& token, Datum output) {
  std::uint64_t task = 0;
  Running* running = find_token(token, task);
  if (running == nullptr) return aws::refuse(token_error(token));
  tokens_.erase(token);
  running->execution.task_succeeded(task, std::move(output), now());
  settle(*running);
  return {};
}

aws::Outcome<void> Executions::task_failure(const std::string& token, Fault fault) {
  std::uint64_t task = 0;
  Running* running = find_token(token, task);
  if (running == nullptr) return aws::refuse(token_error(token));
  tokens_.erase(token);
  running->execution.task_failed(task, std::move(fault), now());
  settle(*running);
  return {};
}

aws::Outcome<void> Executions::task_heartbeat(const std::string& token) {
  std::uint64_t task = 0;
  Running* running = find_token(token, task);
  if (running == nullptr) return aws::refuse(token_error(token));
  running->execution.task_heartbeat(task, now());
  settle(*running);
  return {};
}

}  // namespace loopgate::states
