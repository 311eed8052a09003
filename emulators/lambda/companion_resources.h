// The small resources around a function: AWS::Lambda::Permission, ::EventInvokeConfig, ::Version,
// ::Alias and ::Url.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/lambda/functions.h"
#include "template/resource.h"

namespace loopgate::lambda {

// Ref: Permission: its id · EventInvokeConfig: an id · Version and Alias: the qualified ARN · Url:
// the ARN of what it calls.
class CompanionResource : public cfn::ResourceType {
 public:
  explicit CompanionResource(Functions& functions) : functions_(functions) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::Lambda::Permission", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Version",
            "AWS::Lambda::Alias", "AWS::Lambda::Url"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  // The function that FunctionName means, and the qualifier that is in it or beside it.
  struct Meant {
    FunctionConfig function;
    std::string qualifier;
  };
  Result<Meant> find_function(const cfn::ResourceRequest& request,
                              const nlohmann::json& properties) const;
  Result<cfn::ResourceState> apply(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request, Meant& meant);
  Result<cfn::ResourceState> publish(const cfn::ResourceRequest& request, const Meant& meant);
  Result<cfn::ResourceState> put_alias(const cfn::ResourceRequest& request, Meant& meant);
  Result<cfn::ResourceState> put_url(const cfn::ResourceRequest& request, Meant& meant);
  void take_from(Meant meant, const cfn::ResourceRequest& request);

  Functions& functions_;
};

}  // namespace loopgate::lambda
