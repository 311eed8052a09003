#include "emulators/sqs/module.h"

#include <fmt/format.h>

namespace loopgate::sqs {

Result<std::unique_ptr<SqsModule>> SqsModule::open(const Surroundings& surroundings) {
  auto queues = Queues::open(surroundings.store, surroundings.clock, surroundings.tasks,
                             surroundings.random, surroundings.journal);
  if (!queues) return std::unexpected(queues.error());
  (*queues)->check_policies([check = surroundings.check_policy](const std::string& text) {
    return check ? check(text, "sqs") : aws::Outcome<void>();
  });
  return std::unique_ptr<SqsModule>(new SqsModule(surroundings, std::move(*queues)));
}

SqsModule::SqsModule(const Surroundings& surroundings, std::unique_ptr<Queues> queues)
    : surroundings_(surroundings),
      queues_(std::move(queues)),
      port_(*queues_, surroundings.tasks, surroundings.authorize),
      service_(*queues_),
      queue_type_(*queues_, surroundings.endpoint),
      policy_type_(*queues_) {}

Status SqsModule::reset(const aws::AccountScope& scope) {
  std::string left;
  for (const auto& queue : queues_->all()) {
    if (queue.account == surroundings_.service_account || !scope.covers(queue.account)) continue;
    if (const auto removed = queues_->remove(queue); !removed) {
      left +=
          fmt::format("{}{}: {}", left.empty() ? "" : "; ", queue.arn(), removed.error().message);
    }
  }
  queues_->forget(scope);
  if (!left.empty()) return fail(left);
  return {};
}

}  // namespace loopgate::sqs
