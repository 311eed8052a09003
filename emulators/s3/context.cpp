#include "emulators/s3/context.h"

#include "emulators/s3/limits.h"

namespace loopgate::s3 {

using http::text_param;

Outcome<const Bucket*> called_bucket(const S3& s3, const http::ApiCall& call) {
  const auto name = text_param(call.params, "Bucket");
  const auto* bucket = s3.buckets.find(name);
  if (bucket == nullptr) return aws::refuse(no_such_bucket(name));
  const auto owner = text_param(call.params, "ExpectedBucketOwner");
  if (!owner.empty() && owner != bucket->account)
    return aws::refuse(aws::access_denied("Access Denied"));
  // Whom a policy lets in besides is not weighed: any policy of the bucket's may be meant to.
  if (bucket->account != call.caller.account && s3.buckets.document(name, "policy") == nullptr)
    return aws::refuse(aws::access_denied("Access Denied"));
  return bucket;
}

Outcome<Object> called_object(const S3& s3, const http::ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto key = text_param(call.params, "Key");
  if (key.size() > kMostKeyBytes) return aws::refuse(key_too_long(key.size()));
  const auto version = text_param(call.params, "VersionId");
  auto object = s3.objects.find((*bucket)->name, key, version);
  if (!object) {
    return aws::refuse(version.empty() || version == kNullVersion ? no_such_key(key)
                                                                  : no_such_version(key, version));
  }
  if (!object->is_marker) return *std::move(object);
  if (version.empty()) return aws::refuse(no_such_key(key));
  return aws::refuse(method_not_allowed("GET", "DeleteMarker"));
}

const json& member(const json& params, std::string_view name) {
  static const json kNothing = json::object();
  const auto found = params.find(name);
  return found == params.end() || found->is_null() ? kNothing : *found;
}

std::int64_t number_param(const json& params, std::string_view name, std::int64_t otherwise) {
  const auto found = params.find(name);
  return found != params.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                             : otherwise;
}

bool flag_param(const json& params, std::string_view name) {
  const auto found = params.find(name);
  return found != params.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace loopgate::s3
