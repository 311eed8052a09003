#include <fmt/format.h>

#include "emulators/s3/facts.h"
#include "emulators/s3/limits.h"
#include "emulators/s3/names.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

constexpr std::string_view kOldest = "us-east-1";  // whose buckets have no LocationConstraint

Outcome<std::string> region_of(const ApiCall& call) {
  const auto& configuration = member(call.params, "CreateBucketConfiguration");
  auto wanted = text_param(configuration, "LocationConstraint");
  if (wanted == "EU") wanted = "eu-west-1";
  const auto& here = call.caller.region;
  if (wanted == kOldest) {
    return aws::refuse(
        {"InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {}});
  }
  if (wanted.empty() && here != kOldest) {
    return aws::refuse({"IllegalLocationConstraintException",
                        "The unspecified location constraint is incompatible for the region "
                        "specific endpoint this request was sent to.",
                        400,
                        {}});
  }
  if (!wanted.empty() && wanted != here && here != kOldest) {
    return aws::refuse({"IllegalLocationConstraintException",
                        fmt::format("The {} location constraint is incompatible for the region "
                                    "specific endpoint this request was sent to.",
                                    wanted),
                        400,
                        {}});
  }
  return wanted.empty() ? here : wanted;
}

Outcome<void> check_free(const S3& s3, const std::string& name, const ApiCall& call) {
  const auto* there = s3.buckets.find(name);
  if (there == nullptr) return {};
  if (there->account != call.caller.account) {
    return aws::refuse({"BucketAlreadyExists",
                        "The requested bucket name is not available. The bucket namespace is "
                        "shared by all users of the system. Please select a different name and try "
                        "again.",
                        409,
                        {}});
  }
  return aws::refuse({"BucketAlreadyOwnedByYou",
                      "Your previous request to create the named bucket succeeded and you already "
                      "own it.",
                      409,
                      {}});
}

}  // namespace

ApiResult create_bucket(S3& s3, const ApiCall& call) {
  const auto name = text_param(call.params, "Bucket");
  if (!is_bucket_name(name)) return aws::refuse(invalid_bucket_name(name));
  const auto region = region_of(call);
  if (!region) return aws::refuse(region.error());
  json out = {{"Location", "/" + name}, {"BucketArn", bucket_arn(name)}};
  if (auto is_free = check_free(s3, name, call); !is_free) {
    // There, and only there, it is no mistake.
    if (is_free.error().code == "BucketAlreadyOwnedByYou" && call.caller.region == kOldest)
      return out;
    return aws::refuse(is_free.error());
  }
  auto tags =
      check_tags(member(member(call.params, "CreateBucketConfiguration"), "Tags"), kMostBucketTags);
  if (!tags) return tags;
  s3.buckets.add({.name = name,
                  .account = call.caller.account,
                  .region = *region,
                  .created = s3.clock.wall()});
  if (!tags->empty()) s3.buckets.put_document(name, "tagging", {{"TagSet", *std::move(tags)}});
  if (const auto ownership = text_param(call.params, "ObjectOwnership"); !ownership.empty()) {
    s3.buckets.put_document(name, "ownershipControls",
                            {{"Rules", {{{"ObjectOwnership", ownership}}}}});
  }
  if (flag_param(call.params, "ObjectLockEnabledForBucket")) {
    s3.buckets.set_versioning(name, Bucket::Versioning::kEnabled);
    s3.buckets.put_document(name, "object-lock", {{"ObjectLockEnabled", "Enabled"}});
  }
  return out;
}

ApiResult delete_bucket(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto name = (*bucket)->name;
  if (!s3.objects.is_empty(name)) {
    AwsError error{"BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {}};
    if (has_versions(**bucket)) error.message += ". You must delete all versions in the bucket.";
    error.members = std::make_shared<const json>(json{{"BucketName", name}});
    return aws::refuse(std::move(error));
  }
  for (const auto& upload : s3.uploads.all(name)) s3.uploads.remove(upload);
  s3.buckets.remove(name);
  return json::object();
}

ApiResult head_bucket(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  return json{{"BucketRegion", (*bucket)->region},
              {"BucketArn", bucket_arn((*bucket)->name)},
              {"AccessPointAlias", false}};
}

ApiResult list_buckets(S3& s3, const ApiCall& call) {
  const auto prefix = text_param(call.params, "Prefix");
  const auto region = text_param(call.params, "BucketRegion");
  const auto after = text_param(call.params, "ContinuationToken");
  const auto most = number_param(call.params, "MaxBuckets", 10'000);
  // The region is told to those who ask for pages or regions; others get what they always got.
  const bool is_paged = call.params.contains("MaxBuckets") || !region.empty() || !prefix.empty();
  json out = {{"Owner", owner_of(call.caller.account)}, {"Buckets", json::array()}};
  for (const auto& [name, bucket] : s3.buckets.all()) {
    if (bucket.account != call.caller.account || !name.starts_with(prefix)) continue;
    if (name <= after || (!region.empty() && bucket.region != region)) continue;
    if (static_cast<std::int64_t>(out["Buckets"].size()) == most) {
      out["ContinuationToken"] = out["Buckets"].back()["Name"];
      break;
    }
    json row = {{"Name", name},
                {"CreationDate", seconds_of(bucket.created)},
                {"BucketArn", bucket_arn(name)}};
    if (is_paged) row["BucketRegion"] = bucket.region;
    out["Buckets"].push_back(std::move(row));
  }
  if (!prefix.empty()) out["Prefix"] = prefix;
  return out;
}

ApiResult get_bucket_location(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  if ((*bucket)->region == kOldest) return json::object();
  return json{{"LocationConstraint", (*bucket)->region}};
}

ApiResult get_bucket_versioning(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  if (!has_versions(**bucket)) return json::object();
  const bool is_on = (*bucket)->versioning == Bucket::Versioning::kEnabled;
  return json{{"Status", is_on ? "Enabled" : "Suspended"}};
}

ApiResult put_bucket_versioning(S3& s3, const ApiCall& call) {
  const auto bucket = called_bucket(s3, call);
  if (!bucket) return aws::refuse(bucket.error());
  const auto status = text_param(member(call.params, "VersioningConfiguration"), "Status");
  if (status != "Enabled" && status != "Suspended") {
    return aws::refuse({"IllegalVersioningConfigurationException",
                        "The Versioning element must be specified",
                        400,
                        {}});
  }
  if (status == "Suspended" && s3.buckets.document((*bucket)->name, "object-lock") != nullptr) {
    return aws::refuse({"InvalidBucketState",
                        "An Object Lock configuration is present on this bucket, so the versioning "
                        "state cannot be changed.",
                        409,
                        {}});
  }
  s3.buckets.set_versioning((*bucket)->name, status == "Enabled" ? Bucket::Versioning::kEnabled
                                                                 : Bucket::Versioning::kSuspended);
  return json::object();
}

}  // namespace loopgate::s3
