// Subscriptions: how they begin, are confirmed, and end.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/hex.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/phone_number.h"
#include "emulators/sns/topics.h"
#include "io/http_client.h"

namespace loopgate::sns {
namespace {

constexpr std::size_t kTokenDigits = 160;

constexpr std::array<std::string_view, 9> kProtocols = {
    "sqs", "lambda", "http", "https", "email", "email-json", "sms", "application", "firehose"};

// Whose endpoints are ARNs, and of which service.
struct ArnEndpoint {
  std::string_view protocol;
  std::string_view service;
  std::string_view name;
};
constexpr std::array<ArnEndpoint, 4> kArnEndpoints = {{{"sqs", "sqs", "SQS"},
                                                       {"lambda", "lambda", "Lambda"},
                                                       {"application", "sns", "Application"},
                                                       {"firehose", "firehose", "Firehose"}}};

bool confirms_by_address(std::string_view protocol) {
  return protocol.starts_with("http") || protocol.starts_with("email");
}

// Whoever subscribes a queue of another account must be let by its owner, who finds the token in
// the queue. https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
bool needs_confirmation(const Subscription& subscription) {
  const bool is_foreign = subscription.protocol == "sqs" &&
                          aws::account_of(subscription.endpoint) != subscription.owner;
  return confirms_by_address(subscription.protocol) || is_foreign;
}

aws::Outcome<void> check_endpoint(const Topic& topic, const SubscribeRequest& request) {
  const auto& protocol = request.protocol;
  const auto& endpoint = request.endpoint;
  if (std::ranges::find(kProtocols, protocol) == kProtocols.end()) {
    return aws::refuse(
        invalid_parameter("Amazon SNS does not support this protocol string: " + protocol));
  }
  if (endpoint.empty() || endpoint.size() > 2048) {
    return aws::refuse(invalid_parameter("Endpoint"));
  }
  if (protocol.starts_with("http")) {
    if (!endpoint.starts_with(protocol + "://")) {
      return aws::refuse(invalid_parameter("Endpoint must match the specified protocol"));
    }
    if (const auto url = io::Url::parse(endpoint); !url) {
      return aws::refuse(invalid_parameter("Endpoint Reason: " + url.error().message));
    }
  }
  if (protocol == "sms" && !is_sms_endpoint(endpoint)) {
    // Recorded on AWS, 2025-10-06.
    return aws::refuse(invalid_parameter_sentence("Invalid SMS endpoint: " + endpoint));
  }
  if (protocol.starts_with("email") && endpoint.find('@') == std::string::npos) {
    return aws::refuse(invalid_parameter("Email address"));
  }
  if (protocol != "sqs" && topic.fifo) {
    return aws::refuse(
        invalid_parameter("Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"));
  }
  const auto* const needs_arn = std::ranges::find(kArnEndpoints, protocol, &ArnEndpoint::protocol);
  if (needs_arn == kArnEndpoints.end()) return {};

  const auto arn = aws::Arn::parse(endpoint);
  if (!arn || arn->service != needs_arn->service ||
      (protocol == "application" && !arn->resource.starts_with("endpoint/"))) {
    return aws::refuse(invalid_parameter(std::string(needs_arn->name) + " endpoint ARN"));
  }
  if (protocol == "firehose" && !request.attributes.contains("SubscriptionRoleArn")) {
    return aws::refuse(invalid_parameter("Attributes Reason: SubscriptionRoleArn is required"));
  }
  if (protocol == "sqs" && endpoint.ends_with(".fifo") && !topic.fifo) {
    return aws::refuse(
        invalid_parameter("Invalid parameter: Endpoint Reason: FIFO SQS Queues can "
                          "not be subscribed to standard SNS topics"));
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

}  // namespace

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
    if (existing->pending) {
      send_confirmation(Confirmation::Kind::kSubscribe, *existing, existing->token);
    }
    return existing;
  }
  if (table_.subscriptions().size() >= kMaxSubscriptions) {
    return aws::refuse(aws::AwsError{"SubscriptionLimitExceeded",
                                     "The account has reached its limit of subscriptions.",
                                     403,
                                     {}});
  }
  if (const auto replay = subscription.attributes.find("ReplayPolicy");
      replay != subscription.attributes.end()) {
    if (auto checked = check_replay(&topic, replay->second); !checked) {
      return aws::refuse(as_subscribe_error(checked.error()));
    }
  }
  if (subscription.filter && table_.filter_policies_of(topic.arn) >= kMaxFilterPoliciesPerTopic) {
    return aws::refuse(too_many_filter_policies());
  }
  subscription.arn = topic.arn + ":" + random_.uuid();
  subscription.created = clock_.wall();
  subscription.base_url = request.base_url == public_url_ ? std::string() : request.base_url;
  subscription.pending = !request.is_agreed && needs_confirmation(subscription);
  if (subscription.pending) {
    subscription.token = random_.hex(kTokenDigits);
    subscription.authenticated = false;
  }
  const auto arn = subscription.arn;
  table_.put(std::move(subscription));
  const auto* made = table_.subscription(arn);
  if (made->pending) {
    send_confirmation(Confirmation::Kind::kSubscribe, *made, made->token);
    await_confirmation(*made);
  }
  if (made->attributes.contains("ReplayPolicy")) start_replay(*made);
  return made;
}

// The token alone says which subscription is meant; of the topic only the form and the region count
// (recorded on AWS, 2023-10-12 and 2025-10-06).
aws::Outcome<const Subscription*> Topics::confirm(const std::string& topic_arn,
                                                  const std::string& region,
                                                  const std::string& token, Confirmer confirmer) {
  const auto topic = aws::Arn::parse(topic_arn);
  if (!topic || topic->service != "sns" || (!region.empty() && topic->region != region)) {
    return aws::refuse(invalid_parameter("Topic"));
  }
  if (token.empty() || !codec::hex_decode(token)) {
    return aws::refuse(invalid_parameter_sentence("Invalid token"));
  }
  for (const auto& [arn, existing] : table_.subscriptions()) {
    if (existing.token != token) continue;
    if (aws::Arn::parse(arn)->region != topic->region) {
      return aws::refuse(invalid_parameter("Topic"));
    }
    if (!existing.pending) return &existing;
    Subscription confirmed = existing;
    confirmed.pending = false;
    confirmed.authenticated = confirmer.authenticated;
    confirmed.owners_only = confirmer.owners_only;
    table_.put(std::move(confirmed));
    return table_.subscription(arn);
  }
  auto cancelled = cancelled_.take(token, clock_.wall());
  const auto* former = cancelled ? table_.topic(cancelled->topic_arn) : nullptr;
  if (former == nullptr) return aws::refuse(invalid_parameter("Token"));
  const auto attributes = std::exchange(cancelled->attributes, {});
  if (auto set = set_subscription_attributes(*cancelled, former->fifo, attributes); !set) {
    return aws::refuse(set.error());
  }
  cancelled->created = clock_.wall();
  cancelled->token = token;
  cancelled->authenticated = confirmer.authenticated;
  cancelled->owners_only = confirmer.owners_only;
  const auto arn = cancelled->arn;
  table_.put(*std::move(cancelled));
  return table_.subscription(arn);
}

void Topics::unsubscribe(const std::string& arn) {
  const auto* found = table_.subscription(arn);
  if (!found) return;
  const Subscription gone = *found;
  const auto* topic = table_.topic(gone.topic_arn);
  table_.remove_subscription(arn);
  if (!topic) return;
  Topic changed = *topic;
  changed.subscriptions_deleted += 1;
  table_.put(std::move(changed));
  if (gone.pending || !confirms_by_address(gone.protocol)) return;
  const auto token = random_.hex(kTokenDigits);
  cancelled_.put(token, gone, clock_.wall() + kTokenLifetime);
  send_confirmation(Confirmation::Kind::kUnsubscribe, gone, token);
}

void Topics::send_confirmation(Confirmation::Kind kind, const Subscription& subscription,
                               const std::string& token) {
  const auto* topic = table_.topic(subscription.topic_arn);
  if (topic == nullptr) return;
  Confirmation confirmation{
      .kind = kind,
      .topic_arn = topic->arn,
      .subscription_arn = subscription.arn,
      .message_id = random_.uuid(),
      .token = token,
      .subscribe_url = base_url(subscription) +
                       "/?Action=ConfirmSubscription&TopicArn=" + topic->arn + "&Token=" + token,
      .at = clock_.wall(),
      .signature_version = topic->signature_version(),
      .certificate_url =
          base_url(subscription) + std::string(Signer::kPath) + signer_.certificate_name()};
  confirmation.signature =
      signer_.sign(confirmation.signature_version, string_to_sign(confirmation));
  if (subscription.protocol.starts_with("http")) {
    return http_.send({.type = confirmation.type(),
                       .topic_arn = topic->arn,
                       .subscription_arn = subscription.arn,
                       .endpoint = subscription.endpoint,
                       .message_id = confirmation.message_id,
                       .body = render(confirmation)});
  }
  if (subscription.protocol == "sqs") {
    auto parcel = parcel_for(subscription);
    parcel.payload.body = render(confirmation);
    parcel.payload.group_id = topic->fifo ? confirmation.message_id : std::string();
    parcel.payload.deduplication_id = parcel.payload.group_id;
    return dispatcher_.dispatch(std::move(parcel));
  }
  captured_.add({.kind = "email",
                 .account = topic->account,
                 .region = topic->region,
                 .recipient = subscription.endpoint,
                 .message_id = confirmation.message_id,
                 .document = read_json(render(confirmation)).value_or(nullptr)});
}

// Who does not confirm is not subscribed after all.
void Topics::await_confirmation(const Subscription& subscription) {
  if (!subscription.pending || subscription.created == WallTime{}) return;
  const auto until = subscription.created + kPendingLifetime;
  if (pending_until_ && *pending_until_ <= until) return;
  pending_until_ = until;
  pending_timer_.set_at(clock_.at_wall(until), [this] { expire_pending(); });
}

void Topics::expire_pending() {
  pending_until_.reset();
  std::vector<std::string> gone;
  for (const auto& [arn, subscription] : table_.subscriptions()) {
    const bool is_over = subscription.pending && subscription.created != WallTime{} &&
                         subscription.created + kPendingLifetime <= clock_.wall();
    if (is_over) {
      gone.push_back(arn);
    } else {
      await_confirmation(subscription);
    }
  }
  for (const auto& arn : gone) {
    journal_.warn(
        fmt::format("SNS: the subscription of {} to {} was not confirmed within {} hours "
                    "and is deleted",
                    table_.subscription(arn)->endpoint, table_.subscription(arn)->topic_arn,
                    kPendingLifetime.count()));
    table_.remove_subscription(arn);
  }
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
  if (name == "ReplayPolicy") {
    if (auto checked = check_replay(topic, value); !checked) return checked;
  }
  auto set = sns::set_subscription_attribute(changed, topic && topic->fifo, name, value);
  if (!set) return set;
  if (changed.filter && !(*found)->filter &&
      table_.filter_policies_of(changed.topic_arn) >= kMaxFilterPoliciesPerTopic) {
    return aws::refuse(too_many_filter_policies());
  }
  table_.put(std::move(changed));
  if (name == "ReplayPolicy") start_replay(*table_.subscription(arn));
  return {};
}

}  // namespace loopgate::sns
