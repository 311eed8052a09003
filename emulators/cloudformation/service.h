// CloudFormation as the front door sees it: stacks of the template engine, described and deployed
// over the Query protocol. What `aws cloudformation deploy` and readmes' `describe-stacks` call.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
#pragma once

#include "aws/account_scope.h"
#include "aws/object_place.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/cloudformation/change_sets.h"
#include "emulators/cloudformation/operations.h"
#include "emulators/http/api.h"
#include "template/deployer.h"

namespace loopgate::cloudformation {

class CloudFormationService : public http::TableService<Context> {
 public:
  // All are borrowed and outlive the service.
  CloudFormationService(cfn::Deployer& deployer, const Clock& clock, Random& random,
                        aws::ReadObject read_object = nullptr);

  // A template that lies in S3 is read first.
  std::function<void()> call(ApiCall call, http::ApiReply reply) override;
  http::Permission permission_for(const http::ApiCall& call) const override;

  void forget_change_sets(const aws::AccountScope& scope) { change_sets_.clear(scope); }

 private:
  aws::Outcome<void> read_template(ApiCall& call) const;

  aws::ReadObject read_object_;
  ChangeSets change_sets_;
  Context context_;
};

}  // namespace loopgate::cloudformation
