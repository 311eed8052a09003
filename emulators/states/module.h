#pragma once

#include "emulators/module/module.h"
#include "emulators/states/executions.h"
#include "emulators/states/machines.h"
#include "emulators/states/resources.h"
#include "emulators/states/service.h"

namespace loopgate::states {

class StatesModule final : public Module {
 public:
  StatesModule(const Surroundings& surroundings, const Neighbours& neighbours);

  std::string_view name() const override { return "states"; }
  void add_to(http::FrontDoor& door) override;
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&machine_type_, &activity_type_, &version_type_, &alias_type_};
  }
  std::optional<targets::Target> target() override;
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override { executions_.remove_all(scope); }

  Executions& executions() { return executions_; }

 private:
  Machines machines_;
  Executions executions_;
  Context context_{machines_, executions_};
  StatesService service_;
  MachineResource machine_type_;
  ActivityResource activity_type_;
  VersionResource version_type_;
  AliasResource alias_type_;
};

}  // namespace loopgate::states
