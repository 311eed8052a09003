// STS as the front door sees it: GetCallerIdentity and AssumeRole.
// https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "emulators/http/api.h"
#include "emulators/iam/access_control.h"
#include "emulators/iam/roles.h"
#include "emulators/iam/temporary_credentials.h"

namespace loopgate::sts {

struct StsContext {
  iam::Roles& roles;
  iam::TemporaryCredentials& credentials;
  iam::AccessControl& access;
  Clock& clock;
  Random& random;
};

class StsService : public http::TableService<StsContext> {
 public:
  explicit StsService(StsContext context);

  http::Permission permission_for(const http::ApiCall& call) const override;

 private:
  StsContext context_;
};

}  // namespace loopgate::sts
