#include "emulators/s3/notifications.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "codec/percent.h"
#include "codec/text.h"
#include "emulators/s3/names.h"
#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::text_param;
using nlohmann::ordered_json;

struct Kind {
  std::string_view member;
  std::string_view arn;
};
constexpr Kind kKinds[] = {{"QueueConfigurations", "QueueArn"},
                           {"TopicConfigurations", "TopicArn"},
                           {"LambdaFunctionConfigurations", "LambdaFunctionArn"}};

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
constexpr std::array<std::string_view, 29> kEvents{
    "s3:TestEvent",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:ObjectAnnotation:*"};

// One of a configuration's entries, whatever it tells.
struct Entry {
  std::string id;
  std::string arn;
  std::vector<std::string> events;
  std::string prefix;
  std::string suffix;
  bool is_function = false;
};

std::vector<std::string> texts_of(const json& list) {
  std::vector<std::string> out;
  for (const auto& each : list) {
    if (each.is_string()) out.push_back(each.get<std::string>());
  }
  return out;
}

Entry entry_of(const Kind& kind, const json& given) {
  Entry out{.id = text_param(given, "Id"),
            .arn = text_param(given, kind.arn),
            .events = texts_of(member(given, "Events")),
            .prefix = {},
            .suffix = {},
            .is_function = kind.arn == "LambdaFunctionArn"};
  for (const auto& rule : member(member(member(given, "Filter"), "Key"), "FilterRules")) {
    const auto name = codec::lower(text_param(rule, "Name"));
    if (name == "prefix") out.prefix = text_param(rule, "Value");
    if (name == "suffix") out.suffix = text_param(rule, "Value");
  }
  return out;
}

std::vector<Entry> entries_of(const json& configuration) {
  std::vector<Entry> out;
  for (const auto& kind : kKinds) {
    for (const auto& each : member(configuration, kind.member)) out.push_back(entry_of(kind, each));
  }
  return out;
}

// "s3:ObjectCreated:*" of "ObjectCreated:Put".
bool covers(std::string_view pattern, std::string_view event) {
  constexpr std::string_view kService = "s3:";
  if (pattern.starts_with(kService)) pattern.remove_prefix(kService.size());
  if (event.starts_with(kService)) event.remove_prefix(kService.size());
  if (!pattern.ends_with('*')) return pattern == event;
  return event.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool fits(const Entry& entry, const ObjectEvent& event) {
  const auto is_of_event = [&](const std::string& pattern) { return covers(pattern, event.name); };
  return std::ranges::any_of(entry.events, is_of_event) && event.key.starts_with(entry.prefix) &&
         event.key.ends_with(entry.suffix);
}

bool is_same_event(const std::string& a, const std::string& b) {
  return covers(a, b) || covers(b, a);
}

bool overlap(const Entry& a, const Entry& b) {
  const bool same_events = std::ranges::any_of(a.events, [&](const std::string& one) {
    return std::ranges::any_of(b.events,
                               [&](const std::string& other) { return is_same_event(one, other); });
  });
  const bool same_prefix = a.prefix.starts_with(b.prefix) || b.prefix.starts_with(a.prefix);
  const bool same_suffix = a.suffix.ends_with(b.suffix) || b.suffix.ends_with(a.suffix);
  return same_events && same_prefix && same_suffix;
}

// As in a form: a blank is '+', and slashes stay.
std::string key_in_event(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == ' ') {
      out += '+';
    } else if (c == '/') {
      out += c;
    } else {
      out += codec::percent_encode(std::string_view(&c, 1));
    }
  }
  return out;
}

targets::Sender sender_of(const Bucket& bucket) {
  return {.principal = "s3.amazonaws.com", .source_arn = bucket_arn(bucket.name)};
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
ordered_json record_of(const ObjectEvent& event, const Entry& entry, WallTime at) {
  const auto& bucket = event.bucket;
  const std::string owner = owner_of(bucket.account)["ID"];
  ordered_json object = {{"key", key_in_event(event.key)}};
  if (!event.etag.empty()) {
    object["size"] = event.size;
    object["eTag"] = event.etag.substr(1, event.etag.size() - 2);
  }
  if (!event.version.empty() && event.version != kNullVersion) object["versionId"] = event.version;
  object["sequencer"] = fmt::format("{:018X}", at.time_since_epoch().count());
  return {{"eventVersion", "2.1"},
          {"eventSource", "aws:s3"},
          {"awsRegion", bucket.region},
          {"eventTime", to_iso8601(at)},
          {"eventName", event.name},
          {"userIdentity", {{"principalId", "AWS:" + event.caller.account}}},
          {"requestParameters", {{"sourceIPAddress", "127.0.0.1"}}},
          {"responseElements",
           {{"x-amz-request-id", event.request_id}, {"x-amz-id-2", event.request_id}}},
          {"s3",
           {{"s3SchemaVersion", "1.0"},
            {"configurationId", entry.id},
            {"bucket",
             {{"name", bucket.name},
              {"ownerIdentity", {{"principalId", owner}}},
              {"arn", bucket_arn(bucket.name)}}},
            {"object", std::move(object)}}}};
}

AwsError not_validated(std::string_view arn, const std::string& why) {
  return invalid_argument("Unable to validate the following destination configurations", arn, why);
}

}  // namespace

void Notifications::tell(const ObjectEvent& event) {
  const auto* configuration = buckets_.document(event.bucket.name, "notification");
  if (configuration == nullptr) return;
  for (const auto& entry : entries_of(*configuration)) {
    if (!fits(entry, event)) continue;
    const ordered_json body = {
        {"Records", ordered_json::array({record_of(event, entry, clock_.wall())})}};
    send(event.bucket, entry.arn, write_json(body));
  }
}

Outcome<void> Notifications::check(const Bucket& bucket, const json& configuration,
                                   bool skips_targets) const {
  const auto entries = entries_of(configuration);
  for (const auto& entry : entries) {
    for (const auto& event : entry.events) {
      if (std::ranges::find(kEvents, event) != kEvents.end()) continue;
      return aws::refuse(invalid_argument("A specified event is not supported for notifications."));
    }
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (std::size_t j = i + 1; j < entries.size(); ++j) {
      if (!overlap(entries[i], entries[j])) continue;
      return aws::refuse(
          invalid_argument("Configurations overlap. Configurations on the same bucket cannot share "
                           "a common event type."));
    }
  }
  for (const auto& entry : entries) {
    if (skips_targets) continue;
    if (const auto why = dispatcher_.obstacle(entry.arn, sender_of(bucket)))
      return aws::refuse(not_validated(entry.arn, *why));
  }
  return {};
}

void Notifications::introduce(const Bucket& bucket, const json& configuration,
                              const std::string& request_id) {
  std::set<std::string> told;
  for (const auto& entry : entries_of(configuration)) {
    if (entry.is_function || !told.insert(entry.arn).second) continue;
    const ordered_json body = {
        {"Service", "Amazon S3"}, {"Event", "s3:TestEvent"}, {"Time", to_iso8601(clock_.wall())},
        {"Bucket", bucket.name},  {"RequestId", request_id}, {"HostId", request_id}};
    send(bucket, entry.arn, write_json(body));
  }
}

void Notifications::send(const Bucket& bucket, const std::string& arn, std::string body) {
  dispatcher_.dispatch({.what = "S3 could not tell of an event in " + bucket.name,
                        .arn = arn,
                        .payload = {.body = std::move(body)},
                        .sender = sender_of(bucket)});
}

}  // namespace loopgate::s3
