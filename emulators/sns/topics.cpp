// Topics and subscriptions; publishing is in topics_publish.cpp.
#include "emulators/sns/topics.h"

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

bool is_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTopicNameCharacters &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

aws::Outcome<void> check_topic_name(const std::string& name, bool fifo) {
  if (!fifo) {
    if (!is_topic_name(name)) return aws::refuse(invalid_parameter("Topic Name"));
    return {};
  }
  const std::string_view stem(name);
  if (!name.ends_with(".fifo") || !is_topic_name(stem.substr(0, stem.size() - 5))) {
    return aws::refuse(invalid_parameter_sentence(
        "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase "
        "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 "
        "characters "
        "long."));
  }
  return {};
}

constexpr std::array<std::string_view, 9> kProtocols = {
    "sqs", "lambda", "http", "https", "email", "email-json", "sms", "application", "firehose"};

bool needs_confirmation(std::string_view protocol) {
  return protocol.starts_with("http") || protocol.starts_with("email");
}

bool is_phone_number(std::string_view text) {
  return text.size() >= 6 && text.size() <= 16 && text[0] == '+' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
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
  if (protocol == "sms" && !is_phone_number(endpoint)) {
    return aws::refuse(invalid_parameter("Invalid SMS endpoint: " + endpoint));
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

bool has_attributes(const Subscription& existing, const AttributeMap& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& attribute) {
    const auto found = existing.attributes.find(attribute.first);
    return found != existing.attributes.end() && found->second == attribute.second;
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
    const bool same = std::ranges::all_of(topic.attributes, [&](const auto& attribute) {
      const auto found = existing->attributes.find(attribute.first);
      return found != existing->attributes.end() && found->second == attribute.second;
    });
    if (!same) {
      return aws::refuse(
          invalid_parameter("Attributes Reason: Topic already exists with different attributes"));
    }
    if (!tags.empty() && tags != existing->tags) {
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
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed || parsed->service != "sns" || parsed->resource.find(':') != std::string::npos) {
    return aws::refuse(invalid_parameter("TopicArn"));
  }
  const auto* found = table_.topic(arn);
  if (!found) return aws::refuse(topic_not_found());
  return found;
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
      {"EffectiveDeliveryPolicy", std::string(default_delivery_policy())},
  };
  if (topic.fifo) {
    out["FifoTopic"] = "true";
    out["ContentBasedDeduplication"] = "false";
  }
  for (const auto& [name, value] : topic.attributes) out[name] = value;
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

aws::Outcome<const Subscription*> Topics::confirm(const std::string& topic_arn,
                                                  const std::string& token) {
  const auto found = topic(topic_arn);
  if (!found) return aws::refuse(found.error());
  for (const auto& arn : table_.subscriptions_of(topic_arn)) {
    const auto* existing = table_.subscription(arn);
    if (existing->token.empty() || existing->token != token) continue;
    Subscription confirmed = *existing;
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
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed || parsed->service != "sns" || parsed->resource.find(':') == std::string::npos) {
    return aws::refuse(invalid_parameter("SubscriptionArn"));
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
