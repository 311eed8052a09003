// AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html
#pragma once

#include "emulators/dynamodb/operations.h"
#include "template/resource.h"

namespace loopgate::dynamodb {

// Ref: the name. GetAtt: Arn, StreamArn, and of a global one TableId.
class TableResource : public cfn::ResourceType {
 public:
  explicit TableResource(Context& context) : context_(context) {}

  std::vector<std::string_view> names() const override {
    return {"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"};
  }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "StreamArn", "TableId"};
  }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);

  Context& context_;
};

}  // namespace loopgate::dynamodb
