// AWS::IAM::Role, AWS::IAM::Policy and AWS::IAM::ManagedPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "emulators/iam/roles.h"
#include "template/resource.h"

namespace loopgate::iam {

// Ref: the role's name. GetAtt: Arn, RoleId.
class RoleResource : public cfn::ResourceType {
 public:
  RoleResource(Roles& roles, Random& random) : roles_(roles), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::IAM::Role"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);
  Status put_policies(const cfn::ResourceRequest& request, const std::string& name);

  Roles& roles_;
  Random& random_;
};

// An inline policy of the roles that it names; users and groups do not exist here. Ref: its name.
class PolicyResource : public cfn::ResourceType {
 public:
  explicit PolicyResource(Roles& roles) : roles_(roles) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::IAM::Policy", "AWS::IAM::RolePolicy"};
  }
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request);
  void take_away(const std::string& account, const std::vector<std::string>& roles,
                 const std::string& name);

  Roles& roles_;
};

// Ref and GetAtt PolicyArn: its ARN.
class ManagedPolicyResource : public cfn::ResourceType {
 public:
  ManagedPolicyResource(Roles& roles, Random& random) : roles_(roles), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::IAM::ManagedPolicy"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);
  Status attach_to_roles(const cfn::ResourceRequest& request, const std::string& arn);

  Roles& roles_;
  Random& random_;
};

}  // namespace loopgate::iam
