// AWS::Lambda::LayerVersion in a template. Beside AWS's own form of Content, the local one that a
// SAM ContentUri becomes: {"LocalPath": folder or zip}, relative to the template.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html
#pragma once

#include <string_view>
#include <vector>

#include "emulators/lambda/functions.h"
#include "template/resource.h"

namespace loopgate::lambda {

// Ref: the version's ARN, another one with each change.
class LayerResource : public cfn::ResourceType {
 public:
  explicit LayerResource(Functions& functions) : functions_(functions) {}

  std::vector<std::string_view> names() const override { return {"AWS::Lambda::LayerVersion"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Functions& functions_;
};

}  // namespace loopgate::lambda
