#include "emulators/lambda/module.h"

#include <fmt/format.h>

namespace loopgate::lambda {

LambdaModule::LambdaModule(const loopgate::Surroundings& surroundings, logs::LogStore& logs,
                           DeliverRecord deliver)
    : functions_({.loop = surroundings.loop,
                  .clock = surroundings.clock,
                  .tasks = surroundings.tasks,
                  .random = surroundings.random,
                  .journal = surroundings.journal,
                  .store = surroundings.store,
                  .logs = logs,
                  .folder = surroundings.folder + "/functions",
                  .endpoint = surroundings.endpoint,
                  .ordered_results = surroundings.simulated,
                  .credentials = surroundings.credentials},
                 std::move(deliver)),
      port_(functions_, surroundings.tasks, surroundings.authorize),
      service_(functions_, surroundings.access),
      function_type_(functions_),
      companion_type_(functions_) {}

Status LambdaModule::reset() {
  functions_.forget();
  std::string left;
  for (const auto& function : functions_.list()) {
    if (const auto removed = functions_.remove(function->arn()); !removed) {
      left += fmt::format("{}{}: {}", left.empty() ? "" : "; ", function->arn(),
                          removed.error().message);
    }
  }
  if (!left.empty()) return fail(left);
  return {};
}

}  // namespace loopgate::lambda
