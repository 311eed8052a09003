// A message to one subscriber: what it gets, and by which way.
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {
namespace {

// Of what functions get: recorded on AWS, 2024-01-04.
constexpr const char* kLambdaVersion = "1";

}  // namespace

void Topics::deliver(const Subscription& subscription, Publication& publication) {
  const auto& protocol = subscription.protocol;
  if (protocol == "sqs") return deliver_to_queue(subscription, publication);
  if (protocol == "lambda") return deliver_to_function(subscription, publication);
  if (protocol.starts_with("http")) return deliver_by_http(subscription, publication);
  if (protocol.starts_with("email")) return deliver_by_email(subscription, publication);
  if (protocol == "sms") return deliver_by_sms(subscription, publication);
  if (protocol == "application") return deliver_to_device(subscription, publication);
  // A stream of Firehose, which the dispatcher knows, or says that it does not.
  deliver_to_queue(subscription, publication);
}

// Errors of queues and functions are the client's: SNS does not try again.
// https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
targets::Parcel Topics::parcel_for(const Subscription& subscription) const {
  return {.what = "SNS could not deliver",
          .arn = subscription.endpoint,
          .payload = {},
          .sender = {.principal = "sns.amazonaws.com",
                     .source_arn = subscription.topic_arn,
                     .sender_id = std::string(kSenderId)},
          .dead_letter_arn = subscription.dead_letter_queue,
          .no_dead_letter = ". The message is lost: the subscription has no RedrivePolicy."};
}

void Topics::deliver_to_queue(const Subscription& subscription, Publication& publication) {
  auto parcel = parcel_for(subscription);
  parcel.payload = payload_for(subscription, publication);
  // Groups of a FIFO topic do not become tenants of a standard queue (recorded, 2025-08-18). The
  // letter is what a queue of the topic's own kind would have got.
  if (publication.notification.is_fifo() && !subscription.endpoint.ends_with(".fifo")) {
    if (!subscription.dead_letter_queue.empty()) parcel.dead_letter = parcel.payload;
    parcel.payload.group_id.clear();
  }
  dispatcher_.dispatch(std::move(parcel));
}

void Topics::deliver_to_function(const Subscription& subscription, Publication& publication) {
  auto parcel = parcel_for(subscription);
  // The letter is what a queue would have got.
  if (!subscription.dead_letter_queue.empty()) {
    parcel.dead_letter = payload_for(subscription, publication);
  }
  const auto& notification = publication.notification;
  auto event_seal = seal(subscription, publication);
  if (notification.signature_version != kLambdaVersion) {
    const auto& text = notification.text_for(subscription.protocol);
    event_seal.signature = signer_.sign(kLambdaVersion, string_to_sign(notification, text));
  }
  parcel.payload.body = render_lambda_event(notification, subscription.arn, event_seal);
  dispatcher_.dispatch(std::move(parcel));
}

void Topics::deliver_by_http(const Subscription& subscription, Publication& publication) {
  auto payload = payload_for(subscription, publication);
  http_.send({.type = "Notification",
              .topic_arn = subscription.topic_arn,
              .subscription_arn = subscription.arn,
              .endpoint = subscription.endpoint,
              .message_id = publication.notification.message_id,
              .body = std::move(payload.body),
              .raw = subscription.raw,
              .attributes = std::move(payload.attributes)});
}

void Topics::deliver_by_email(const Subscription& subscription, Publication& publication) {
  const auto& notification = publication.notification;
  const auto arn = aws::Arn::parse(subscription.topic_arn);
  CapturedMessage message{.kind = "email",
                          .account = arn ? arn->account : "",
                          .region = arn ? arn->region : "",
                          .recipient = subscription.endpoint,
                          .message_id = notification.message_id,
                          .document = {}};
  if (subscription.protocol == "email-json") {
    message.document = read_json(render_envelope(notification, subscription.protocol,
                                                 seal(subscription, publication)))
                           .value_or(nullptr);
  } else {
    message.document = {{"Type", "Notification"},
                        {"MessageId", notification.message_id},
                        {"TopicArn", notification.topic_arn},
                        {"Subject", notification.subject.value_or("AWS Notification Message")},
                        {"Message", notification.text_for(subscription.protocol)},
                        {"UnsubscribeURL", unsubscribe_url(subscription)}};
  }
  message.document["SubscriptionArn"] = subscription.arn;
  captured_.add(message);
}

targets::Payload Topics::payload_for(const Subscription& subscription, Publication& publication) {
  const auto& notification = publication.notification;
  const auto& request = publication.request;
  targets::Payload payload;
  if (subscription.raw) {
    payload.body = notification.text_for(subscription.protocol);
    payload.attributes = notification.attributes;
  } else {
    payload.body =
        render_envelope(notification, subscription.protocol, seal(subscription, publication));
  }
  payload.group_id = request.group_id;
  payload.deduplication_id = request.deduplication_id;
  payload.trace_header = request.trace_header;
  return payload;
}

// What FIFO topics send is not signed (recorded on AWS, 2025-08-18).
Seal Topics::seal(const Subscription& subscription, Publication& publication) {
  const auto& notification = publication.notification;
  Seal out;
  out.unsubscribe_url = unsubscribe_url(subscription);
  if (notification.is_fifo()) return out;
  const auto& text = notification.text_for(subscription.protocol);
  auto& signature = publication.signatures[&text];
  if (signature.empty()) {
    signature = signer_.sign(notification.signature_version, string_to_sign(notification, text));
  }
  out.signature = signature;
  out.certificate_url =
      base_url(subscription) + std::string(Signer::kPath) + signer_.certificate_name();
  return out;
}

std::string Topics::base_url(const Subscription& subscription) const {
  if (!subscription.base_url.empty()) return subscription.base_url;
  if (!public_url_.empty()) return public_url_;
  const auto arn = aws::Arn::parse(subscription.topic_arn);
  return "https://sns." + (arn ? arn->region : std::string("us-east-1")) + ".amazonaws.com";
}

std::string Topics::unsubscribe_url(const Subscription& subscription) const {
  return base_url(subscription) + "/?Action=Unsubscribe&SubscriptionArn=" + subscription.arn;
}

}  // namespace loopgate::sns
