#pragma once

#include "emulators/module/module.h"
#include "emulators/sns/resources.h"
#include "emulators/sns/routes.h"
#include "emulators/sns/service.h"
#include "emulators/sns/sns_port.h"
#include "emulators/sns/target.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

class SnsModule final : public Module {
 public:
  SnsModule(const Surroundings& surroundings, targets::Dispatcher& dispatcher);

  std::string_view name() const override { return "sns"; }
  void add_to(http::FrontDoor& door) override {
    door.add(service_);
    routes_.add_to(door);
  }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&topic_type_, &subscription_type_, &policy_type_};
  }
  std::optional<targets::Target> target() override { return topic_target(topics_); }
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override { topics_.forget(scope); }

  Topics& topics() { return topics_; }
  aws::SnsPort& port() { return port_; }

 private:
  Topics topics_;
  EmbeddedSns port_;
  SnsService service_;
  Routes routes_;
  TopicResource topic_type_;
  SubscriptionResource subscription_type_;
  TopicPolicyResource policy_type_;
};

}  // namespace loopgate::sns
