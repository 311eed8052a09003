// Step Functions' operations, JSON 1.0.
#pragma once

#include "emulators/http/api.h"
#include "emulators/states/operations.h"

namespace loopgate::states {

class StatesService : public http::TableService<Context> {
 public:
  explicit StatesService(Context& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

}  // namespace loopgate::states
