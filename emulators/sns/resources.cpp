#include "emulators/sns/resources.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulators/sns/attributes.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using cfn::property_text;
using nlohmann::json;

constexpr std::array<std::string_view, 9> kTopicProperties = {
    "DisplayName",         "FifoTopic",        "ContentBasedDeduplication",
    "KmsMasterKeyId",      "TracingConfig",    "ArchivePolicy",
    "FifoThroughputScope", "SignatureVersion", "DeliveryPolicy"};
constexpr std::array<std::string_view, 7> kSubscriptionProperties = {
    "FilterPolicy",   "FilterPolicyScope",   "RawMessageDelivery", "RedrivePolicy",
    "DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy"};

AttributeMap topic_attributes(const json& properties) {
  AttributeMap attributes;
  for (const auto name : kTopicProperties) {
    auto value = property_text(properties, std::string(name));
    if (!value.empty()) attributes[std::string(name)] = std::move(value);
  }
  return attributes;
}

AttributeMap subscription_attributes(const json& properties) {
  AttributeMap attributes;
  for (const auto name : kSubscriptionProperties) {
    auto value = property_text(properties, std::string(name));
    if (!value.empty()) attributes[std::string(name)] = std::move(value);
  }
  return attributes;
}

cfn::ResourceState topic_state(const std::string& arn) {
  return {arn, {{"TopicArn", arn}, {"TopicName", arn.substr(arn.rfind(':') + 1)}}};
}

}  // namespace

std::vector<std::string_view> TopicResource::attributes(std::string_view) const {
  return {"TopicArn", "TopicName"};
}

std::vector<std::string_view> TopicResource::properties(std::string_view) const {
  return {"ArchivePolicy",
          "ContentBasedDeduplication",
          "DataProtectionPolicy",
          "DeliveryStatusLogging",
          "DisplayName",
          "FifoThroughputScope",
          "FifoTopic",
          "KmsMasterKeyId",
          "MaximumMessageSize",
          "SignatureVersion",
          "Subscription",
          "Tags",
          "TopicName",
          "TracingConfig"};
}

Status TopicResource::validate(const cfn::ResourceRequest& request,
                               std::vector<std::string>& warnings) {
  (void)warnings;
  const bool fifo = is_true(property_text(request.properties, "FifoTopic"));
  const auto name = property_text(request.properties, "TopicName");
  if (fifo && !name.empty() && !cfn::is_unresolved(name) && !name.ends_with(".fifo")) {
    return fail_at(request, "/TopicName", "the TopicName of a FIFO topic must end with .fifo");
  }
  const auto subscriptions = request.properties.find("Subscription");
  if (subscriptions != request.properties.end() && !subscriptions->is_array()) {
    return fail_at(request, "/Subscription", "Subscription must be a list");
  }
  return {};
}

Result<cfn::ResourceState> TopicResource::make(const cfn::ResourceRequest& request) {
  auto name = property_text(request.properties, "TopicName");
  const auto attributes = topic_attributes(request.properties);
  if (name.empty()) {
    const bool fifo = is_true(property_text(request.properties, "FifoTopic"));
    name = generated_name(request, random_, kMaxTopicNameCharacters, fifo ? ".fifo" : "");
  }
  // CreateTopic would find the topic of somebody else, and a rollback would delete it.
  if (topics_.table().topic(topic_arn(request.stack->account, request.stack->region, name))) {
    return fail_at(request, "/TopicName", "a topic named " + name + " exists already");
  }
  const auto arn = topics_.create_topic(request.stack->account, request.stack->region, name,
                                        attributes, cfn::property_tags(request.properties));
  if (!arn) {
    return fail_at(request, "/TopicName", arn.error().message);
  }
  auto finished = set_data_protection(request, *arn);
  if (finished) finished = subscribe_inline(request, *arn);
  if (!finished) {
    (void)topics_.delete_topic(*arn, true);
    return std::unexpected(finished.error());
  }
  return topic_state(*arn);
}

Status TopicResource::set_data_protection(const cfn::ResourceRequest& request,
                                          const std::string& arn) {
  const auto wanted = property_text(request.properties, "DataProtectionPolicy");
  if (topics_.table().topic(arn)->data_protection_policy == wanted) return {};
  const auto set = topics_.set_data_protection_policy(arn, wanted);
  if (!set) return fail_at(request, "/DataProtectionPolicy", set.error().message);
  return {};
}

Status TopicResource::subscribe_inline(const cfn::ResourceRequest& request,
                                       const std::string& arn) {
  const auto list = request.properties.value("Subscription", json::array());
  if (!list.is_array()) return {};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto done = topics_.subscribe({arn,
                                         property_text(list[i], "Protocol"),
                                         property_text(list[i], "Endpoint"),
                                         request.stack->account,
                                         {}});
    if (!done) {
      return fail_at(request, "/Subscription/" + std::to_string(i), done.error().message);
    }
  }
  return {};
}

void TopicResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void TopicResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "TopicName") || changes(request, "FifoTopic") ||
      !topics_.topic(request.physical_id)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

