// AWS::CloudFormation::Stack: a stack of the stack. It is deployed, updated and deleted with the
// one that it is nested in; what of it fails, fails there.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
#pragma once

#include "template/resource.h"

namespace loopgate::cfn {

class Deployer;
struct DeployRequest;
struct StackSummary;

class NestedStackType final : public ResourceType {
 public:
  // Both are borrowed and outlive the type.
  NestedStackType(Deployer& deployer, Random& random) : deployer_(deployer), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::CloudFormation::Stack"}; }
  std::vector<std::string_view> attributes(std::string_view) const override { return {"*"}; }
  std::vector<std::string_view> properties(std::string_view) const override;
  Status validate(const ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const ResourceRequest& request, ResourceDone done) override;
  void update(const ResourceRequest& request, ResourceDone done) override;
  void remove(const ResourceRequest& request, RemoveDone done) override;

 private:
  DeployRequest request_for(const ResourceRequest& request) const;
  void take_away(const StackContext& stack, const std::string& id, Error error, ResourceDone done);
  int depth_of(const StackContext& stack) const;

  Deployer& deployer_;
  Random& random_;
  int validating_ = 0;  // templates in templates
};

}  // namespace loopgate::cfn
