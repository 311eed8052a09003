// The small resources around a function: AWS::Lambda::Permission, ::EventInvokeConfig, ::Version
// and ::Alias. There is one code of a function, $LATEST: versions and aliases are names of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/lambda/functions.h"
#include "template/resource.h"

namespace loopgate::lambda {

// Ref: Permission: its id · EventInvokeConfig: an id · Version and Alias: the qualified ARN.
class CompanionResource : public cfn::ResourceType {
 public:
  explicit CompanionResource(Functions& functions) : functions_(functions) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Version",
            "AWS::Lambda::Alias"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<FunctionConfig> find_function(const cfn::ResourceRequest& request,
                                       const nlohmann::json& properties) const;
  Result<cfn::ResourceState> apply(const cfn::ResourceRequest& request);
  void take_from(FunctionConfig config, const cfn::ResourceRequest& request);

  Functions& functions_;
};

}  // namespace loopgate::lambda
