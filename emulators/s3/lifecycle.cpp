#include "emulators/s3/lifecycle.h"

#include <algorithm>

#include "emulators/s3/operations.h"

namespace loopgate::s3 {

namespace {

using http::text_param;

bool has_tag(const Object& object, const json& wanted) {
  const auto& tags = member(object.facts, "Tags");
  return std::ranges::any_of(tags, [&](const json& tag) { return tag == wanted; });
}

// A condition of Filter, or one of those under And.
bool holds(const json& filter, const Object& object) {
  if (!object.key.starts_with(text_param(filter, "Prefix"))) return false;
  if (const auto& tag = member(filter, "Tag"); !tag.empty() && !has_tag(object, tag)) return false;
  for (const auto& tag : member(filter, "Tags")) {
    if (!has_tag(object, tag)) return false;
  }
  const auto size = static_cast<std::int64_t>(object.size);
  if (filter.contains("ObjectSizeGreaterThan") &&
      size <= number_param(filter, "ObjectSizeGreaterThan", 0)) {
    return false;
  }
  return !filter.contains("ObjectSizeLessThan") ||
         size < number_param(filter, "ObjectSizeLessThan", 0);
}

std::string prefix_of(const json& rule) {
  const auto& filter = member(rule, "Filter");
  for (const json* place : {&member(filter, "And"), &filter, &rule}) {
    if (const auto prefix = text_param(*place, "Prefix"); !prefix.empty()) return prefix;
  }
  return {};
}

bool is_due(const json& action, const char* days, WallTime since, WallTime now) {
  if (action.contains(days)) return due_after(since, number_param(action, days, 0)) <= now;
  const auto date = action.find("Date");
  if (date == action.end()) return false;
  if (date->is_number()) return static_cast<double>(to_seconds(now)) >= date->get<double>();
  const auto parsed = parse_iso8601(date->is_string() ? date->get<std::string>() : "");
  return parsed && *parsed <= now;
}

}  // namespace

WallTime due_after(WallTime at, std::int64_t days) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  return WallTime(day.time_since_epoch() + std::chrono::days(days + 1));
}

bool is_about(const json& rule, const Object& object) {
  const auto& filter = member(rule, "Filter");
  return holds(rule, object) && holds(filter, object) && holds(member(filter, "And"), object);
}

Lifecycle::Lifecycle(S3& s3) : s3_(s3), timer_(s3.clock) {
  arm();
}

void Lifecycle::arm() {
  const bool is_needed = std::ranges::any_of(s3_.buckets.all(), [&](const auto& entry) {
    return s3_.buckets.document(entry.first, "lifecycle") != nullptr;
  });
  if (!is_needed) return timer_.cancel();
  timer_.set_at(s3_.clock.at_wall(due_after(s3_.clock.wall(), 0)), [this] { run(); });
}

void Lifecycle::run() {
  for (const auto& [name, bucket] : s3_.buckets.all()) {
    const auto* configuration = s3_.buckets.document(name, "lifecycle");
    if (configuration == nullptr) continue;
    const auto rules = member(*configuration, "Rules");
    for (const auto& rule : rules) {
      if (text_param(rule, "Status") == "Enabled") apply(bucket, rule);
    }
  }
  arm();
}

void Lifecycle::apply(const Bucket& bucket, const json& rule) {
  if (rule.contains("NoncurrentVersionExpiration") || rule.contains("Expiration"))
    age_versions(bucket, rule);
  if (rule.contains("Expiration") || rule.contains("Transitions")) age_current(bucket, rule);
  if (rule.contains("AbortIncompleteMultipartUpload")) abort_uploads(bucket, rule);
}

void Lifecycle::age_current(const Bucket& bucket, const json& rule) {
  const auto now = s3_.clock.wall();
  const auto prefix = prefix_of(rule);
  std::string after;
  while (auto object = s3_.objects.next(bucket.name, prefix, after, after.empty())) {
    after = object->key;
    if (!is_about(rule, *object)) continue;
    if (is_due(member(rule, "Expiration"), "Days", object->modified, now)) {
      expire_object(s3_, bucket, *object);
      continue;
    }
    for (const auto& step : member(rule, "Transitions")) {
      if (is_due(step, "Days", object->modified, now))
        object->facts["StorageClass"] = step["StorageClass"];
    }
    s3_.objects.change_facts(*object);
  }
}

// Those that another has followed, counted from that one's day; and markers that hide nothing.
void Lifecycle::age_versions(const Bucket& bucket, const json& rule) {
  const auto now = s3_.clock.wall();
  const auto& action = member(rule, "NoncurrentVersionExpiration");
  const auto kept = number_param(action, "NewerNoncurrentVersions", 0);
  const bool drops_markers = flag_param(member(rule, "Expiration"), "ExpiredObjectDeleteMarker");
  std::string key;
  std::int64_t below = 0;
  std::optional<Object> newer;
  std::int64_t rank = 0;
  while (auto version = s3_.objects.next_version(bucket.name, prefix_of(rule), key, below)) {
    if (version->key != key) {
      newer.reset();
      rank = 0;
    }
    key = version->key;
    below = version->number;
    const bool is_alone = version->is_latest && version->is_marker &&
                          !s3_.objects.next_version(bucket.name, key, key, below).has_value();
    const bool is_old = newer && !action.empty() && rank++ >= kept && is_about(rule, *version) &&
                        is_due(action, "NoncurrentDays", newer->modified, now);
    if (is_old || (is_alone && drops_markers))
      s3_.objects.remove_version(bucket, key, version->version);
    newer = std::move(version);
  }
}

void Lifecycle::abort_uploads(const Bucket& bucket, const json& rule) {
  const auto days =
      number_param(member(rule, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation", 0);
  for (const auto& upload : s3_.uploads.all(bucket.name)) {
    const bool is_meant = upload.key.starts_with(prefix_of(rule));
    if (is_meant && due_after(upload.started, days) <= s3_.clock.wall()) s3_.uploads.remove(upload);
  }
}

}  // namespace loopgate::s3
