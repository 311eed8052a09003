// AWS::Lambda::EventSourceMapping, into which SAM's polled events are turned, too.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
#pragma once

#include <string_view>
#include <vector>

#include "emulators/lambda/sources/mappings.h"
#include "template/resource.h"

namespace loopgate::lambda {

// Ref: the mapping's UUID.
class MappingResource final : public cfn::ResourceType {
 public:
  explicit MappingResource(EventSourceMappings& mappings) : mappings_(mappings) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::Lambda::EventSourceMapping"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Id", "EventSourceMappingArn"};
  }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  EventSourceMappings& mappings_;
};

}  // namespace loopgate::lambda
