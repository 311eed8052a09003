#pragma once

#include "emulators/lambda/companion_resources.h"
#include "emulators/lambda/function_resource.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/lambda_port.h"
#include "emulators/lambda/layer_resource.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/sources/mapping_resource.h"
#include "emulators/lambda/sources/mappings.h"
#include "emulators/lambda/sources/stream_reader.h"
#include "emulators/lambda/target.h"
#include "emulators/module/module.h"

namespace loopgate::lambda {

class LambdaModule final : public Module {
 public:
  // `deliver`: where an asynchronous invocation goes that nothing helped. `api`: through which
  // event sources are polled; `streams`: those that can be.
  LambdaModule(const loopgate::Surroundings& surroundings, logs::LogStore& logs,
               DeliverRecord deliver, aws::WaitingApi& api, StreamReader& streams);

  std::string_view name() const override { return "lambda"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&function_type_, &companion_type_, &layer_type_, &mapping_type_};
  }
  std::optional<targets::Target> target() override { return function_target(functions_); }
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override;

  Functions& functions() { return functions_; }
  aws::LambdaPort& port() { return port_; }

 private:
  Functions functions_;
  Checkpoints checkpoints_;
  StreamWorld streams_;
  EventSourceMappings mappings_;
  EmbeddedLambda port_;
  LambdaService service_;
  FunctionResource function_type_;
  CompanionResource companion_type_;
  LayerResource layer_type_;
  MappingResource mapping_type_;
};

}  // namespace loopgate::lambda
