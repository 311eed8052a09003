// STS as the front door sees it: GetCallerIdentity and AssumeRole.
// https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "emulators/http/api.h"
#include "emulators/http/shape.h"
#include "emulators/iam/roles.h"

namespace loopgate::sts {

class StsService : public http::ApiService {
 public:
  StsService(iam::Roles& roles, Clock& clock, Random& random)
      : roles_(roles), clock_(clock), random_(random) {}

  const http::ServiceModel& model() const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;

 private:
  http::ApiResult get_caller_identity(const http::ApiCall& call) const;
  // Callers are the developer, who as the account's root may assume every role that is there.
  http::ApiResult assume_role(const http::ApiCall& call);

  iam::Roles& roles_;
  Clock& clock_;
  Random& random_;
};

}  // namespace loopgate::sts
