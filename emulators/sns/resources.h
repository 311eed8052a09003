// AWS::SNS::Topic, AWS::SNS::Subscription and AWS::SNS::TopicPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SNS.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "emulators/sns/topics.h"
#include "template/resource.h"

namespace loopgate::sns {

// Ref: the topic's ARN. GetAtt: TopicArn, TopicName.
class TopicResource : public cfn::ResourceType {
 public:
  TopicResource(Topics& topics, Random& random) : topics_(topics), random_(random) {}

  std::vector<std::string_view> names() const override { return {"AWS::SNS::Topic"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kEarly; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Status set_data_protection(const cfn::ResourceRequest& request, const std::string& arn);
  Status subscribe_inline(const cfn::ResourceRequest& request, const std::string& arn);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);
  Status set_attributes(const cfn::ResourceRequest& request);
  void unsubscribe_gone(const cfn::ResourceRequest& request);

  Topics& topics_;
  Random& random_;
};

// Ref and GetAtt Arn: the subscription's ARN.
class SubscriptionResource : public cfn::ResourceType {
 public:
  explicit SubscriptionResource(Topics& topics) : topics_(topics) {}

  std::vector<std::string_view> names() const override { return {"AWS::SNS::Subscription"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request);

  Topics& topics_;
};

// Ref and GetAtt Id: a generated id.
class TopicPolicyResource : public cfn::ResourceType {
 public:
  explicit TopicPolicyResource(Topics& topics) : topics_(topics) {}

  std::vector<std::string_view> names() const override { return {"AWS::SNS::TopicPolicy"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request);

  Topics& topics_;
};

}  // namespace loopgate::sns
