#include "emulators/iam/module.h"

namespace loopgate::iam {

IamModule::IamModule(const Surroundings& surroundings)
    : roles_(surroundings.store, surroundings.clock, surroundings.random, surroundings.journal),
      service_(roles_),
      role_type_(roles_, surroundings.random),
      policy_type_(roles_),
      managed_policy_type_(roles_, surroundings.random) {}

Status IamModule::reset() {
  roles_.remove_all();
  return {};
}

}  // namespace loopgate::iam
