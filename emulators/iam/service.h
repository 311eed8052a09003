// IAM as the front door sees it.
#pragma once

#include "emulators/http/api.h"
#include "emulators/iam/roles.h"

namespace loopgate::iam {

class IamService : public http::TableService<Roles> {
 public:
  explicit IamService(Roles& roles);

  http::Permission permission_for(const http::ApiCall& call) const override;

 private:
  const Roles& roles_;
};

}  // namespace loopgate::iam
