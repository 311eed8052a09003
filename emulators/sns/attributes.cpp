#include "emulators/sns/attributes.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/rules/json_tokens.h"
#include "emulators/sns/archive.h"
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 9> kTopicAttributes = {
    "DeliveryPolicy", "DisplayName",    "Policy",
    "TracingConfig",  "KmsMasterKeyId", "SignatureVersion",
    "ArchivePolicy",  "FifoTopic",      "ContentBasedDeduplication"};
constexpr std::array<std::string_view, 5> kFeedbackPrefixes = {"HTTP", "Firehose", "Lambda",
                                                               "Application", "SQS"};
constexpr std::array<std::string_view, 3> kFeedbackSuffixes = {
    "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"};
constexpr std::array<std::string_view, 4> kPlainSubscriptionAttributes = {
    "DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy", "FirehoseDeliveryStreamArn"};

bool is_feedback_attribute(std::string_view name) {
  return std::ranges::any_of(kFeedbackPrefixes, [&](std::string_view prefix) {
    return name.starts_with(prefix) &&
           std::ranges::find(kFeedbackSuffixes, name.substr(prefix.size())) !=
               kFeedbackSuffixes.end();
  });
}

bool is_boolean(std::string_view text) {
  return is_true(text) || text == "false" || text == "False" || text == "FALSE";
}

aws::Outcome<std::string> parse_redrive_policy(const Subscription& subscription,
                                               const std::string& value, bool fifo_topic) {
  if (const auto fault = rules::find_json_fault(value)) {
    return aws::refuse(invalid_parameter("RedrivePolicy: failed to parse JSON. " + fault->reason +
                                         rules::place_in_hidden_source(fault->place)));
  }
  const auto policy = read_json(value).value_or(nullptr);
  const auto found = policy.find("deadLetterTargetArn");
  if (found == policy.end() || !found->is_string()) {
    return aws::refuse(invalid_parameter("RedrivePolicy: deadLetterTargetArn is an invalid arn"));
  }
  auto arn = found->get<std::string>();
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed || parsed->service != "sqs") {
    return aws::refuse(invalid_parameter("RedrivePolicy: deadLetterTargetArn is an invalid arn"));
  }
  // Recorded on AWS, 2025-08-18; a standard queue of a FIFO topic may have either.
  if (fifo_topic && subscription.endpoint.ends_with(".fifo") && !arn.ends_with(".fifo")) {
    return aws::refuse(
        invalid_parameter("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to "
                          "a FIFO Topic."));
  }
  return arn;
}

aws::Outcome<void> set_filter(Subscription& subscription, const std::string& policy,
                              FilterScope scope) {
  auto parsed = FilterPolicy::parse(policy, scope);
  if (!parsed) return aws::refuse(parsed.error());
  subscription.filter = std::move(*parsed);
  return {};
}

std::string value_of(const AttributeMap& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

FilterScope scope_of(const Subscription& subscription) {
  return parse_filter_scope(value_of(subscription.attributes, "FilterPolicyScope"))
      .value_or(FilterScope::kMessageAttributes);
}

void store_attribute(Subscription& subscription, const std::string& name, std::string value) {
  if (value.empty()) {
    subscription.attributes.erase(name);
  } else {
    subscription.attributes[name] = std::move(value);
  }
}

aws::Outcome<void> set_filter_policy(Subscription& subscription, const std::string& value) {
  if (value.empty()) {
    subscription.filter.reset();
  } else if (auto set = set_filter(subscription, value, scope_of(subscription)); !set) {
    return set;
  }
  store_attribute(subscription, "FilterPolicy", value);
  return {};
}

aws::Outcome<void> set_filter_scope(Subscription& subscription, const std::string& value) {
  const auto scope = parse_filter_scope(value);
  if (!scope) {
    return aws::refuse(invalid_parameter("FilterPolicyScope: Invalid value [" + value +
                                         "]. Please use either MessageBody or MessageAttributes"));
  }
  if (const auto policy = value_of(subscription.attributes, "FilterPolicy"); !policy.empty()) {
    if (auto set = set_filter(subscription, policy, *scope); !set) return set;
  }
  store_attribute(subscription, "FilterPolicyScope", value);
  return {};
}

}  // namespace

bool is_true(std::string_view text) {
  return text.size() == 4 && std::ranges::equal(text, std::string_view("true"), {},
                                                [](char c) { return static_cast<char>(c | 0x20); });
}

