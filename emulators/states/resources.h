// AWS::StepFunctions::StateMachine, Activity, StateMachineVersion and StateMachineAlias.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_StepFunctions.html
#pragma once

#include "aws/object_place.h"
#include "base/random.h"
#include "emulators/states/machines.h"
#include "template/resource.h"

namespace loopgate::states {

// Ref: the ARN. GetAtt: Arn, Name, StateMachineRevisionId.
class MachineResource : public cfn::ResourceType {
 public:
  MachineResource(Machines& machines, Random& random, aws::ReadObject read_object)
      : machines_(machines), random_(random), read_object_(std::move(read_object)) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::StepFunctions::StateMachine"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "Name", "StateMachineRevisionId"};
  }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<std::string> definition(const cfn::ResourceRequest& request) const;
  Result<Machine> read(const cfn::ResourceRequest& request) const;
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);
  Status wrong_definition(const cfn::ResourceRequest& request,
                          const std::vector<Diagnostic>& diagnostics) const;

  Machines& machines_;
  Random& random_;
  aws::ReadObject read_object_;
};

// Ref: the ARN. GetAtt: Arn, Name.
class ActivityResource : public cfn::ResourceType {
 public:
  ActivityResource(Machines& machines, Random& random) : machines_(machines), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::StepFunctions::Activity"}; }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"EncryptionConfiguration", "Name", "Tags"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "Name"};
  }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Machines& machines_;
  Random& random_;
};

// Ref and GetAtt Arn: the version's ARN.
class VersionResource : public cfn::ResourceType {
 public:
  explicit VersionResource(Machines& machines) : machines_(machines) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::StepFunctions::StateMachineVersion"};
  }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"Description", "StateMachineArn", "StateMachineRevisionId"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Arn"}; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Machines& machines_;
};

// Ref and GetAtt Arn: the alias's ARN.
class AliasResource : public cfn::ResourceType {
 public:
  AliasResource(Machines& machines, Random& random) : machines_(machines), random_(random) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::StepFunctions::StateMachineAlias"};
  }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"DeploymentPreference", "Description", "Name", "RoutingConfiguration"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Arn"}; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Machines& machines_;
  Random& random_;
};

}  // namespace loopgate::states
