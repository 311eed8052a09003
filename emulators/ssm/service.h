// Parameter Store's operations, JSON 1.1.
#pragma once

#include "emulators/http/api.h"
#include "emulators/ssm/operations.h"

namespace loopgate::ssm {

class SsmService : public http::TableService<Context> {
 public:
  explicit SsmService(Context& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

}  // namespace loopgate::ssm
