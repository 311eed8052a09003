// Tags, access control lists, and the locks of objects: what is put is checked and told again.
#include "codec/sha256.h"
#include "emulators/s3/facts.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

ApiResult with_version(S3& s3, const ApiCall& call, const Object& object, json out) {
  if (has_versions(*s3.buckets.find(text_param(call.params, "Bucket"))))
    out["VersionId"] = object.version;
  return out;
}

bool has_lock(const S3& s3, const ApiCall& call) {
  return s3.buckets.document(text_param(call.params, "Bucket"), "object-lock") != nullptr;
}

// Facts under `names` of the object, told as one structure.
ApiResult told(S3& s3, const ApiCall& call, const char* structure, const char* fact) {
  const auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  if (!has_lock(s3, call))
    return aws::refuse(invalid_request("Bucket is missing Object Lock Configuration"));
  if (!object->facts.contains(fact)) {
    return aws::refuse({"NoSuchObjectLockConfiguration",
                        "The specified object does not have a ObjectLock configuration",
                        404,
                        {}});
  }
  return json{{structure, object->facts[fact]}};
}

ApiResult put(S3& s3, const ApiCall& call, const char* structure, const char* fact) {
  auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  if (!has_lock(s3, call))
    return aws::refuse(invalid_request("Bucket is missing Object Lock Configuration"));
  object->facts[fact] = member(call.params, structure);
  s3.objects.change_facts(*object);
  return json::object();
}

}  // namespace

json owner_of(const std::string& account) {
  return {{"ID", codec::sha256_hex(as_bytes("canonical user of " + account))}};
}

ApiResult get_object_tagging(S3& s3, const ApiCall& call) {
  const auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  const auto& tags = member(object->facts, "Tags");
  return with_version(s3, call, *object, {{"TagSet", tags.is_array() ? tags : json::array()}});
}

ApiResult put_object_tagging(S3& s3, const ApiCall& call) {
  auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  auto tags = check_tags(member(member(call.params, "Tagging"), "TagSet"), kMostTags);
  if (!tags) return tags;
  object->facts["Tags"] = *std::move(tags);
  s3.objects.change_facts(*object);
  return with_version(s3, call, *object, json::object());
}

ApiResult delete_object_tagging(S3& s3, const ApiCall& call) {
  auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  object->facts.erase("Tags");
  s3.objects.change_facts(*object);
  return with_version(s3, call, *object, json::object());
}

// Since 2023 lists of others are off unless a bucket turns them on.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
json owners_list(const std::string& account) {
  const auto owner = owner_of(account);
  json grantee = owner;
  grantee["Type"] = "CanonicalUser";
  return {{"Owner", owner},
          {"Grants", {{{"Grantee", std::move(grantee)}, {"Permission", "FULL_CONTROL"}}}}};
}

ApiResult get_object_acl(S3& s3, const ApiCall& call) {
  const auto object = called_object(s3, call);
  if (!object) return aws::refuse(object.error());
  return owners_list(s3.buckets.find(text_param(call.params, "Bucket"))->account);
}

ApiResult put_object_acl(S3& s3, const ApiCall& call) {
  if (const auto object = called_object(s3, call); !object) return aws::refuse(object.error());
  return json::object();
}

ApiResult get_object_retention(S3& s3, const ApiCall& call) {
  return told(s3, call, "Retention", "Retention");
}
ApiResult put_object_retention(S3& s3, const ApiCall& call) {
  return put(s3, call, "Retention", "Retention");
}
ApiResult get_object_legal_hold(S3& s3, const ApiCall& call) {
  return told(s3, call, "LegalHold", "LegalHold");
}
ApiResult put_object_legal_hold(S3& s3, const ApiCall& call) {
  return put(s3, call, "LegalHold", "LegalHold");
}

}  // namespace loopgate::s3
