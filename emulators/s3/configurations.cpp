// What is configured of a bucket by documents of their own: each is put, got and deleted in one
// way, with the checks and the words of its kind.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "emulators/s3/facts.h"
#include "emulators/s3/lifecycle.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/notifications.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

struct Kind {
  std::string_view name;       // as the bucket's documents are known by: the word of the query
  std::string_view operation;  // "BucketCors" of PutBucketCors
  std::string_view member;     // of the put; and of the get when `is_wrapped`
  bool is_wrapped = false;
  std::string_view otherwise{};  // JSON of what there is when nobody has put one; empty: the error
  std::string_view code{};
  std::string_view message{};
};

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
constexpr Kind kKinds[] = {
    {"accelerate", "BucketAccelerateConfiguration", "AccelerateConfiguration", false, "{}"},
    {"cors", "BucketCors", "CORSConfiguration", false, "", "NoSuchCORSConfiguration",
     "The CORS configuration does not exist"},
    {"encryption", "BucketEncryption", "ServerSideEncryptionConfiguration", true,
     R"({"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},)"
     R"("BucketKeyEnabled": false}]})",
     "ServerSideEncryptionConfigurationNotFoundError",
     "The server side encryption configuration was not found"},
    {"lifecycle", "BucketLifecycleConfiguration", "LifecycleConfiguration", false, "",
     "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"},
    {"logging", "BucketLogging", "BucketLoggingStatus", false, "{}"},
    {"notification", "BucketNotificationConfiguration", "NotificationConfiguration", false, "{}"},
    {"object-lock", "ObjectLockConfiguration", "ObjectLockConfiguration", true, "",
     "ObjectLockConfigurationNotFoundError",
     "Object Lock configuration does not exist for this bucket"},
    {"ownershipControls", "BucketOwnershipControls", "OwnershipControls", true,
     R"({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})", "OwnershipControlsNotFoundError",
     "The bucket ownership controls were not found"},
    {"policy", "BucketPolicy", "Policy", true, "", "NoSuchBucketPolicy",
     "The bucket policy does not exist"},
    {"publicAccessBlock", "PublicAccessBlock", "PublicAccessBlockConfiguration", true,
     R"({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true,)"
     R"("RestrictPublicBuckets": true})",
     "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"},
    {"replication", "BucketReplication", "ReplicationConfiguration", true, "",
     "ReplicationConfigurationNotFoundError", "The replication configuration was not found"},
    {"requestPayment", "BucketRequestPayment", "RequestPaymentConfiguration", false,
     R"({"Payer": "BucketOwner"})"},
    {"tagging", "BucketTagging", "Tagging", false, "", "NoSuchTagSet", "The TagSet does not exist"},
    {"website", "BucketWebsite", "WebsiteConfiguration", false, "", "NoSuchWebsiteConfiguration",
     "The specified bucket does not have a website configuration"},
};

// Of "PutBucketCors", and of "DeleteBucketLifecycle", which says less than its siblings.
const Kind& kind_of(std::string_view operation) {
  for (const std::string_view verb : {"Put", "Get", "Delete"}) {
    if (!operation.starts_with(verb)) continue;
    const auto rest = operation.substr(verb.size());
    for (const auto& kind : kKinds) {
      if (kind.operation == rest || (verb == "Delete" && kind.operation.starts_with(rest)))
        return kind;
    }
  }
  return kKinds[0];  // not reached: the table of operations names these alone
}

Outcome<void> check_cors(const json& document) {
  constexpr std::array kMethods{"GET", "PUT", "HEAD", "POST", "DELETE"};
  const auto& rules = member(document, "CORSRules");
  if (!rules.is_array() || rules.empty()) return aws::refuse(malformed_xml());
  for (const auto& rule : rules) {
    for (const auto& method : member(rule, "AllowedMethods")) {
      const auto name = method.is_string() ? method.get<std::string>() : std::string();
      if (std::ranges::find(kMethods, name) != kMethods.end()) continue;
      return aws::refuse(invalid_request(fmt::format(
          "Found unsupported HTTP method in CORS config. Unsupported method is {}", name)));
    }
    for (const auto& origin : member(rule, "AllowedOrigins")) {
      if (origin.is_string() && std::ranges::count(origin.get<std::string>(), '*') > 1) {
        return aws::refuse(
            invalid_request(fmt::format("AllowedOrigin \"{}\" can not have more than one wildcard.",
                                        origin.get<std::string>())));
      }
    }
  }
  return {};
}

