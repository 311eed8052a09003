// AWS::SecretsManager::Secret, ::RotationSchedule, ::ResourcePolicy and ::SecretTargetAttachment.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SecretsManager.html
#pragma once

#include "emulators/secretsmanager/operations.h"
#include "template/resource.h"

namespace loopgate::secretsmanager {

// Ref: the ARN. GetAtt: Id, which is the same.
class SecretResource : public cfn::ResourceType {
 public:
  explicit SecretResource(Context& context) : context_(context) {}

  std::vector<std::string_view> names() const override { return {"AWS::SecretsManager::Secret"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Id"}; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<Value> value_for(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);

  Context& context_;
};

// What is set on a secret. Ref: the secret's ARN.
class SettingResource : public cfn::ResourceType {
 public:
  explicit SettingResource(Context& context) : context_(context) {}

  std::vector<std::string_view> names() const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Id"}; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> set(const cfn::ResourceRequest& request);
  Outcome<void> set_schedule(const Secret& secret, const nlohmann::json& properties);

  Context& context_;
};

}  // namespace loopgate::secretsmanager
