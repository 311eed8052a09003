#include "emulators/states/module.h"

#include "aws/arn.h"

namespace loopgate::states {

StatesModule::StatesModule(const Surroundings& surroundings, const Neighbours& neighbours)
    : machines_(surroundings.store, surroundings.clock, surroundings.random, check_resource),
      executions_(surroundings, neighbours, machines_),
      service_(context_),
      machine_type_(machines_, surroundings.random, surroundings.read_object),
      activity_type_(machines_, surroundings.random),
      version_type_(machines_),
      alias_type_(machines_, surroundings.random) {}

void StatesModule::add_to(http::FrontDoor& door) {
  door.add(service_);
  // When every service is there: tasks of a former process are called again.
  executions_.surroundings().tasks.post([this] { executions_.resume(); });
}

std::optional<targets::Target> StatesModule::target() {
  return targets::Target{.service = "states",
                         .action = "states:StartExecution",
                         .call = [this](const std::string& arn, targets::Payload payload,
                                        const targets::Sender&, aws::Completion<aws::Done> done) {
                           auto what = machines_.resolve(arn);
                           if (!what) return done(aws::refuse(what.error()));
                           const auto started =
                               executions_.start({.what = std::move(*what),
                                                  .name = {},
                                                  .input = std::move(payload.body),
                                                  .trace_header = std::move(payload.trace_header)});
                           if (!started) return done(aws::refuse(started.error()));
                           done(aws::Done{});
                         }};
}

Status StatesModule::reset(const aws::AccountScope& scope) {
  executions_.remove_all(scope);
  machines_.remove_all(scope);
  return {};
}

}  // namespace loopgate::states
