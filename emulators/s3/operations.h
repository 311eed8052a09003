// S3's operations over their context.
#pragma once

#include "emulators/s3/context.h"
#include "emulators/s3/receive.h"

namespace loopgate::s3 {

// bucket_operations.cpp
http::ApiResult create_bucket(S3& s3, const http::ApiCall& call);
http::ApiResult delete_bucket(S3& s3, const http::ApiCall& call);
http::ApiResult head_bucket(S3& s3, const http::ApiCall& call);
http::ApiResult list_buckets(S3& s3, const http::ApiCall& call);
http::ApiResult get_bucket_location(S3& s3, const http::ApiCall& call);
http::ApiResult get_bucket_versioning(S3& s3, const http::ApiCall& call);
http::ApiResult put_bucket_versioning(S3& s3, const http::ApiCall& call);

// configurations.cpp: every Put, Get and Delete of a document of a bucket
http::ApiResult put_configuration(S3& s3, const http::ApiCall& call);
http::ApiResult get_configuration(S3& s3, const http::ApiCall& call);
http::ApiResult delete_configuration(S3& s3, const http::ApiCall& call);
http::ApiResult get_bucket_policy_status(S3& s3, const http::ApiCall& call);
http::ApiResult get_bucket_acl(S3& s3, const http::ApiCall& call);
http::ApiResult put_bucket_acl(S3& s3, const http::ApiCall& call);

// object_operations.cpp
http::ApiResult put_object(S3& s3, const http::ApiCall& call);
http::ApiResult put_object(S3& s3, const http::ApiCall& call, Body body);
http::ApiResult get_object(S3& s3, const http::ApiCall& call);
http::ApiResult head_object(S3& s3, const http::ApiCall& call);
http::ApiResult delete_object(S3& s3, const http::ApiCall& call);
http::ApiResult delete_objects(S3& s3, const http::ApiCall& call);
http::ApiResult copy_object(S3& s3, const http::ApiCall& call);
http::ApiResult get_object_attributes(S3& s3, const http::ApiCall& call);

// As a rule of its bucket has it.
void expire_object(S3& s3, const Bucket& bucket, const Object& object);

// An object being read: what GetObject says of it, and its bytes.
struct OpenObject {
  json document;  // without Body
  std::unique_ptr<Contents::Reader> reader{};
};
Outcome<OpenObject> open_object(S3& s3, const http::ApiCall& call);
// The bytes that are left, in memory.
Outcome<std::string> read_all(Contents::Reader& reader);
// The source of a copy: CopySource, "bucket/key?versionId=…".
Outcome<Object> copy_source(S3& s3, const http::ApiCall& call);

// object_settings.cpp
http::ApiResult get_object_tagging(S3& s3, const http::ApiCall& call);
http::ApiResult put_object_tagging(S3& s3, const http::ApiCall& call);
http::ApiResult delete_object_tagging(S3& s3, const http::ApiCall& call);
http::ApiResult get_object_acl(S3& s3, const http::ApiCall& call);
http::ApiResult put_object_acl(S3& s3, const http::ApiCall& call);
http::ApiResult get_object_retention(S3& s3, const http::ApiCall& call);
http::ApiResult put_object_retention(S3& s3, const http::ApiCall& call);
http::ApiResult get_object_legal_hold(S3& s3, const http::ApiCall& call);
http::ApiResult put_object_legal_hold(S3& s3, const http::ApiCall& call);

// list_operations.cpp
http::ApiResult list_objects(S3& s3, const http::ApiCall& call);
http::ApiResult list_objects_v2(S3& s3, const http::ApiCall& call);
http::ApiResult list_object_versions(S3& s3, const http::ApiCall& call);

// upload_operations.cpp
http::ApiResult create_multipart_upload(S3& s3, const http::ApiCall& call);
http::ApiResult upload_part(S3& s3, const http::ApiCall& call);
http::ApiResult upload_part(S3& s3, const http::ApiCall& call, Body body);
http::ApiResult upload_part_copy(S3& s3, const http::ApiCall& call);
http::ApiResult complete_multipart_upload(S3& s3, const http::ApiCall& call);
http::ApiResult abort_multipart_upload(S3& s3, const http::ApiCall& call);
http::ApiResult list_parts(S3& s3, const http::ApiCall& call);
http::ApiResult list_multipart_uploads(S3& s3, const http::ApiCall& call);

// The owner of everything, as lists and access control lists name them: of an account always the
// same 64 digits.
json owner_of(const std::string& account);
// The access control list of everything: all of it is its owner's.
json owners_list(const std::string& account);

}  // namespace loopgate::s3
