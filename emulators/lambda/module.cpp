#include "emulators/lambda/module.h"

#include <fmt/format.h>

namespace loopgate::lambda {

LambdaModule::LambdaModule(const loopgate::Surroundings& surroundings, logs::LogStore& logs,
                           DeliverRecord deliver, aws::WaitingApi& api, StreamReader& streams)
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
                  .credentials = surroundings.credentials,
                  .read_object = surroundings.read_object},
                 deliver),
      checkpoints_(surroundings.store),
      streams_{.reader = streams,
               .tasks = surroundings.tasks,
               .checkpoints = checkpoints_,
               .deliver = [deliver](const std::string& arn,
                                    std::string payload) { deliver(arn, std::move(payload), {}); }},
      mappings_({.tasks = surroundings.tasks,
                 .random = surroundings.random,
                 .store = surroundings.store,
                 .sources = {.api = api,
                             .authorize = surroundings.authorize,
                             .clock = surroundings.clock,
                             .journal = surroundings.journal,
                             .streams = &streams_},
                 .pollers = {.clock = surroundings.clock,
                             .journal = surroundings.journal,
                             .find = [this](const auto& arn) { return functions_.resolve(arn); },
                             .invoke =
                                 [this](InvokeCall call, Functions::Done done) {
                                   functions_.invoke(std::move(call), std::move(done));
                                 }}}),
      port_(functions_, surroundings.tasks, surroundings.authorize),
      service_(functions_, mappings_, surroundings.access),
      function_type_(functions_),
      companion_type_(functions_),
      layer_type_(functions_),
      mapping_type_(mappings_) {}

void LambdaModule::forget(const aws::AccountScope& scope) {
  mappings_.forget(scope);
  functions_.forget(scope);
}

Status LambdaModule::reset(const aws::AccountScope& scope) {
  mappings_.remove_all(scope);
  functions_.forget(scope);
  std::string left;
  for (const auto& function : functions_.list()) {
    if (!scope.covers_arn(function->arn())) continue;
    if (const auto removed = functions_.remove(function->arn()); !removed) {
      left += fmt::format("{}{}: {}", left.empty() ? "" : "; ", function->arn(),
                          removed.error().message);
    }
  }
  functions_.documents().remove_all(scope);
  if (!left.empty()) return fail(left);
  return {};
}

}  // namespace loopgate::lambda
