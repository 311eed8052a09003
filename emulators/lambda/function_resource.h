// AWS::Lambda::Function in a template. Beside AWS's own forms of Code (ZipFile), the local ones
// that a SAM CodeUri becomes: {"LocalPath": folder or zip}, relative to the template.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/lambda/functions.h"
#include "template/resource.h"

namespace loopgate::lambda {

// Ref: the name. GetAtt: Arn. A changed FunctionName replaces the function.
class FunctionResource : public cfn::ResourceType {
 public:
  explicit FunctionResource(Functions& functions) : functions_(functions) {}

  std::vector<std::string_view> names() const override { return {"AWS::Lambda::Function"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<FunctionConfig> read(const cfn::ResourceRequest& request,
                              std::vector<std::string>& warnings) const;
  Status fetch_code(FunctionConfig& config, const cfn::ResourceRequest& request);
  // `present`: as it is now, whose layers may have been deleted since.
  Status use_layers(FunctionConfig& config, const FunctionConfig& present,
                    const cfn::ResourceRequest& request);
  void build(const cfn::ResourceRequest& request, FunctionPtr function, cfn::ResourceDone done);

  Functions& functions_;
};

}  // namespace loopgate::lambda
