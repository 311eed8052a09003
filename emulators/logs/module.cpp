#include "emulators/logs/module.h"

namespace loopgate::logs {

LogsModule::LogsModule(const Surroundings& surroundings)
    : logs_(surroundings.store, surroundings.clock),
      port_(logs_, surroundings.tasks, surroundings.authorize),
      service_(logs_),
      group_type_(logs_, surroundings.random) {}

Status LogsModule::reset(const aws::AccountScope& scope) {
  logs_.delete_all(scope);
  return {};
}

}  // namespace loopgate::logs
