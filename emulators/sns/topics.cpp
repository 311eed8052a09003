// Topics and subscriptions; publishing is in topics_publish.cpp.
#include "emulators/sns/topics.h"

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "codec/hex.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/phone_number.h"

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

constexpr std::array<std::string_view, 9> kProtocols = {
    "sqs", "lambda", "http", "https", "email", "email-json", "sms", "application", "firehose"};

bool needs_confirmation(std::string_view protocol) {
  return protocol.starts_with("http") || protocol.starts_with("email");
}

aws::Outcome<void> check_endpoint(const Topic& topic, const SubscribeRequest& request) {
  const auto& protocol = request.protocol;
  const auto& endpoint = request.endpoint;
  if (std::ranges::find(kProtocols, protocol) == kProtocols.end()) {
    return aws::refuse(
        invalid_parameter("Amazon SNS does not support this protocol string: " + protocol));
  }
  if (protocol == "application" || protocol == "firehose") {
    return aws::refuse(invalid_parameter("Protocol Reason: this sandbox does not deliver to " +
                                         protocol + " endpoints"));
  }
  if (endpoint.empty() || endpoint.size() > 2048) {
    return aws::refuse(invalid_parameter("Endpoint"));
  }
  if (protocol.starts_with("http") && !endpoint.starts_with(protocol + "://")) {
    return aws::refuse(invalid_parameter("Endpoint must match the specified protocol"));
  }
  if (protocol == "sms" && !is_sms_endpoint(endpoint)) {
    // Recorded on AWS, 2025-10-06.
    return aws::refuse(invalid_parameter_sentence("Invalid SMS endpoint: " + endpoint));
  }
  if (protocol.starts_with("email") && endpoint.find('@') == std::string::npos) {
    return aws::refuse(invalid_parameter("Email address"));
  }
  if (protocol != "sqs" && protocol != "lambda") return {};

  const auto arn = aws::Arn::parse(endpoint);
  if (!arn || arn->service != protocol) {
    return aws::refuse(
        invalid_parameter(protocol == "sqs" ? "SQS endpoint ARN" : "Lambda endpoint ARN"));
  }
  if (protocol == "sqs" && endpoint.ends_with(".fifo") && !topic.fifo) {
    return aws::refuse(
        invalid_parameter("Invalid parameter: Endpoint Reason: FIFO SQS Queues can "
                          "not be subscribed to standard SNS topics"));
  }
  if (protocol == "lambda" && topic.fifo) {
    return aws::refuse(
        invalid_parameter("Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"));
  }
  return {};
}

// What an attribute that was never set counts as.
std::string_view default_of(std::string_view attribute) {
  if (attribute == "FilterPolicyScope") return "MessageAttributes";
  if (attribute == "RawMessageDelivery") return "false";
  return "";
}

