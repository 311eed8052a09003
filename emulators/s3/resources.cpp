#include "emulators/s3/resources.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "emulators/s3/names.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using cfn::property_text;

constexpr std::string_view kProperties[] = {"AbacStatus",
                                            "AccelerateConfiguration",
                                            "AccessControl",
                                            "AnalyticsConfigurations",
                                            "BucketEncryption",
                                            "BucketName",
                                            "BucketNamePrefix",
                                            "BucketNamespace",
                                            "CorsConfiguration",
                                            "IntelligentTieringConfigurations",
                                            "InventoryConfigurations",
                                            "LifecycleConfiguration",
                                            "LoggingConfiguration",
                                            "MetadataConfiguration",
                                            "MetadataTableConfiguration",
                                            "MetricsConfigurations",
                                            "NotificationConfiguration",
                                            "ObjectLockConfiguration",
                                            "ObjectLockEnabled",
                                            "OwnershipControls",
                                            "PublicAccessBlockConfiguration",
                                            "ReplicationConfiguration",
                                            "Tags",
                                            "VersioningConfiguration",
                                            "WebsiteConfiguration"};
// Taken without effect: nothing here would read them.
constexpr std::array kInert{"AnalyticsConfigurations",    "IntelligentTieringConfigurations",
                            "InventoryConfigurations",    "MetadataConfiguration",
                            "MetadataTableConfiguration", "MetricsConfigurations",
                            "ReplicationConfiguration"};

// Templates write numbers and booleans as they like.
json number_or(const json& value) {
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? json(out) : value;
}
json flag_of(const json& properties, const char* name) {
  return property_text(properties, name) == "true";
}

void copy_as(json& to, const char* name, const json& from, const char* property) {
  if (const auto found = from.find(property); found != from.end()) to[name] = number_or(*found);
}

json cors_of(const json& properties) {
  json rules = json::array();
  for (const auto& rule : member(properties, "CorsRules")) {
    json out = json::object();
    for (const char* name : {"AllowedHeaders", "AllowedMethods", "AllowedOrigins"})
      copy_as(out, name, rule, name);
    copy_as(out, "ExposeHeaders", rule, "ExposedHeaders");
    copy_as(out, "ID", rule, "Id");
    copy_as(out, "MaxAgeSeconds", rule, "MaxAge");
    rules.push_back(std::move(out));
  }
  return {{"CORSRules", std::move(rules)}};
}

json filter_of(const json& rule) {
  const auto prefix = property_text(rule, "Prefix");
  json tags = json::array();
  for (const auto& tag : member(rule, "TagFilters"))
    tags.push_back({{"Key", property_text(tag, "Key")}, {"Value", property_text(tag, "Value")}});
  if (tags.empty()) return {{"Prefix", prefix}};
  if (tags.size() == 1 && prefix.empty()) return {{"Tag", tags.front()}};
  return {{"And", {{"Prefix", prefix}, {"Tags", std::move(tags)}}}};
}

json expiration_of(const json& rule) {
  json out = json::object();
  copy_as(out, "Days", rule, "ExpirationInDays");
  copy_as(out, "Date", rule, "ExpirationDate");
  if (rule.contains("ExpiredObjectDeleteMarker"))
    out["ExpiredObjectDeleteMarker"] = flag_of(rule, "ExpiredObjectDeleteMarker");
  return out;
}

