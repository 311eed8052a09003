// Topics; subscriptions are in topics_subscribe.cpp, publishing in topics_publish.cpp.
#include "emulators/sns/topics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

bool is_topic_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

constexpr std::string_view kFifoSuffix = ".fifo";

// A name with the suffix and a topic without the attribute are refused by the same words, and the
// other way round (recorded on AWS, 2026-02-06). The suffix counts.
aws::Outcome<void> check_topic_name(std::string_view name, bool fifo) {
  auto stem = name;
  if (fifo && name.ends_with(kFifoSuffix)) {
    stem.remove_suffix(kFifoSuffix.size());
  } else if (fifo) {
    stem = {};
  }
  if (name.size() > kMaxTopicNameCharacters || !is_topic_name(stem)) {
    return aws::refuse(invalid_parameter("Topic Name"));
  }
  return {};
}

// Whether every one of `wanted` is in `existing` (recorded on AWS, 2025-10-13).
bool has_all(const AttributeMap& existing, const AttributeMap& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& each) {
    const auto found = existing.find(each.first);
    return found != existing.end() && found->second == each.second;
  });
}

}  // namespace

std::string topic_arn(const std::string& account, const std::string& region,
                      const std::string& name) {
  return "arn:aws:sns:" + region + ":" + account + ":" + name;
}

Topics::Topics(store::Store& store, Clock& clock, Random& random, Journal& journal,
               targets::Dispatcher& dispatcher)
    : table_(store),
      clock_(clock),
      random_(random),
      journal_(journal),
      dispatcher_(dispatcher),
      signer_(store, random),
      cancelled_(store),
      captured_(store, clock, journal),
      platforms_(store, random),
      sms_(store, random, captured_),
      archive_(store),
      replay_timer_(clock),
      http_(store, clock, journal, dispatcher, table_),
      pending_timer_(clock) {
  for (const auto& [arn, subscription] : table_.subscriptions()) await_confirmation(subscription);
  if (!archive_.running().empty()) replay_soon();
}

void Topics::forget(const aws::AccountScope& scope) {
  table_.forget_messages(scope);
  http_.forget(scope);
  captured_.remove({.account = scope.account});
  cancelled_.forget(scope);
  archive_.forget(scope);
  recent_.forget(scope);
}

// A policy with IAM's eyes: the words are SNS's, what is behind "null" there is said here.
aws::Outcome<void> Topics::check_attribute(const Topic& topic, const std::string& name,
                                           const std::string& value) const {
  if (auto checked = check_topic_attribute(topic, name, value); !checked) return checked;
  if (name != "Policy" || value.empty() || !check_policy_) return {};
  const auto checked = check_policy_(value);
  if (checked) return {};
  const auto& error = checked.error();
  if (error.code == "OutOfScope") {
    return aws::refuse(invalid_parameter("Policy statement action out of service scope!"));
  }
  return aws::refuse(invalid_parameter("Policy Error: " + error.message));
}

aws::Outcome<std::string> Topics::create_topic(const std::string& account,
                                               const std::string& region, const std::string& name,
                                               const AttributeMap& attributes,
                                               const AttributeMap& tags) {
  const auto fifo_attribute = attributes.find("FifoTopic");
  const bool fifo = fifo_attribute != attributes.end() && is_true(fifo_attribute->second);
  if (auto checked = check_topic_name(name, fifo); !checked) return aws::refuse(checked.error());
  if (tags.size() > kMaxTags) return aws::refuse(invalid_parameter("Tags Reason: too many tags"));

  Topic topic;
  topic.arn = topic_arn(account, region, name);
  topic.account = account;
  topic.region = region;
  topic.name = name;
  topic.fifo = fifo;
  topic.tags = tags;
  for (const auto& [key, value] : attributes) {
    if (auto checked = check_attribute(topic, key, value); !checked) {
      return aws::refuse(checked.error());
    }
    if (!value.empty() && (key != "FifoTopic" || fifo)) topic.attributes[key] = value;
  }
  if (const auto* existing = table_.topic(topic.arn)) {
    if (!has_all(existing->attributes, topic.attributes)) {
      return aws::refuse(
          invalid_parameter("Attributes Reason: Topic already exists with different attributes"));
    }
    if (!has_all(existing->tags, tags)) {
      return aws::refuse(
          invalid_parameter("Tags Reason: Topic already exists with different tags"));
    }
    return existing->arn;
  }
  if (table_.topics().size() >= kMaxTopics) {
    return aws::refuse(limit_exceeded("The account has reached its limit of topics."));
  }
  auto arn = topic.arn;
  table_.put(std::move(topic));
  return arn;
}

aws::Outcome<void> Topics::delete_topic(const std::string& arn, bool even_archived) {
  const auto* topic = table_.topic(arn);
  if (topic && is_archived(*topic) && !even_archived) {
    return aws::refuse({"InvalidState",
                        "The topic has an active ArchivePolicy. Set it to {} before the topic is "
                        "deleted.",
                        400,
                        {}});
  }
  table_.remove_topic(arn);
  archive_.drop(arn);
  return {};
}

