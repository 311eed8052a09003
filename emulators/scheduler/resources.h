// AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Scheduler.html
#pragma once

#include "base/random.h"
#include "emulators/scheduler/engine.h"
#include "template/resource.h"

namespace loopgate::scheduler {

// Ref: the name. GetAtt: Arn.
class ScheduleResource : public cfn::ResourceType {
 public:
  ScheduleResource(Engine& engine, Random& random) : engine_(engine), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::Scheduler::Schedule"}; }
  std::vector<std::string_view> properties(std::string_view) const override;
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Arn"}; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);

  Engine& engine_;
  Random& random_;
};

// Ref: the name. GetAtt: Arn, CreationDate, LastModificationDate, State.
class GroupResource : public cfn::ResourceType {
 public:
  GroupResource(Engine& engine, Random& random) : engine_(engine), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::Scheduler::ScheduleGroup"}; }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"Name", "Tags"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "CreationDate", "LastModificationDate", "State"};
  }
  // Before the schedules that name it as text.
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kEarly; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);

  Engine& engine_;
  Random& random_;
};

// Templates write numbers as they like: those of these names become numbers.
void settings_to_numbers(nlohmann::json& properties);

}  // namespace loopgate::scheduler
