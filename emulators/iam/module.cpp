#include "emulators/iam/module.h"

namespace loopgate::iam {

IamModule::IamModule(const Surroundings& surroundings, AccessControl::PolicyOf policy_of)
    : roles_(surroundings.store, surroundings.clock, surroundings.random, surroundings.journal),
      credentials_(surroundings.store, surroundings.random),
      access_(roles_, credentials_, surroundings.clock, surroundings.journal,
              surroundings.access_options, std::move(policy_of)),
      service_(roles_),
      role_type_(roles_, surroundings.random),
      policy_type_(roles_),
      managed_policy_type_(roles_, surroundings.random) {}

Status IamModule::reset(const aws::AccountScope& scope) {
  roles_.remove_all(scope);
  roles_.forget();
  return {};
}

}  // namespace loopgate::iam
