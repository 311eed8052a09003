#include "emulators/sns/confirmation.h"

#include <string_view>

#include "base/json.h"

namespace loopgate::sns {

std::string Confirmation::type() const {
  return kind == Kind::kSubscribe ? "SubscriptionConfirmation" : "UnsubscribeConfirmation";
}

std::string Confirmation::message() const {
  if (kind == Kind::kSubscribe) {
    return "You have chosen to subscribe to the topic " + topic_arn +
           ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
  }
  return "You have chosen to deactivate subscription " + subscription_arn +
         ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL "
         "included in this message.";
}

std::string string_to_sign(const Confirmation& confirmation) {
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    out.append(name).append("\n").append(value).append("\n");
  };
  add("Message", confirmation.message());
  add("MessageId", confirmation.message_id);
  add("SubscribeURL", confirmation.subscribe_url);
  add("Timestamp", to_iso8601(confirmation.at));
  add("Token", confirmation.token);
  add("TopicArn", confirmation.topic_arn);
  add("Type", confirmation.type());
  return out;
}

std::string render(const Confirmation& confirmation) {
  std::string out = "{\n  \"Type\" : " + quote_json(confirmation.type());
  const auto add = [&](std::string_view name, const std::string& value) {
    out.append(",\n  \"").append(name).append("\" : ").append(quote_json(value));
  };
  add("MessageId", confirmation.message_id);
  add("Token", confirmation.token);
  add("TopicArn", confirmation.topic_arn);
  add("Message", confirmation.message());
  add("SubscribeURL", confirmation.subscribe_url);
  add("Timestamp", to_iso8601(confirmation.at));
  add("SignatureVersion", confirmation.signature_version);
  add("Signature", confirmation.signature);
  add("SigningCertURL", confirmation.certificate_url);
  return out + "\n}";
}

}  // namespace loopgate::sns
