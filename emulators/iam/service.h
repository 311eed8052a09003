// IAM as the front door sees it: the table of operations with their shapes.
#pragma once

#include "emulators/http/api.h"
#include "emulators/http/shape.h"
#include "emulators/iam/roles.h"

namespace loopgate::iam {

class IamService : public http::ApiService {
 public:
  explicit IamService(Roles& roles) : roles_(roles) {}

  const http::ServiceModel& model() const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;

 private:
  Roles& roles_;
};

}  // namespace loopgate::iam
