// SQS as the front door sees it.
#pragma once

#include "emulators/http/api.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

class SqsService : public http::TableService<Queues> {
 public:
  explicit SqsService(Queues& queues);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

}  // namespace loopgate::sqs
