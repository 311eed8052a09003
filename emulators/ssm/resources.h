// AWS::SSM::Parameter.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html
#pragma once

#include "emulators/ssm/operations.h"
#include "template/resource.h"

namespace loopgate::ssm {

// Ref: the name. GetAtt: Type, Value.
class ParameterResource : public cfn::ResourceType {
 public:
  explicit ParameterResource(Context& context) : context_(context) {}

  std::vector<std::string_view> names() const override { return {"AWS::SSM::Parameter"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Type", "Value"};
  }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request, const std::string& name,
                                 bool overwrite);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);

  Context& context_;
};

}  // namespace loopgate::ssm