json lifecycle_of(const json& properties) {
  json rules = json::array();
  for (const auto& rule : member(properties, "Rules")) {
    json out = {{"Status", property_text(rule, "Status")}, {"Filter", filter_of(rule)}};
    copy_as(out, "ID", rule, "Id");
    if (auto expiration = expiration_of(rule); !expiration.empty())
      out["Expiration"] = std::move(expiration);
    if (const auto& old = member(rule, "NoncurrentVersionExpiration"); !old.empty()) {
      copy_as(out["NoncurrentVersionExpiration"], "NoncurrentDays", old, "NoncurrentDays");
    } else if (rule.contains("NoncurrentVersionExpirationInDays")) {
      copy_as(out["NoncurrentVersionExpiration"], "NoncurrentDays", rule,
              "NoncurrentVersionExpirationInDays");
    }
    if (const auto& abort = member(rule, "AbortIncompleteMultipartUpload"); !abort.empty())
      copy_as(out["AbortIncompleteMultipartUpload"], "DaysAfterInitiation", abort,
              "DaysAfterInitiation");
    for (const auto& transition : member(rule, "Transitions")) {
      json step = {{"StorageClass", property_text(transition, "StorageClass")}};
      copy_as(step, "Days", transition, "TransitionInDays");
      out["Transitions"].push_back(std::move(step));
    }
    rules.push_back(std::move(out));
  }
  return {{"Rules", std::move(rules)}};
}

json notifications_of(const json& properties) {
  struct Kind {
    const char* property;
    const char* target;
    const char* member;
    const char* arn;
  };
  constexpr Kind kKinds[] = {
      {"LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"},
      {"QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"},
      {"TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"}};
  json out = json::object();
  for (const auto& kind : kKinds) {
    for (const auto& each : member(properties, kind.property)) {
      json row = {{kind.arn, property_text(each, kind.target)},
                  {"Events", {property_text(each, "Event")}}};
      const auto& rules = member(member(member(each, "Filter"), "S3Key"), "Rules");
      if (rules.is_array()) row["Filter"] = {{"Key", {{"FilterRules", rules}}}};
      out[kind.member].push_back(std::move(row));
    }
  }
  if (properties.contains("EventBridgeConfiguration"))
    out["EventBridgeConfiguration"] = json::object();
  return out;
}

json encryption_of(const json& properties) {
  json rules = json::array();
  for (const auto& rule : member(properties, "ServerSideEncryptionConfiguration")) {
    json out = {{"BucketKeyEnabled", flag_of(rule, "BucketKeyEnabled")}};
    const auto& by_default = member(rule, "ServerSideEncryptionByDefault");
    if (!by_default.empty()) out["ApplyServerSideEncryptionByDefault"] = by_default;
    rules.push_back(std::move(out));
  }
  return {{"Rules", std::move(rules)}};
}

json access_block_of(const json& properties) {
  json out = json::object();
  for (const char* name :
       {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}) {
    out[name] = flag_of(properties, name);
  }
  return out;
}

json website_of(const json& properties) {
  json out = json::object();
  if (const auto index = property_text(properties, "IndexDocument"); !index.empty())
    out["IndexDocument"] = {{"Suffix", index}};
  if (const auto error = property_text(properties, "ErrorDocument"); !error.empty())
    out["ErrorDocument"] = {{"Key", error}};
  if (const auto& redirect = member(properties, "RedirectAllRequestsTo"); !redirect.empty())
    out["RedirectAllRequestsTo"] = redirect;
  return out;
}

json logging_of(const json& properties) {
  const auto target = property_text(properties, "DestinationBucketName");
  if (target.empty()) return json::object();
  return {
      {"LoggingEnabled",
       {{"TargetBucket", target}, {"TargetPrefix", property_text(properties, "LogFilePrefix")}}}};
}

json as_it_is(const json& properties) {
  return properties;
}

json lock_of(const json& properties) {
  json out = {{"ObjectLockEnabled", "Enabled"}};
  const auto& retention = member(member(properties, "Rule"), "DefaultRetention");
  if (retention.empty()) return out;
  auto& to = out["Rule"]["DefaultRetention"];
  to["Mode"] = property_text(retention, "Mode");
  copy_as(to, "Days", retention, "Days");
  copy_as(to, "Years", retention, "Years");
  return out;
}

