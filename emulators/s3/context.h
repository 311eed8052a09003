// What S3's operations work on.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "emulators/http/api.h"
#include "emulators/s3/buckets.h"
#include "emulators/s3/contents.h"
#include "emulators/s3/errors.h"
#include "emulators/s3/objects.h"
#include "emulators/s3/uploads.h"

namespace loopgate::s3 {

// What became of an object, for those who asked to be told.
struct ObjectEvent {
  std::string_view name;  // "ObjectCreated:Put"
  const Bucket& bucket;
  std::string key;
  std::string version;  // "null" or empty: none
  std::uint64_t size = 0;
  std::string etag;  // with its quotes; empty of what is gone
  http::Caller caller;
  std::string request_id;
};

struct S3 {
  Clock& clock;
  Random& random;
  Contents& contents;
  Buckets& buckets;
  Objects& objects;
  Uploads& uploads;
  // For bodies on their way to being contents; on the same file system.
  std::string incoming;
  std::function<Outcome<void>(const std::string& policy)> check_policy;
  // Made of the others.
  class Notifications* notifications = nullptr;
  class Lifecycle* lifecycle = nullptr;
};

// The bucket that a call names. NoSuchBucket; AccessDenied when it is not ExpectedBucketOwner's, or
// when it is another account's.
Outcome<const Bucket*> called_bucket(const S3& s3, const http::ApiCall& call);
// The object that a call names by Key and VersionId. Besides those: NoSuchKey, NoSuchVersion;
// MethodNotAllowed for a marker that is named.
Outcome<Object> called_object(const S3& s3, const http::ApiCall& call);

// Whether a call says that it wants the version's id in its answer: the bucket counts versions.
inline bool has_versions(const Bucket& bucket) {
  return bucket.versioning != Bucket::Versioning::kNever;
}

// A member of params that is a structure or a list; empty when it is missing.
const json& member(const json& params, std::string_view name);
// A number of params, or the default.
std::int64_t number_param(const json& params, std::string_view name, std::int64_t otherwise);
bool flag_param(const json& params, std::string_view name);

}  // namespace loopgate::s3
