#pragma once

#include "emulators/cloudformation/service.h"
#include "emulators/module/module.h"

namespace loopgate::cloudformation {

// The stacks themselves are the template engine's: whoever resets the sandbox deletes them through
// it, and first.
class CloudFormationModule final : public Module {
 public:
  CloudFormationModule(const Surroundings& surroundings, cfn::Deployer& deployer)
      : service_(deployer, surroundings.clock, surroundings.random, surroundings.read_object) {}

  std::string_view name() const override { return "cloudformation"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  Status reset(const aws::AccountScope& scope) override {
    forget_change_sets(scope);
    return {};
  }
  void forget(const aws::AccountScope&) override {}
  void forget_change_sets(const aws::AccountScope& scope) { service_.forget_change_sets(scope); }

 private:
  CloudFormationService service_;
};

}  // namespace loopgate::cloudformation