// A property of a bucket as the document that an operation puts; without it, what `undo` takes
// away, or puts empty.
struct Setting {
  const char* property;
  json (*document)(const json&);
  const char* operation;
  const char* member;
  const char* undo;
};
constexpr Setting kSettings[] = {
    {"AccelerateConfiguration", as_it_is, "PutBucketAccelerateConfiguration",
     "AccelerateConfiguration", ""},
    {"BucketEncryption", encryption_of, "PutBucketEncryption", "ServerSideEncryptionConfiguration",
     "DeleteBucketEncryption"},
    {"CorsConfiguration", cors_of, "PutBucketCors", "CORSConfiguration", "DeleteBucketCors"},
    {"LifecycleConfiguration", lifecycle_of, "PutBucketLifecycleConfiguration",
     "LifecycleConfiguration", "DeleteBucketLifecycle"},
    {"LoggingConfiguration", logging_of, "PutBucketLogging", "BucketLoggingStatus", ""},
    {"NotificationConfiguration", notifications_of, "PutBucketNotificationConfiguration",
     "NotificationConfiguration", ""},
    {"ObjectLockConfiguration", lock_of, "PutObjectLockConfiguration", "ObjectLockConfiguration",
     ""},
    {"OwnershipControls", as_it_is, "PutBucketOwnershipControls", "OwnershipControls",
     "DeleteBucketOwnershipControls"},
    {"PublicAccessBlockConfiguration", access_block_of, "PutPublicAccessBlock",
     "PublicAccessBlockConfiguration", "DeletePublicAccessBlock"},
    {"WebsiteConfiguration", website_of, "PutBucketWebsite", "WebsiteConfiguration",
     "DeleteBucketWebsite"},
};

http::ApiCall call_of(const cfn::ResourceRequest& request, std::string operation, json params) {
  return {.operation = std::move(operation),
          .params = std::move(params),
          .caller = {.account = request.stack->account, .region = request.stack->region}};
}

Status done_or(const cfn::ResourceRequest& request, const char* property,
               const http::ApiResult& result) {
  if (result) return {};
  return fail_at(request, fmt::format("/{}", property), result.error().message);
}

cfn::ResourceState state(const cfn::ResourceRequest& request, const std::string& name) {
  const auto& region = request.stack->region;
  return {name,
          {{"Arn", bucket_arn(name)},
           {"DomainName", name + ".s3.amazonaws.com"},
           {"DualStackDomainName", fmt::format("{}.s3.dualstack.{}.amazonaws.com", name, region)},
           {"RegionalDomainName", fmt::format("{}.s3.{}.amazonaws.com", name, region)},
           {"WebsiteURL", fmt::format("http://{}.s3-website-{}.amazonaws.com", name, region)}}};
}

}  // namespace

std::vector<std::string_view> BucketResource::properties(std::string_view) const {
  return {std::begin(kProperties), std::end(kProperties)};
}

Status BucketResource::validate(const cfn::ResourceRequest& request,
                                std::vector<std::string>& warnings) {
  const auto name = property_text(request.properties, "BucketName");
  if (!name.empty() && !cfn::is_unresolved(name) && !is_bucket_name(name)) {
    return fail_at(
        request, "/BucketName",
        fmt::format("'{}' is not a name of a bucket: 3 to 63 lower-case letters, digits, "
                    "'-' and '.', with a letter or digit at either end",
                    name));
  }
  for (const char* property : kInert) {
    if (!request.properties.contains(property)) continue;
    warnings.push_back(fmt::format("{}: {} has no effect here", request.logical_id, property));
  }
  return {};
}

