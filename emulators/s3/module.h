#pragma once

#include "emulators/module/module.h"
#include "emulators/s3/lifecycle.h"
#include "emulators/s3/notifications.h"
#include "emulators/s3/resources.h"
#include "emulators/s3/service.h"

namespace loopgate::s3 {

class S3Module final : public Module {
 public:
  // `dispatcher`: by which those are told who asked to be.
  S3Module(const Surroundings& surroundings, targets::Dispatcher& dispatcher);

  std::string_view name() const override { return "s3"; }
  void add_to(http::FrontDoor& door) override { door.add(service_); }
  std::vector<cfn::ResourceType*> resource_types() override {
    return {&bucket_type_, &policy_type_};
  }
  Status reset(const aws::AccountScope& scope) override;
  void forget(const aws::AccountScope& scope) override;

  std::string owner_of_bucket(std::string_view name) const;  // its account; empty: there is none
  aws::Outcome<std::string> read_object(const std::string& account, const aws::ObjectPlace& place);

 private:
  void empty(const std::string& bucket);

  Contents contents_;
  Buckets buckets_;
  Objects objects_;
  Uploads uploads_;
  S3 s3_;
  Notifications notifications_;
  Lifecycle lifecycle_;
  S3Service service_;
  BucketResource bucket_type_;
  BucketPolicyResource policy_type_;
};

}  // namespace loopgate::s3
