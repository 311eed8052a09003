// Secrets Manager's operations, JSON 1.1.
#pragma once

#include "emulators/http/api.h"
#include "emulators/secretsmanager/operations.h"

namespace loopgate::secretsmanager {

class SecretsManagerService : public http::TableService<Context> {
 public:
  explicit SecretsManagerService(Context& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;

 private:
  // Of a secret that is not there, what its ARN would begin with.
  std::string resource_of(const http::Caller& caller, const std::string& id) const;

  Context& context_;
};

}  // namespace loopgate::secretsmanager
