#pragma once

#include "emulators/module/module.h"
#include "emulators/secretsmanager/resources.h"
#include "emulators/secretsmanager/rotations.h"
#include "emulators/secretsmanager/secrets.h"
#include "emulators/secretsmanager/service.h"

namespace loopgate::secretsmanager {

class SecretsManagerModule final : public Module {
 public:
  SecretsManagerModule(const Surroundings& surroundings, aws::LambdaPort& lambda,
                       targets::Dispatcher& dispatcher)
      : tasks_(surroundings.tasks),
        secrets_(surroundings.store, surroundings.clock, surroundings.random),
        rotations_(secrets_, lambda, dispatcher, surroundings.journal),
        service_(context_),
        secret_type_(context_),
        setting_type_(context_) {
    // Behind the secrets' own.
    surroundings.store.on_rollback([this] { rotations_.arm(); });
    if (surroundings.check_policy) {
      context_.check_policy = [check = surroundings.check_policy](const std::string& text) {
        return check(text, "secretsmanager");
      };
    }
  }

  std::string_view name() const override { return "secretsmanager"; }
  void add_to(http::FrontDoor& door) override {
    door.add(service_);
    // When every service is there: what a former process has begun goes on.
    tasks_.post([this] { rotations_.resume(); });
  }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&secret_type_, &setting_type_};
  }
  // Nothing is delivered to a secret; the row gives IAM the policy that it has.
  std::optional<targets::Target> target() override {
    return targets::Target{
        .service = "secretsmanager",
        .action = "secretsmanager:PutSecretValue",
        .policy = [this](const std::string& arn) { return secrets_.policy_of(arn); },
        .call =
            [](const std::string&, targets::Payload, const targets::Sender&,
               aws::Completion<aws::Done> done) {
              done(aws::refuse(invalid_request("Nothing can be delivered to a secret.")));
            }};
  }
  Status reset(const aws::AccountScope& scope) override {
    secrets_.remove_all(scope);
    rotations_.arm();
    return {};
  }
  // Secrets are configuration: they stay.
  void forget(const aws::AccountScope&) override {}

  Secrets& secrets() { return secrets_; }

 private:
  TaskQueue& tasks_;
  Secrets secrets_;
  Rotations rotations_;
  Context context_{secrets_, rotations_};
  SecretsManagerService service_;
  SecretResource secret_type_;
  SettingResource setting_type_;
};

}  // namespace loopgate::secretsmanager
