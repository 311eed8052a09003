// What a bucket's rules do to its objects as they grow old: once a day, at midnight UTC by the
// sandbox's clock, as S3 does it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
#pragma once

#include "emulators/s3/context.h"

namespace loopgate::s3 {

class Lifecycle {
 public:
  explicit Lifecycle(S3& s3);
  Lifecycle(const Lifecycle&) = delete;

  // After a bucket's rules have changed.
  void arm();

 private:
  void run();
  void apply(const Bucket& bucket, const json& rule);
  void age_current(const Bucket& bucket, const json& rule);
  void age_versions(const Bucket& bucket, const json& rule);
  void abort_uploads(const Bucket& bucket, const json& rule);

  S3& s3_;
  ScopedTimer timer_;
};

// The midnight after `at` and `days` more: when what is so old is acted upon.
WallTime due_after(WallTime at, std::int64_t days);

// Whether a rule is about an object: its prefix, tags and sizes, in Filter or as of old.
bool is_about(const json& rule, const Object& object);

}  // namespace loopgate::s3
