// Systems Manager as far as it is Parameter Store.
#pragma once

#include "emulators/module/module.h"
#include "emulators/ssm/parameters.h"
#include "emulators/ssm/resources.h"
#include "emulators/ssm/service.h"

namespace loopgate::ssm {

class SsmModule final : public Module {
 public:
  SsmModule(const Surroundings& surroundings, aws::Api& api)
      : parameters_(surroundings.store, surroundings.clock, surroundings.random),
        context_{parameters_, &api},
        service_(context_),
        parameter_type_(context_) {}

  std::string_view name() const override { return "ssm"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override { return {&parameter_type_}; }
  Status reset(const aws::AccountScope& scope) override {
    parameters_.remove_all(scope);
    return {};
  }
  // Parameters are configuration: they stay.
  void forget(const aws::AccountScope&) override {}

  Parameters& parameters() { return parameters_; }

 private:
  Parameters parameters_;
  Context context_;
  SsmService service_;
  ParameterResource parameter_type_;
};

}  // namespace loopgate::ssm
