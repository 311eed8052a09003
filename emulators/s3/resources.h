// AWS::S3::Bucket and AWS::S3::BucketPolicy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_S3.html
#pragma once

#include "emulators/s3/context.h"
#include "template/resource.h"

namespace loopgate::s3 {

// Ref: the name. One that holds objects is not removed, as on AWS.
class BucketResource : public cfn::ResourceType {
 public:
  explicit BucketResource(S3& s3) : s3_(s3) {}

  std::vector<std::string_view> names() const override { return {"AWS::S3::Bucket"}; }
  std::vector<std::string_view> properties(std::string_view type) const override;
  std::vector<std::string_view> attributes(std::string_view) const override {
    return {"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"};
  }
  Status validate(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) override;
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> make(const cfn::ResourceRequest& request);
  Status configure(const cfn::ResourceRequest& request, const std::string& bucket);

  S3& s3_;
};

// Ref: a name of its own. Properties: Bucket, PolicyDocument.
class BucketPolicyResource : public cfn::ResourceType {
 public:
  explicit BucketPolicyResource(S3& s3) : s3_(s3) {}

  std::vector<std::string_view> names() const override { return {"AWS::S3::BucketPolicy"}; }
  cfn::CreationOrder order() const override { return cfn::CreationOrder::kGrant; }
  std::vector<std::string_view> properties(std::string_view) const override {
    return {"Bucket", "PolicyDocument"};
  }
  std::vector<std::string_view> attributes(std::string_view) const override { return {}; }
  void create(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void update(const cfn::ResourceRequest& request, cfn::ResourceDone done) override;
  void remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) override;

 private:
  Result<cfn::ResourceState> put(const cfn::ResourceRequest& request);

  S3& s3_;
};

}  // namespace loopgate::s3
