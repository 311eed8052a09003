// Publish: to each subscription in the order of subscribing, filtered, in its form.

#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/sha256.h"
#include "emulators/sns/attributes.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kSenderId = "AIDAISMY7JYY5F7RTT6AO";  // SNS's own, as AWS shows it

bool is_fifo_id(std::string_view id) {
  constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  if (id.empty() || id.size() > kMaxFifoIdCharacters) return false;
  for (const char c : id) {
    const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alnum && kPunctuation.find(c) == std::string_view::npos) return false;
  }
  return true;
}

bool content_based(const Topic& topic) {
  const auto found = topic.attributes.find("ContentBasedDeduplication");
  return found != topic.attributes.end() && is_true(found->second);
}

// One window for the whole topic, or one per group.
std::string deduplication_key(const Topic& topic, const PublishRequest& request,
                              const std::string& id) {
  const auto scope = topic.attributes.find("FifoThroughputScope");
  const bool per_group = scope != topic.attributes.end() && scope->second == "MessageGroup";
  return per_group ? request.group_id + '\n' + id : id;
}

// Twenty digits, as SNS writes them.
std::string sequence_text(std::int64_t sequence) {
  auto digits = std::to_string(sequence);
  return "1" + std::string(19 - digits.size(), '0') + digits;
}

void read_structure(Notification& notification, const PublishRequest& request) {
  notification.text = request.message;
  if (request.structure != "json") return;
  const auto message = read_json(request.message).value_or(nullptr);
  for (const auto& [protocol, text] : message.items()) {
    if (text.is_string()) notification.by_protocol[protocol] = text.get<std::string>();
  }
  notification.text = notification.by_protocol["default"];
}

}  // namespace

aws::Outcome<void> Topics::check(const PublishRequest& request) const {
  if (auto checked = check_message(request); !checked) return checked;
  const auto found = topic(request.topic_arn);
  if (!found) return aws::refuse(found.error());
  return check_fifo(**found, request);
}

aws::Outcome<void> Topics::check_fifo(const Topic& topic, const PublishRequest& request) const {
  if (!request.group_id.empty() && !is_fifo_id(request.group_id)) {
    return aws::refuse(
        invalid_parameter("MessageGroupId Reason: it has 1 to 128 alphanumeric and "
                          "punctuation characters"));
  }
  if (!topic.fifo) {
    if (request.deduplication_id.empty()) return {};
    return aws::refuse(invalid_parameter(
        "MessageDeduplicationId Reason: The request includes "
        "MessageDeduplicationId parameter that is not valid for this topic type"));
  }
  if (request.group_id.empty()) {
    return aws::refuse(
        invalid_parameter("The MessageGroupId parameter is required for FIFO topics"));
  }
  if (request.deduplication_id.empty()) {
    if (content_based(topic)) return {};
    return aws::refuse(
        invalid_parameter("The topic should either have ContentBasedDeduplication enabled or "
                          "MessageDeduplicationId provided explicitly"));
  }
  if (!is_fifo_id(request.deduplication_id)) {
    return aws::refuse(
        invalid_parameter("MessageDeduplicationId Reason: it has 1 to 128 "
                          "alphanumeric and punctuation characters"));
  }
  return {};
}

aws::Outcome<PublishResult> Topics::publish(const PublishRequest& given) {
  if (auto checked = check(given); !checked) return aws::refuse(checked.error());
  PublishRequest request = given;
  Topic topic = *table_.topic(request.topic_arn);  // a copy: an observer may change the table

  Notification notification;
  if (topic.fifo) {
    if (request.deduplication_id.empty())
      request.deduplication_id = codec::sha256_hex(as_bytes(request.message));
    const auto key = deduplication_key(topic, request, request.deduplication_id);
    if (const auto seen = table_.seen(topic.arn, key, clock_.wall())) {
      return PublishResult{seen->message_id, seen->sequence_number};
    }
    notification.sequence_number = sequence_text(++topic.last_sequence);
    notification.message_id = random_.uuid();
    table_.put(topic);
    table_.remember(topic.arn, key, {notification.message_id, notification.sequence_number},
                    clock_.wall() + kDeduplicationWindow);
  } else {
    notification.message_id = random_.uuid();
  }
  notification.topic_arn = topic.arn;
  notification.subject = request.subject;
  notification.attributes = request.attributes;
  notification.at = clock_.wall();
  read_structure(notification, request);

  tell(EventKind::kPublished, &topic, topic.name, notification.message_id, request.message.size());
  const auto matched = fan_out(topic, notification, request);
  if (observer_) {
    observer_({topic.arn, notification.message_id, notification.text, notification.attributes},
              matched);
  }
  return PublishResult{notification.message_id, notification.sequence_number};
}

std::size_t Topics::fan_out(const Topic& topic, const Notification& notification,
                            const PublishRequest& request) {
  std::size_t matched = 0;
  const auto arns = table_.subscriptions_of(topic.arn);
  for (const auto& arn : arns) {
    const auto* subscription = table_.subscription(arn);
    if (!subscription || subscription->pending) continue;
    const auto& text = notification.text_for(subscription->protocol);
    if (subscription->filter) {
      if (auto why = subscription->filter->mismatch(notification.attributes, text)) {
        tell(EventKind::kFiltered, &topic, subscription->endpoint, std::move(*why), text.size());
        continue;
      }
    }
    ++matched;
    deliver(*subscription, notification, request);
  }
  return matched;
}

// Errors of queues and functions are the client's: SNS does not try again.
// https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
void Topics::deliver(const Subscription& subscription, const Notification& notification,
                     const PublishRequest& request) {
  targets::Payload payload;
  if (subscription.protocol == "lambda") {
    payload.body =
        render_lambda_event(notification, subscription.arn, unsubscribe_url(subscription));
  } else if (subscription.protocol != "sqs") {
    tell(EventKind::kWarning, nullptr, subscription.endpoint,
         "SNS message " + notification.message_id +
             " was not delivered: the sandbox sends nothing "
             "to " +
             subscription.protocol + " endpoints.",
         0);
    return;
  } else if (subscription.raw) {
    payload.body = notification.text_for("sqs");
    payload.attributes = notification.attributes;
  } else {
    payload.body = render_envelope(notification, "sqs", unsubscribe_url(subscription));
  }
  payload.group_id = request.group_id;
  payload.deduplication_id = request.deduplication_id;
  dispatcher_.dispatch(
      {.what = "SNS could not deliver",
       .arn = subscription.endpoint,
       .payload = std::move(payload),
       .sender = {.principal = "sns.amazonaws.com",
                  .source_arn = subscription.topic_arn,
                  .sender_id = std::string(kSenderId)},
       .dead_letter_arn = subscription.dead_letter_queue,
       .no_dead_letter = ". The message is lost: the subscription has no RedrivePolicy."});
}

void Topics::tell(EventKind kind, const Topic* topic, const std::string& subject, std::string text,
                  std::size_t size) {
  Event event;
  event.kind = kind;
  event.subject = journal_.intern(subject);
  if (topic) event.region = journal_.intern(topic->region);
  event.size = static_cast<std::uint32_t>(size);
  event.text = std::move(text);
  journal_.append(std::move(event));
}

std::string Topics::unsubscribe_url(const Subscription& subscription) const {
  std::string base = public_url_;
  if (base.empty()) {
    const auto* topic = table_.topic(subscription.topic_arn);
    base = "https://sns." + (topic ? topic->region : std::string("us-east-1")) + ".amazonaws.com";
  }
  return base + "/?Action=Unsubscribe&SubscriptionArn=" + subscription.arn;
}

}  // namespace loopgate::sns
