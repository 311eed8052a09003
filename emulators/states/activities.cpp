#include "emulators/states/activities.h"

#include <algorithm>

#include "emulators/states/limits.h"

namespace loopgate::states {

void Activities::offer(const std::string& activity_arn, const std::string& token, Datum input) {
  tasks_[activity_arn].push_back({token, std::move(input)});
  match(activity_arn);
}

void Activities::withdraw(const std::string& token) {
  for (auto& [arn, tasks] : tasks_) {
    std::erase_if(tasks, [&](const Task& task) { return task.token == token; });
  }
}

std::function<void()> Activities::poll(const std::string& activity_arn, const std::string& worker,
                                       http::ApiReply reply) {
  auto poller = std::make_unique<Poller>();
  const auto id = poller->id = ++last_id_;
  poller->worker = worker;
  poller->reply = std::move(reply);
  poller->timer = ScopedTimer(clock_);
  poller->timer.set_after(kActivityPoll,
                          [this, activity_arn, id] { give_up(activity_arn, id, true); });
  pollers_[activity_arn].push_back(std::move(poller));
  match(activity_arn);
  return [this, activity_arn, id] { give_up(activity_arn, id, false); };
}

void Activities::match(const std::string& activity_arn) {
  auto& tasks = tasks_[activity_arn];
  auto& pollers = pollers_[activity_arn];
  while (!tasks.empty() && !pollers.empty()) {
    Task task = std::move(tasks.front());
    tasks.pop_front();
    if (!taken_(task.token, pollers.front()->worker)) continue;
    const auto poller = std::move(pollers.front());
    pollers.pop_front();
    poller->reply(nlohmann::json{{"taskToken", task.token}, {"input", task.input.text()}});
  }
  if (tasks.empty()) tasks_.erase(activity_arn);
  if (pollers.empty()) pollers_.erase(activity_arn);
}

void Activities::give_up(const std::string& activity_arn, std::uint64_t id, bool answers) {
  const auto list = pollers_.find(activity_arn);
  if (list == pollers_.end()) return;
  auto& pollers = list->second;
  const auto found =
      std::ranges::find_if(pollers, [&](const auto& each) { return each->id == id; });
  if (found == pollers.end()) return;
  const auto poller = std::move(*found);
  pollers.erase(found);
  if (pollers.empty()) pollers_.erase(list);
  if (answers) poller->reply(nlohmann::json::object());
}

void Activities::forget(const aws::AccountScope& scope) {
  std::erase_if(tasks_, [&](const auto& entry) { return scope.covers_arn(entry.first); });
  std::vector<std::pair<std::string, std::uint64_t>> waiting;
  for (const auto& [arn, pollers] : pollers_) {
    if (!scope.covers_arn(arn)) continue;
    for (const auto& poller : pollers) waiting.emplace_back(arn, poller->id);
  }
  for (const auto& [arn, id] : waiting) give_up(arn, id, true);
}

}  // namespace loopgate::states