Status BucketResource::configure(const cfn::ResourceRequest& request, const std::string& bucket) {
  const auto& properties = request.properties;
  const auto put = [&](const char* property, const std::string& operation, json params) {
    params["Bucket"] = bucket;
    const auto call = call_of(request, operation, std::move(params));
    return done_or(request, property,
                   operation.starts_with("Delete") ? delete_configuration(s3_, call)
                                                   : put_configuration(s3_, call));
  };
  for (const auto& setting : kSettings) {
    const auto found = properties.find(setting.property);
    Status done;
    if (found != properties.end() && !found->is_null()) {
      done = put(setting.property, setting.operation, {{setting.member, setting.document(*found)}});
    } else if (request.old_properties.contains(setting.property)) {
      done = std::string_view(setting.undo).empty()
                 ? put(setting.property, setting.operation, {{setting.member, json::object()}})
                 : put(setting.property, setting.undo, json::object());
    }
    if (!done) return done;
  }
  json tags = json::array();
  for (const auto& [key, value] : cfn::property_tags(properties))
    tags.push_back({{"Key", key}, {"Value", value}});
  // As they are: those of the stack itself, which callers may not put, are among them.
  if (!tags.empty()) {
    s3_.buckets.put_document(bucket, "tagging", {{"TagSet", std::move(tags)}});
  } else {
    s3_.buckets.remove_document(bucket, "tagging");
  }
  const auto& versioning = member(properties, "VersioningConfiguration");
  if (versioning.empty()) return {};
  return done_or(request, "VersioningConfiguration",
                 put_bucket_versioning(
                     s3_, call_of(request, "PutBucketVersioning",
                                  {{"Bucket", bucket}, {"VersioningConfiguration", versioning}})));
}

Result<cfn::ResourceState> BucketResource::make(const cfn::ResourceRequest& request) {
  constexpr std::size_t kMostNameChars = 63;
  auto name = property_text(request.properties, "BucketName");
  if (name.empty()) {
    name = generated_name(request, s3_.random, kMostNameChars);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (s3_.buckets.find(name) != nullptr) return fail_at(request, "", name + " already exists");
  json params = {{"Bucket", name},
                 {"ObjectLockEnabledForBucket", flag_of(request.properties, "ObjectLockEnabled")}};
  if (request.stack->region != "us-east-1")
    params["CreateBucketConfiguration"] = {{"LocationConstraint", request.stack->region}};
  if (const auto made = create_bucket(s3_, call_of(request, "CreateBucket", std::move(params)));
      !made) {
    return fail_at(request, "/BucketName", made.error().message);
  }
  if (auto configured = configure(request, name); !configured) {
    s3_.buckets.remove(name);
    return std::unexpected(configured.error());
  }
  return state(request, name);
}

void BucketResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void BucketResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "BucketName") || s3_.buckets.find(request.physical_id) == nullptr)
    return done(make(request));
  done(change_or_restore(request, [&](const auto& wanted) -> Result<cfn::ResourceState> {
    if (auto configured = configure(wanted, request.physical_id); !configured)
      return std::unexpected(configured.error());
    return state(request, request.physical_id);
  }));
}

void BucketResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  if (s3_.buckets.find(request.physical_id) == nullptr) return done({});
  const auto removed =
      delete_bucket(s3_, call_of(request, "DeleteBucket", {{"Bucket", request.physical_id}}));
  if (removed) return done({});
  done(fail(fmt::format("{} ({}): 'aws s3 rm s3://{} --recursive' empties it",
                        removed.error().message, request.physical_id, request.physical_id)));
}

Result<cfn::ResourceState> BucketPolicyResource::put(const cfn::ResourceRequest& request) {
  const auto bucket = property_text(request.properties, "Bucket");
  const auto done = put_configuration(
      s3_, call_of(request, "PutBucketPolicy",
                   {{"Bucket", bucket},
                    {"Policy", property_text(request.properties, "PolicyDocument")}}));
  if (!done) return fail_at(request, "/PolicyDocument", done.error().message);
  return cfn::ResourceState{
      request.physical_id.empty() ? generated_name(request, s3_.random, 128) : request.physical_id,
      json::object()};
}

void BucketPolicyResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(put(request));
}

void BucketPolicyResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const auto old = property_text(request.old_properties, "Bucket");
  auto changed = put(request);
  if (changed && cfn::changes(request, "Bucket")) s3_.buckets.remove_document(old, "policy");
  done(std::move(changed));
}

void BucketPolicyResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto bucket = property_text(request.old_properties, "Bucket");
  if (s3_.buckets.find(bucket) != nullptr) s3_.buckets.remove_document(bucket, "policy");
  done({});
}

}  // namespace loopgate::s3
