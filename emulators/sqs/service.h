// SQS as the front door sees it.
#pragma once

#include "emulators/http/api.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

class SqsService : public http::ApiService {
 public:
  explicit SqsService(Queues& queues) : queues_(queues) {}

  const http::ServiceModel& model() const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;

 private:
  Queues& queues_;
};

}  // namespace loopgate::sqs
