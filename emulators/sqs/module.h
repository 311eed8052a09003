#pragma once

#include <memory>

#include "emulators/module/module.h"
#include "emulators/sqs/queues.h"
#include "emulators/sqs/resources.h"
#include "emulators/sqs/service.h"
#include "emulators/sqs/sqs_port.h"
#include "emulators/sqs/target.h"

namespace loopgate::sqs {

class SqsModule final : public Module {
 public:
  // Fails when the tables cannot be brought up to date.
  static Result<std::unique_ptr<SqsModule>> open(const Surroundings& surroundings);

  std::string_view name() const override { return "sqs"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&queue_type_, &policy_type_};
  }
  std::optional<targets::Target> target() override { return queue_target(*queues_); }
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override { queues_->forget(scope); }

  Queues& queues() { return *queues_; }
  aws::SqsPort& port() { return port_; }

 private:
  SqsModule(const Surroundings& surroundings, std::unique_ptr<Queues> queues);

  const Surroundings& surroundings_;
  std::unique_ptr<Queues> queues_;
  EmbeddedSqs port_;
  SqsService service_;
  QueueResource queue_type_;
  QueuePolicyResource policy_type_;
};

}  // namespace loopgate::sqs
