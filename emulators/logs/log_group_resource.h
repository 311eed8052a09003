// AWS::Logs::LogGroup. Ref: the name. GetAtt Arn: with AWS's trailing ":*".
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
#pragma once

#include <string_view>
#include <vector>

#include "base/random.h"
#include "emulators/logs/log_store.h"
#include "template/resource.h"

namespace loopgate::logs {

class LogGroupResource : public cfn::ResourceType {
 public:
  LogGroupResource(LogStore& logs, Random& random) : logs_(logs), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::Logs::LogGroup"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kEarly; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  LogStore& logs_;
  Random& random_;
};

}  // namespace loopgate::logs
