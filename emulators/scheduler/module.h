// EventBridge Scheduler, and what else fires by its engine: EventBridge's scheduled rules.
#pragma once

#include "emulators/module/module.h"
#include "emulators/scheduler/engine.h"
#include "emulators/scheduler/resources.h"
#include "emulators/scheduler/rule_resource.h"
#include "emulators/scheduler/service.h"

namespace loopgate::scheduler {

class SchedulerModule final : public Module {
 public:
  SchedulerModule(const Surroundings& surroundings, const Neighbours& neighbours)
      : tasks_(surroundings.tasks),
        engine_({surroundings.clock, surroundings.tasks, surroundings.random, surroundings.journal,
                 surroundings.store},
                neighbours),
        service_(context_, surroundings.random, surroundings.access),
        schedule_type_(engine_, surroundings.random),
        group_type_(engine_, surroundings.random),
        rule_type_(engine_, surroundings.random) {}

  std::string_view name() const override { return "scheduler"; }
  void add_to(http::FrontDoor& door) override {
    door.add(service_);
    // When every service is there.
    tasks_.post([this] { engine_.resume(); });
  }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&schedule_type_, &group_type_, &rule_type_};
  }
  Status reset(const aws::AccountScope& scope) override {
    engine_.remove_all(scope);
    return {};
  }
  void forget(const aws::AccountScope& scope) override { engine_.forget(scope); }

 private:
  TaskQueue& tasks_;
  Engine engine_;
  Context context_{engine_};
  SchedulerService service_;
  ScheduleResource schedule_type_;
  GroupResource group_type_;
  RuleResource rule_type_;
};

}  // namespace loopgate::scheduler
