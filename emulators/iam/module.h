#pragma once

#include "emulators/iam/access_control.h"
#include "emulators/iam/resources.h"
#include "emulators/iam/roles.h"
#include "emulators/iam/service.h"
#include "emulators/module/module.h"

namespace loopgate::iam {

class IamModule final : public Module {
 public:
  // `policy_of`: the policy of any resource of the account.
  IamModule(const Surroundings& surroundings, AccessControl::PolicyOf policy_of);

  std::string_view name() const override { return "iam"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&role_type_, &policy_type_, &managed_policy_type_};
  }
  Status reset(const aws::AccountScope& scope) override;
  // What was told once may be told again, to everybody.
  void forget(const aws::AccountScope&) override { roles_.forget(); }

  Roles& roles() { return roles_; }
  TemporaryCredentials& credentials() { return credentials_; }
  AccessControl& access() { return access_; }

 private:
  Roles roles_;
  TemporaryCredentials credentials_;
  AccessControl access_;
  IamService service_;
  RoleResource role_type_;
  PolicyResource policy_type_;
  ManagedPolicyResource managed_policy_type_;
};

}  // namespace loopgate::iam
