// AWS::Events::Rule as far as it is a schedule: its targets are called by the same engine, in UTC.
// A rule with an EventPattern is refused by name: there are no events here.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html
#pragma once

#include "base/random.h"
#include "emulators/scheduler/engine.h"
#include "template/resource.h"

namespace loopgate::scheduler {

// Ref: the name. GetAtt: Arn.
class RuleResource : public cfn::ResourceType {
 public:
  RuleResource(Engine& engine, Random& random) : engine_(engine), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::Events::Rule"}; }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"Description",        "EventBusName", "EventPattern", "Name",   "RoleArn",
            "ScheduleExpression", "State",        "Tags",         "Targets"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Arn"}; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request, const std::string& name);

  Engine& engine_;
  Random& random_;
};

}  // namespace loopgate::scheduler
