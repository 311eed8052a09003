// CloudFormation as the front door sees it: stacks of the template engine, described and deployed
// over the Query protocol. What `aws cloudformation deploy` and readmes' `describe-stacks` call.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "emulators/cloudformation/change_sets.h"
#include "emulators/http/api.h"
#include "emulators/http/shape.h"
#include "template/deployer.h"

namespace loopgate::cloudformation {

class CloudFormationService : public http::ApiService {
 public:
  // All are borrowed and outlive the service.
  CloudFormationService(cfn::Deployer& deployer, const Clock& clock, Random& random)
      : deployer_(deployer), change_sets_(clock, random) {}

  const http::ServiceModel& model() const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;
  void forget_change_sets() { change_sets_.clear(); }

 private:
  cfn::Deployer& deployer_;
  ChangeSets change_sets_;
};

}  // namespace loopgate::cloudformation
