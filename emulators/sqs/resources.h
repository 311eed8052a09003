// AWS::SQS::Queue and AWS::SQS::QueuePolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SQS.html
#pragma once

#include <functional>

#include "emulators/sqs/queues.h"
#include "template/resource.h"

namespace loopgate::sqs {

using BaseUrl =
    std::function<std::string()>;  // "http://127.0.0.1:4566": of the queue URLs that Ref gives

// Ref: the queue's URL. GetAtt: Arn, QueueName, QueueUrl.
class QueueResource : public cfn::ResourceType {
 public:
  QueueResource(Queues& queues, BaseUrl base_url)
      : queues_(queues), base_url_(std::move(base_url)) {}

  std::vector<std::string_view> names() const override { return {"AWS::SQS::Queue"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view type) const override;
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Result<cfn::ResourceState> change(const cfn::ResourceRequest& request, const QueueKey& key);
  cfn::ResourceState state(const QueueKey& key) const;

  Queues& queues_;
  BaseUrl base_url_;
};

// Ref: a generated id.
class QueuePolicyResource : public cfn::ResourceType {
 public:
  explicit QueuePolicyResource(Queues& queues) : queues_(queues) {}

  std::vector<std::string_view> names() const override { return {"AWS::SQS::QueuePolicy"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override { return {"Id"}; }
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Status apply(const cfn::ResourceRequest& request, const nlohmann::json& queues,
               const std::string& policy);
  // Takes it from the old queues and gives it to the new ones.
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request);

  Queues& queues_;
};

}  // namespace loopgate::sqs