aws::Outcome<void> check_topic_attribute(const Topic& topic, const std::string& name,
                                         const std::string& value) {
  if (value.size() > kMaxAttributeBytes) {
    return aws::refuse(invalid_parameter("AttributeValue Reason: too long"));
  }
  const bool fifo_only = name == "ContentBasedDeduplication" || name == "FifoThroughputScope";
  const bool known = fifo_only || is_feedback_attribute(name) ||
                     std::ranges::find(kTopicAttributes, name) != kTopicAttributes.end();
  if (!known || (fifo_only && !topic.fifo)) return aws::refuse(invalid_parameter("AttributeName"));
  if (name == "ContentBasedDeduplication" && !value.empty() && !is_boolean(value)) {
    return aws::refuse(
        invalid_parameter("Attributes Reason: ContentBasedDeduplication: Invalid "
                          "value [" +
                          value + "]. Must be true or false."));
  }
  if (name == "FifoThroughputScope" && value != "Topic" && value != "MessageGroup") {
    return aws::refuse(
        invalid_parameter("Attributes Reason: FifoThroughputScope must be Topic or MessageGroup"));
  }
  if (name == "SignatureVersion" && !value.empty() && value != "1" && value != "2") {
    return aws::refuse(invalid_parameter("SignatureVersion Reason: must be 1 or 2"));
  }
  if (name == "ArchivePolicy" && !value.empty()) {
    if (!topic.fifo) {
      return aws::refuse(
          invalid_parameter("ArchivePolicy Reason: only FIFO topics archive messages"));
    }
    const auto policy = parse_archive_policy(value);
    if (!policy) return aws::refuse(policy.error());
  }
  if (name == "DeliveryPolicy" && !value.empty()) {
    if (auto checked = check_topic_delivery_policy(value); !checked) return checked;
  }
  if (name == "Policy" && !value.empty()) {
    if (value.size() > kMaxPolicyBytes) return aws::refuse(invalid_parameter("Policy too long"));
    const auto policy = read_json(value).value_or(nullptr);
    if (!policy.is_object() || !policy.contains("Statement")) {
      return aws::refuse(
          invalid_parameter("Policy Error: the policy is not a JSON object with a "
                            "Statement"));
    }
  }
  return {};
}

aws::Outcome<void> set_subscription_attribute(Subscription& subscription, bool fifo_topic,
                                              const std::string& name, const std::string& value) {
  if (value.size() > kMaxAttributeBytes) {
    return aws::refuse(invalid_parameter("AttributeValue Reason: too long"));
  }
  if (name == "FilterPolicy") return set_filter_policy(subscription, value);
  if (name == "FilterPolicyScope") return set_filter_scope(subscription, value);
  if (name == "RawMessageDelivery") {
    if (!is_boolean(value)) {
      return aws::refuse(invalid_parameter("RawMessageDelivery: Invalid value [" + value +
                                           "]. Must be true or false."));
    }
    if (is_true(value) && (subscription.protocol == "lambda" || subscription.protocol == "sms" ||
                           subscription.protocol.starts_with("email"))) {
      return aws::refuse(invalid_parameter("Attributes Reason: Delivery protocol [" +
                                           subscription.protocol +
                                           "] does not support raw message delivery."));
    }
    subscription.raw = is_true(value);
    store_attribute(subscription, name, subscription.raw ? "true" : "false");
    return {};
  }
  if (name == "RedrivePolicy") {
    std::string queue;
    if (!value.empty()) {
      auto parsed = parse_redrive_policy(subscription, value, fifo_topic);
      if (!parsed) return aws::refuse(parsed.error());
      queue = std::move(*parsed);
    }
    subscription.dead_letter_queue = std::move(queue);
    store_attribute(subscription, name, value);
    return {};
  }
  if (name == "DeliveryPolicy" && !value.empty()) {
    if (auto checked = check_subscription_delivery_policy(value); !checked) return checked;
  }
  if (std::ranges::find(kPlainSubscriptionAttributes, name) == kPlainSubscriptionAttributes.end()) {
    return aws::refuse(invalid_parameter("AttributeName"));
  }
  store_attribute(subscription, name, value);
  return {};
}

aws::Outcome<void> set_subscription_attributes(Subscription& subscription, bool fifo_topic,
                                               const AttributeMap& attributes) {
  const auto set = [&](const std::string& name, const std::string& value) -> aws::Outcome<void> {
    auto done = set_subscription_attribute(subscription, fifo_topic, name, value);
    if (!done) return aws::refuse(as_subscribe_error(done.error()));
    return {};
  };
  // The scope decides what the policy may contain.
  if (const auto scope = attributes.find("FilterPolicyScope"); scope != attributes.end()) {
    if (auto done = set(scope->first, scope->second); !done) return done;
  }
  for (const auto& [name, value] : attributes) {
    if (name == "FilterPolicyScope") continue;
    if (auto done = set(name, value); !done) return done;
  }
  return {};
}

std::string default_topic_policy(const Topic& topic) {
  return write_json(json{
      {"Version", "2008-10-17"},
      {"Id", "__default_policy_ID"},
      {"Statement",
       json::array({{{"Sid", "__default_statement_ID"},
                     {"Effect", "Allow"},
                     {"Principal", {{"AWS", "*"}}},
                     {"Action",
                      {"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission",
                       "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe",
                       "SNS:ListSubscriptionsByTopic", "SNS:Publish"}},
                     {"Resource", topic.arn},
                     {"Condition", {{"StringEquals", {{"AWS:SourceOwner", topic.account}}}}}}})}});
}

}  // namespace loopgate::sns
