// DynamoDB's operations, JSON 1.0.
#pragma once

#include "emulators/dynamodb/operations.h"
#include "emulators/http/api.h"

namespace loopgate::dynamodb {

class DynamoDbService : public http::TableService<Context> {
 public:
  explicit DynamoDbService(Context& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

}  // namespace loopgate::dynamodb