// Whether subscribing with these would find `existing` (recorded on AWS, 2025-10-06).
bool has_attributes(const Subscription& existing, const AttributeMap& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& attribute) {
    const auto found = existing.attributes.find(attribute.first);
    return attribute.second ==
           (found == existing.attributes.end() ? default_of(attribute.first) : found->second);
  });
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
    : table_(store), clock_(clock), random_(random), journal_(journal), dispatcher_(dispatcher) {}

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
    if (auto checked = check_topic_attribute(topic, key, value); !checked) {
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

void Topics::delete_topic(const std::string& arn) {
  table_.remove_topic(arn);
}

aws::Outcome<const Topic*> Topics::topic(const std::string& arn) const {
  if (const auto* found = table_.topic(arn)) return found;
  if (const auto parsed = read_topic_arn(arn, "TopicArn"); !parsed) {
    return aws::refuse(parsed.error());
  }
  return aws::refuse(topic_not_found());
}

aws::Outcome<AttributeMap> Topics::topic_attributes(const std::string& arn) const {
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
  if (auto checked = check_topic_attribute(**found, name, value); !checked) return checked;
  Topic changed = **found;
  if (value.empty()) {
    changed.attributes.erase(name);
  } else {
    changed.attributes[name] = value;
  }
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

aws::Outcome<const Subscription*> Topics::subscribe(const SubscribeRequest& request) {
  const auto found = topic(request.topic_arn);
  if (!found) return aws::refuse(found.error());
  const Topic& topic = **found;
  if (auto checked = check_endpoint(topic, request); !checked) return aws::refuse(checked.error());

  Subscription subscription;
  subscription.topic_arn = topic.arn;
  subscription.protocol = request.protocol;
  subscription.endpoint = request.endpoint;
  subscription.owner = request.owner;
  if (auto set = set_subscription_attributes(subscription, topic.fifo, request.attributes); !set) {
    return aws::refuse(set.error());
  }
  for (const auto& arn : table_.subscriptions_of(topic.arn)) {
    const auto* existing = table_.subscription(arn);
    if (existing->protocol != request.protocol || existing->endpoint != request.endpoint) continue;
    if (!has_attributes(*existing, subscription.attributes)) {
      return aws::refuse(invalid_parameter(
          "Attributes Reason: Subscription already exists with different attributes"));
    }
    return existing;
  }
  if (table_.subscriptions().size() >= kMaxSubscriptions) {
    return aws::refuse(aws::AwsError{"SubscriptionLimitExceeded",
                                     "The account has reached its limit of subscriptions.",
                                     403,
                                     {}});
  }
  subscription.arn = topic.arn + ":" + random_.uuid();
  subscription.pending = needs_confirmation(request.protocol);
  if (subscription.pending) {
    subscription.token = random_.hex(64);
    journal_.warn("SNS: the sandbox sends nothing to " + request.protocol + " endpoints; " +
                  request.endpoint +
                  " stays pending until ConfirmSubscription is called with the "
                  "token " +
                  subscription.token + ".");
  }
  const auto arn = subscription.arn;
  table_.put(std::move(subscription));
  return table_.subscription(arn);
}

// The token alone says which subscription is meant; of the topic only the form and the region count
// (recorded on AWS, 2023-10-12 and 2025-10-06).
aws::Outcome<const Subscription*> Topics::confirm(const std::string& topic_arn,
                                                  const std::string& region,
                                                  const std::string& token) {
  const auto topic = aws::Arn::parse(topic_arn);
  if (!topic || topic->service != "sns" || topic->region != region) {
    return aws::refuse(invalid_parameter("Topic"));
  }
  if (token.empty() || !codec::hex_decode(token)) {
    return aws::refuse(invalid_parameter_sentence("Invalid token"));
  }
  for (const auto& [arn, existing] : table_.subscriptions()) {
    if (existing.token != token || aws::Arn::parse(arn)->region != region) continue;
    Subscription confirmed = existing;
    confirmed.pending = false;
    table_.put(std::move(confirmed));
    return table_.subscription(arn);
  }
  return aws::refuse(invalid_parameter("Token"));
}

void Topics::unsubscribe(const std::string& arn) {
  const auto* found = table_.subscription(arn);
  if (!found) return;
  const auto* topic = table_.topic(found->topic_arn);
  table_.remove_subscription(arn);
  if (!topic) return;
  Topic changed = *topic;
  changed.subscriptions_deleted += 1;
  table_.put(std::move(changed));
}

aws::Outcome<const Subscription*> Topics::subscription(const std::string& arn) const {
  const auto* found = table_.subscription(arn);
  if (found) return found;
  if (const auto parsed = read_subscription_arn(arn); !parsed) {
    return aws::refuse(parsed.error());
  }
  return aws::refuse(subscription_not_found());
}

aws::Outcome<void> Topics::set_subscription_attribute(const std::string& arn,
                                                      const std::string& name,
                                                      const std::string& value) {
  const auto found = subscription(arn);
  if (!found) return aws::refuse(found.error());
  const auto* topic = table_.topic((*found)->topic_arn);
  Subscription changed = **found;
  auto set = sns::set_subscription_attribute(changed, topic && topic->fifo, name, value);
  if (!set) return set;
  table_.put(std::move(changed));
  return {};
}

}  // namespace loopgate::sns
