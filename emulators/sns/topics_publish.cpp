// Publish: to each subscription in the order of subscribing, filtered; in which form is in
// topics_deliver.cpp.

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

aws::Outcome<void> Topics::check_form(const PublishRequest& request) const {
  const auto found = topic(request.topic_arn);
  if (!found) return aws::refuse(found.error());
  if (auto checked = check_fifo(**found, request); !checked) return checked;
  return check_structure(request);
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

Notification Topics::make_notification(const Topic& topic, const PublishRequest& request) {
  Notification notification;
  notification.topic_arn = topic.arn;
  notification.signature_version = topic.signature_version();
  notification.subject = request.subject;
  notification.attributes = request.attributes;
  read_structure(notification, request);
  return notification;
}

aws::Outcome<PublishResult> Topics::publish(const PublishRequest& given) {
  if (auto checked = check(given); !checked) return aws::refuse(checked.error());
  PublishRequest request = given;
  Topic topic = *table_.topic(request.topic_arn);  // a copy: an observer may change the table

  auto notification = make_notification(topic, request);
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
  notification.at = clock_.wall();
  if (topic.fifo) archive(topic, notification, request);

  tell(EventKind::kPublished, &topic, topic.name, notification.message_id, request.message.size());
  recent_.add(notification.message_id, request);
  Publication publication{notification, request};
  const auto matched = fan_out(topic, publication);
  if (observer_) {
    observer_({topic.arn, notification.message_id, notification.text, notification.attributes},
              matched);
  }
  return PublishResult{notification.message_id, notification.sequence_number};
}

std::size_t Topics::fan_out(const Topic& topic, Publication& publication) {
  const auto& notification = publication.notification;
  std::size_t matched = 0;
  const auto arns = table_.subscriptions_of(topic.arn);
  for (const auto& arn : arns) {
    const auto* subscription = table_.subscription(arn);
    if (!subscription || subscription->pending) continue;
    // What is published while a replay runs comes out of the archive as well: the order stays.
    if (topic.fifo && archive_.is_running(arn)) continue;
    const auto& text = notification.text_for(subscription->protocol);
    if (subscription->filter) {
      auto& subject =
          publication.subjects.try_emplace(&text, notification.attributes, text).first->second;
      if (auto why = subscription->filter->mismatch(subject)) {
        tell(EventKind::kFiltered, &topic, subscription->endpoint, std::move(*why), text.size());
        continue;
      }
    }
    ++matched;
    deliver(*subscription, publication);
  }
  return matched;
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

}  // namespace loopgate::sns