Outcome<void> check_lifecycle(const json& document) {
  constexpr std::array kActions{"Expiration", "Transitions", "NoncurrentVersionExpiration",
                                "NoncurrentVersionTransitions", "AbortIncompleteMultipartUpload"};
  const auto& rules = member(document, "Rules");
  if (!rules.is_array() || rules.empty()) return aws::refuse(malformed_xml());
  for (const auto& rule : rules) {
    const auto status = text_param(rule, "Status");
    if (status != "Enabled" && status != "Disabled") return aws::refuse(malformed_xml());
    const bool acts =
        std::ranges::any_of(kActions, [&](const char* action) { return rule.contains(action); });
    if (!acts) {
      return aws::refuse(invalid_request("At least one action needs to be specified in a rule"));
    }
    const auto& expiration = member(rule, "Expiration");
    if (expiration.contains("Days") && number_param(expiration, "Days", 0) < 1) {
      return aws::refuse(
          invalid_argument("'Days' for Expiration action must be a positive integer"));
    }
  }
  return {};
}

Outcome<void> check(const S3& s3, const Kind& kind, const json& document) {
  if (kind.name == "cors") return check_cors(document);
  if (kind.name == "lifecycle") return check_lifecycle(document);
  if (kind.name == "tagging") {
    if (auto tags = check_tags(member(document, "TagSet"), kMostBucketTags); !tags)
      return aws::refuse(tags.error());
  }
  if (kind.name != "policy" || !s3.check_policy) return {};
  auto checked = s3.check_policy(document.is_string() ? document.get<std::string>() : "");
  if (checked) return {};
  return aws::refuse({"MalformedPolicy", checked.error().message, 400, {}});
}

}  // namespace

ApiResult put_configuration(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto& kind = kind_of(call.operation);
  const auto& document = member(call.params, kind.member);
  if (auto checked = check(s3, kind, document); !checked) return aws::refuse(checked.error());
  const bool is_notification = kind.name == "notification";
  if (is_notification) {
    if (auto checked = s3.notifications->check(
            **bucket, document, flag_param(call.params, "SkipDestinationValidation"));
        !checked) {
      return aws::refuse(checked.error());
    }
  }
  s3.buckets.put_document((*bucket)->name, std::string(kind.name), document);
  if (kind.name == "lifecycle") s3.lifecycle->arm();
  if (is_notification) s3.notifications->introduce(**bucket, document, call.request_id);
  return json::object();
}

ApiResult get_configuration(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto& kind = kind_of(call.operation);
  const auto* there = s3.buckets.document((*bucket)->name, kind.name);
  const bool was_deleted = there != nullptr && there->is_null();
  if (was_deleted || (there == nullptr && kind.otherwise.empty())) {
    AwsError error{std::string(kind.code), std::string(kind.message), 404, {}};
    error.members = std::make_shared<const json>(json{{"BucketName", (*bucket)->name}});
    return aws::refuse(std::move(error));
  }
  auto document = there != nullptr ? *there : read_json(kind.otherwise).value_or(json::object());
  if (kind.is_wrapped) return json{{std::string(kind.member), std::move(document)}};
  return document;
}

// What a bucket has by itself is gone as well: a document that is null says so.
ApiResult delete_configuration(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto& kind = kind_of(call.operation);
  const auto name = std::string(kind.name);
  if (kind.otherwise.empty() || kind.name == "encryption") {
    s3.buckets.remove_document((*bucket)->name, name);
    if (kind.name == "lifecycle") s3.lifecycle->arm();
  } else {
    s3.buckets.put_document((*bucket)->name, name, json());
  }
  return json::object();
}

ApiResult get_bucket_policy_status(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto* policy = s3.buckets.document((*bucket)->name, "policy");
  if (policy == nullptr)
    return aws::refuse({"NoSuchBucketPolicy", "The bucket policy does not exist", 404, {}});
  bool is_public = false;
  const auto document =
      read_json(policy->is_string() ? policy->get<std::string>() : "{}").value_or(json::object());
  for (const auto& statement : member(document, "Statement")) {
    if (!statement.is_object() || text_param(statement, "Effect") != "Allow") continue;
    const auto& principal = member(statement, "Principal");
    const bool is_anybody = principal == "*" || member(principal, "AWS") == "*";
    is_public |= is_anybody && !statement.contains("Condition");
  }
  return json{{"PolicyStatus", {{"IsPublic", is_public}}}};
}

ApiResult get_bucket_acl(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  return owners_list((*bucket)->account);
}

// Taken without effect: see owners_list.
ApiResult put_bucket_acl(S3& s3, const ApiCall& call) {
  if (const auto bucket = called_bucket(s3, call); !bucket) return aws::refuse(bucket.error());
  return json::object();
}

}  // namespace loopgate::s3