Result<cfn::ResourceState> TopicResource::change(const cfn::ResourceRequest& request) {
  const auto& arn = request.physical_id;
  if (auto set = set_attributes(request); !set) return std::unexpected(set.error());
  if (auto set = set_data_protection(request, arn); !set) return std::unexpected(set.error());
  if (auto subscribed = subscribe_inline(request, arn); !subscribed) {
    return std::unexpected(subscribed.error());
  }
  unsubscribe_gone(request);
  std::vector<std::string> stale;
  for (const auto& [key, value] : cfn::property_tags(request.old_properties)) stale.push_back(key);
  (void)topics_.set_tags(arn, {}, stale);
  if (const auto set = topics_.set_tags(arn, cfn::property_tags(request.properties), {}); !set) {
    return fail_at(request, "/Tags", set.error().message);
  }
  return topic_state(arn);
}

Status TopicResource::set_attributes(const cfn::ResourceRequest& request) {
  auto wanted = topic_attributes(request.properties);
  for (const auto& [name, value] : topic_attributes(request.old_properties)) {
    wanted.try_emplace(name, "");
  }
  wanted.erase("FifoTopic");
  for (const auto& [name, value] : wanted) {
    if (const auto set = topics_.set_topic_attribute(request.physical_id, name, value); !set) {
      return fail_at(request, "/" + name, set.error().message);
    }
  }
  return {};
}

// What the old list had and the new one has not.
void TopicResource::unsubscribe_gone(const cfn::ResourceRequest& request) {
  const auto old_list = request.old_properties.value("Subscription", json::array());
  const auto new_list = request.properties.value("Subscription", json::array());
  const auto subscriptions = topics_.table().subscriptions_of(request.physical_id);
  for (const auto& gone : old_list.is_array() ? old_list : json::array()) {
    if (std::ranges::find(new_list, gone) != new_list.end()) continue;
    for (const auto& each : subscriptions) {
      const auto* subscription = topics_.table().subscription(each);
      if (subscription && subscription->endpoint == property_text(gone, "Endpoint") &&
          subscription->protocol == property_text(gone, "Protocol")) {
        topics_.unsubscribe(each);
      }
    }
  }
}

void TopicResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)topics_.delete_topic(request.physical_id, true);
  done({});
}

std::vector<std::string_view> SubscriptionResource::attributes(std::string_view) const {
  return {"Arn"};
}

std::vector<std::string_view> SubscriptionResource::properties(std::string_view) const {
  return {"DeliveryPolicy",      "Endpoint", "FilterPolicy",
          "FilterPolicyScope",   "Protocol", "RawMessageDelivery",
          "RedrivePolicy",       "Region",   "ReplayPolicy",
          "SubscriptionRoleArn", "TopicArn"};
}

// What can be said before any ARN is known: the filter policy.
Status SubscriptionResource::validate(const cfn::ResourceRequest& request,
                                      std::vector<std::string>& warnings) {
  (void)warnings;
  for (const char* name : {"Protocol", "TopicArn"}) {
    if (property_text(request.properties, name).empty()) {
      return fail_at(request, "", std::string("property ") + name + " is required");
    }
  }
  const auto policy = property_text(request.properties, "FilterPolicy");
  if (policy.empty() || cfn::is_unresolved(policy)) return {};
  const auto scope_text = property_text(request.properties, "FilterPolicyScope");
  const auto scope = parse_filter_scope(scope_text.empty() ? "MessageAttributes" : scope_text);
  if (!scope) {
    return fail_at(request, "/FilterPolicyScope",
                   "FilterPolicyScope must be MessageAttributes or MessageBody");
  }
  const auto parsed = FilterPolicy::parse(policy, *scope);
  if (parsed) return {};
  return fail_at(request, "/FilterPolicy", parsed.error().message);
}

Result<cfn::ResourceState> SubscriptionResource::make(const cfn::ResourceRequest& request) {
  const auto subscribed = topics_.subscribe(
      {property_text(request.properties, "TopicArn"), property_text(request.properties, "Protocol"),
       property_text(request.properties, "Endpoint"), request.stack->account,
       subscription_attributes(request.properties)});
  if (!subscribed) {
    return fail_at(request, "", subscribed.error().message);
  }
  const auto& arn = (*subscribed)->arn;
  return cfn::ResourceState{arn, {{"Arn", arn}}};
}

void SubscriptionResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void SubscriptionResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "TopicArn") || changes(request, "Protocol") ||
      changes(request, "Endpoint") || !topics_.subscription(request.physical_id)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

Result<cfn::ResourceState> SubscriptionResource::change(const cfn::ResourceRequest& request) {
  const auto& arn = request.physical_id;
  auto wanted = subscription_attributes(request.properties);
  for (const auto& [name, value] : subscription_attributes(request.old_properties)) {
    wanted.try_emplace(name, name == "RawMessageDelivery"  ? "false"
                             : name == "FilterPolicyScope" ? "MessageAttributes"
                                                           : "");
  }
  // The old policy goes first: it need not make sense in the new scope.
  if (wanted.contains("FilterPolicyScope")) {
    (void)topics_.set_subscription_attribute(arn, "FilterPolicy", "");
    const auto& scope = wanted["FilterPolicyScope"];
    if (const auto set = topics_.set_subscription_attribute(arn, "FilterPolicyScope", scope);
        !set) {
      return fail_at(request, "/FilterPolicyScope", set.error().message);
    }
    wanted.erase("FilterPolicyScope");
  }
  for (const auto& [name, value] : wanted) {
    if (const auto set = topics_.set_subscription_attribute(arn, name, value); !set) {
      return fail_at(request, "/" + name, set.error().message);
    }
  }
  return cfn::ResourceState{arn, {{"Arn", arn}}};
}

void SubscriptionResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  topics_.unsubscribe(request.physical_id);
  done({});
}

}  // namespace loopgate::sns