aws::Outcome<const Topic*> Topics::topic(const std::string& arn) const {
  if (const auto* found = table_.topic(arn)) return found;
  if (const auto parsed = read_topic_arn(arn, "TopicArn"); !parsed) {
    return aws::refuse(parsed.error());
  }
  return aws::refuse(topic_not_found());
}

aws::Outcome<AttributeMap> Topics::topic_attributes(const std::string& arn) {
  const auto found = topic(arn);
  if (!found) return aws::refuse(found.error());
  const Topic& topic = **found;
  std::size_t pending = 0;
  const auto& subscriptions = table_.subscriptions_of(arn);
  for (const auto& each : subscriptions) pending += table_.subscription(each)->pending ? 1 : 0;

  AttributeMap out = {
      {"TopicArn", topic.arn},
      {"Owner", topic.account},
      {"Policy", default_topic_policy(topic)},
      {"DisplayName", ""},
      {"SubscriptionsConfirmed", std::to_string(subscriptions.size() - pending)},
      {"SubscriptionsPending", std::to_string(pending)},
      {"SubscriptionsDeleted", std::to_string(topic.subscriptions_deleted)},
  };
  if (topic.fifo) {
    out["FifoTopic"] = "true";
    out["ContentBasedDeduplication"] = "false";
  }
  for (const auto& [name, value] : topic.attributes) out[name] = value;
  if (is_archived(topic)) {
    out["BeginningArchiveTime"] = to_iso8601(archive_.oldest(arn).value_or(clock_.wall()));
  }
  auto& delivery = out["DeliveryPolicy"];
  out["EffectiveDeliveryPolicy"] = effective_delivery_policy(delivery);
  if (delivery.empty()) {
    out.erase("DeliveryPolicy");
  } else {
    delivery = shown_delivery_policy(delivery);
  }
  return out;
}

aws::Outcome<void> Topics::set_topic_attribute(const std::string& arn, const std::string& name,
                                               const std::string& value) {
  const auto found = topic(arn);
  if (!found) return aws::refuse(found.error());
  if (name == "FifoTopic") return aws::refuse(invalid_parameter("AttributeName"));
  if (auto checked = check_attribute(**found, name, value); !checked) return checked;
  Topic changed = **found;
  if (name == "ArchivePolicy" && is_archived(changed) &&
      !parse_archive_policy(value).value_or(std::nullopt)) {
    archive_.drop(arn);
  }
  if (value.empty()) {
    changed.attributes.erase(name);
  } else {
    changed.attributes[name] = value;
  }
  table_.put(std::move(changed));
  return {};
}

aws::Outcome<void> Topics::set_data_protection_policy(const std::string& arn,
                                                      const std::string& policy) {
  const auto found = topic(arn);
  if (!found) return aws::refuse(found.error());
  const auto refuse = [](std::string_view why) {
    return aws::refuse(invalid_parameter("DataProtectionPolicy Reason: " + std::string(why)));
  };
  if ((*found)->fifo) return refuse("FIFO topics have no data protection policies");
  if (policy.size() > kMaxDataProtectionPolicyCharacters) {
    return refuse("it is longer than 30720 characters");
  }
  if (!policy.empty()) {
    const auto document = read_json(policy).value_or(nullptr);
    if (!document.is_object()) return refuse("it is not a JSON object");
    for (const auto* member : {"Name", "Version", "Statement"}) {
      if (!document.contains(member)) return refuse(std::string("it has no ") + member);
    }
    if (document["Version"] != "2021-06-01") return refuse("its Version is not 2021-06-01");
    if (!document["Statement"].is_array()) return refuse("its Statement is not a list");
  }
  Topic changed = **found;
  changed.data_protection_policy = policy;
  table_.put(std::move(changed));
  return {};
}

aws::Outcome<void> Topics::set_tags(const std::string& arn, const AttributeMap& add,
                                    const std::vector<std::string>& remove) {
  const auto* found = table_.topic(arn);
  if (!found) return aws::refuse(resource_not_found());
  Topic changed = *found;
  for (const auto& [key, value] : add) {
    if (key.empty() || key.size() > 128 || value.size() > 256) {
      return aws::refuse(
          invalid_parameter("Tags Reason: a key has 1 to 128 characters, a value at "
                            "most 256"));
    }
    changed.tags[key] = value;
  }
  for (const auto& key : remove) changed.tags.erase(key);
  if (changed.tags.size() > kMaxTags) {
    return aws::refuse(
        aws::AwsError{"TagLimitExceeded",
                      "Could not complete request: tag quota of per resource exceeded",
                      400,
                      {}});
  }
  table_.put(std::move(changed));
  return {};
}

}  // namespace loopgate::sns
