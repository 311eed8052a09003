// To telephones and mobile devices: by a topic, or directly. None of it leaves the machine.
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/base64.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/phone_number.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

json attributes_document(const std::vector<aws::MessageAttribute>& attributes) {
  json out = json::object();
  for (const auto& each : attributes) {
    const bool is_binary = each.type.starts_with("Binary");
    out[each.name] = {{"DataType", each.type},
                      {is_binary ? "BinaryValue" : "StringValue",
                       is_binary ? codec::base64_encode(as_bytes(each.value)) : each.value}};
  }
  return out;
}

json or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

// What both kinds of documents have.
json document_of(const PublishRequest& request, const std::string& message_id, std::string text) {
  return {{"MessageId", message_id},
          {"Message", std::move(text)},
          {"MessageAttributes", attributes_document(request.attributes)},
          {"MessageStructure", or_null(request.structure)},
          {"Subject", request.subject ? json(*request.subject) : json()},
          {"TopicArn", nullptr}};
}

// Of MessageStructure json: the text of the first protocol that has one.
std::string text_of(const PublishRequest& request, const std::string& protocol) {
  if (request.structure != "json") return request.message;
  const auto message = read_json(request.message).value_or(json::object());
  for (const auto& name : {protocol, std::string("default")}) {
    if (const auto own = message.find(name); own != message.end() && own->is_string()) {
      return own->get<std::string>();
    }
  }
  return {};
}

}  // namespace

aws::Outcome<PublishResult> Topics::publish_to_number(const Sms::Place& place,
                                                      const std::string& number,
                                                      const PublishRequest& request) {
  if (!is_e164(number)) {
    // Recorded on AWS, 2023-08-25.
    return aws::refuse(
        invalid_parameter("PhoneNumber Reason: " + number + " is not valid to publish to"));
  }
  if (auto checked = check_message(request); !checked) return aws::refuse(checked.error());
  const auto message_id = random_.uuid();
  if (sms_.is_opted_out(place, number)) {
    tell(EventKind::kWarning, nullptr, number,
         "SNS message " + message_id + " was not sent: the number has opted out.",
         request.message.size());
    return PublishResult{message_id, ""};
  }
  auto document = document_of(request, message_id, text_of(request, "sms"));
  document["PhoneNumber"] = number;
  document["SubscriptionArn"] = nullptr;
  captured_.add({.kind = "sms",
                 .account = place.account,
                 .region = place.region,
                 .recipient = number,
                 .message_id = message_id,
                 .document = std::move(document)});
  return PublishResult{message_id, ""};
}

aws::Outcome<PublishResult> Topics::publish_to_endpoint(const std::string& arn,
                                                        std::string_view parameter,
                                                        const PublishRequest& request) {
  if (auto checked = check_message(request); !checked) return aws::refuse(checked.error());
  const auto endpoint = platforms_.find_endpoint(arn);
  if (!endpoint) {
    // Recorded on AWS, 2023-08-24.
    return aws::refuse(invalid_parameter(
        std::string(parameter) + " Reason: No endpoint found for the target arn specified"));
  }
  if (endpoint->attributes.at("Enabled") != "true") return aws::refuse(endpoint_disabled());
  const auto parsed = aws::Arn::parse(arn);
  const auto message_id = random_.uuid();
  auto document = document_of(request, message_id, text_of(request, platform_of(arn)));
  document["TargetArn"] = arn;
  captured_.add({.kind = "application",
                 .account = parsed ? parsed->account : "",
                 .region = parsed ? parsed->region : "",
                 .recipient = arn,
                 .message_id = message_id,
                 .document = std::move(document)});
  return PublishResult{message_id, ""};
}

void Topics::deliver_by_sms(const Subscription& subscription, Publication& publication) {
  const auto& notification = publication.notification;
  const auto topic = aws::Arn::parse(subscription.topic_arn);
  const Sms::Place place{topic ? topic->account : "", topic ? topic->region : ""};
  if (sms_.is_opted_out(place, subscription.endpoint)) {
    return dispatcher_.give_up(parcel_for(subscription),
                               {"OptedOut", "the number has opted out", 400, {}});
  }
  auto document =
      document_of(publication.request, notification.message_id, notification.text_for("sms"));
  document["PhoneNumber"] = subscription.endpoint;
  document["TopicArn"] = subscription.topic_arn;
  document["SubscriptionArn"] = subscription.arn;
  captured_.add({.kind = "sms",
                 .account = place.account,
                 .region = place.region,
                 .recipient = subscription.endpoint,
                 .message_id = notification.message_id,
                 .document = std::move(document)});
}

void Topics::deliver_to_device(const Subscription& subscription, Publication& publication) {
  const auto& notification = publication.notification;
  const auto& arn = subscription.endpoint;
  const auto endpoint = platforms_.find_endpoint(arn);
  if (!endpoint || endpoint->attributes.at("Enabled") != "true") {
    auto parcel = parcel_for(subscription);
    parcel.payload = payload_for(subscription, publication);
    const auto error = endpoint ? endpoint_disabled() : not_found("Endpoint does not exist");
    return dispatcher_.give_up(parcel, error);
  }
  const auto parsed = aws::Arn::parse(arn);
  const auto platform = platform_of(arn);
  const auto own = notification.by_protocol.find(platform);
  auto document =
      document_of(publication.request, notification.message_id,
                  own == notification.by_protocol.end() ? notification.text : own->second);
  document["TargetArn"] = arn;
  document["TopicArn"] = subscription.topic_arn;
  captured_.add({.kind = "application",
                 .account = parsed ? parsed->account : "",
                 .region = parsed ? parsed->region : "",
                 .recipient = arn,
                 .message_id = notification.message_id,
                 .document = std::move(document)});
}

}  // namespace loopgate::sns
