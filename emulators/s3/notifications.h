// Who is told what becomes of a bucket's objects: queues, topics and functions, each under the
// bucket's own configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
#pragma once

#include <string>
#include <string_view>

#include "emulators/s3/context.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::s3 {

class Notifications {
 public:
  Notifications(Clock& clock, Buckets& buckets, targets::Dispatcher& dispatcher)
      : clock_(clock), buckets_(buckets), dispatcher_(dispatcher) {}

  // To those whose events and filters it fits. Delivered after this call.
  void tell(const ObjectEvent& event);
  // What PutBucketNotificationConfiguration checks before it takes a configuration: that events
  // exist, that no two of them are told of the same, and, unless `skips_targets`, that each would
  // take what is told. InvalidArgument.
  Outcome<void> check(const Bucket& bucket, const json& configuration, bool skips_targets) const;
  // Tells queues and topics that they are asked to listen: "s3:TestEvent".
  void introduce(const Bucket& bucket, const json& configuration, const std::string& request_id);

 private:
  void send(const Bucket& bucket, const std::string& arn, std::string body);

  Clock& clock_;
  Buckets& buckets_;
  targets::Dispatcher& dispatcher_;
};

}  // namespace loopgate::s3
