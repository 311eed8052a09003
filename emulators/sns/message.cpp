#include "emulators/sns/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/attribute_number.h"
#include "base/bytes.h"
#include "base/json.h"
#include "codec/base64.h"
#include "codec/regex.h"
#include "codec/text.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr bool is_ascii_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool is_letter_or_digit(std::string_view character) {
  static const auto kLetterOrDigit =
      codec::Regex::compile(R"([\p{L}\p{Nd}])", codec::Regex::Subject::kUtf8);
  return kLetterOrDigit && kLetterOrDigit->matches(character).value_or(false);
}

// The first code point of a name that may not stand there: letters of every script may (recorded on
// AWS of SQS, whose words are the same).
std::optional<std::int32_t> strange_character(std::string_view name) {
  while (!name.empty()) {
    const auto next = codec::first_code_point(name);
    const bool is_allowed = is_ascii_name_character(name.front()) ||
                            (next.value >= 0x80 && is_letter_or_digit(name.substr(0, next.size)));
    if (!is_allowed) return next.value < 0 ? 0xFFFD : next.value;
    name.remove_prefix(next.size);
  }
  return std::nullopt;
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
bool is_reserved(std::string_view name) {
  // These say how text messages and notifications are sent.
  for (const auto known : {"AWS.SNS.SMS.", "AWS.SNS.MOBILE.", "AWS.MM.SMS."}) {
    if (name.starts_with(known)) return false;
  }
  const auto lower = codec::lower(name.substr(0, 7));
  return lower.starts_with("aws.") || lower == "amazon.";
}

aws::Outcome<void> check_attribute_name(const std::string& name) {
  if (name.empty()) return aws::refuse(invalid_value("The message attribute name is empty."));
  if (name.size() > kMaxAttributeNameBytes) {
    return aws::refuse(
        invalid_value("Length of message attribute name must be less than 256 bytes."));
  }
  if (name.front() == '.') {
    return aws::refuse(
        invalid_value("Invalid message attribute name starting with character '.' was found."));
  }
  if (name.back() == '.') {
    return aws::refuse(
        invalid_value("Invalid message attribute name ending with character '.' was found."));
  }
  if (const auto strange = strange_character(name)) {
    return aws::refuse(invalid_value(fmt::format(
        "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can "
        "only include alphanumeric characters, hyphens, underscores, or dots.",
        *strange)));
  }
  if (name.find("..") != std::string::npos) {
    return aws::refuse(
        invalid_value("Message attribute name can not have successive '.' character."));
  }
  if (is_reserved(name)) {
    return aws::refuse(invalid_value(
        "Message attribute name can not start with 'AWS.' or 'Amazon.' in any casing."));
  }
  return {};
}

bool is_type(std::string_view type, std::string_view base) {
  return type == base ||
         (type.starts_with(base) && type.size() > base.size() + 1 && type[base.size()] == '.');
}

aws::Outcome<void> check_number(const std::string& name, const std::string& text) {
  switch (aws::fault_of_number(text)) {
    case aws::NumberFault::kNone:
      return {};
    case aws::NumberFault::kNotANumber:
      return aws::refuse(invalid_value(
          fmt::format("Could not cast message attribute '{}' value to number.", name)));
    case aws::NumberFault::kTooPrecise:
      return aws::refuse(invalid_value(fmt::format(
          "Message attribute '{}' number value [{}] must have less than 38 precision digits.", name,
          text)));
    case aws::NumberFault::kOutOfRange:
      return aws::refuse(invalid_value(
          fmt::format("Message attribute '{}' number value [{}] scale must be 10^-128 and 10^126.",
                      name, text)));
  }
  return {};
}

aws::Outcome<aws::MessageAttribute> parse_attribute(const std::string& name, const json& value,
                                                    std::size_t batch_entry) {
  if (auto checked = check_attribute_name(name); !checked) return aws::refuse(checked.error());
  const auto type_found = value.is_object() ? value.find("DataType") : value.end();
  if (!value.is_object() || type_found == value.end() || !type_found->is_string()) {
    const auto where = batch_entry == 0
                           ? std::string("messageAttributes.")
                           : "publishBatchRequestEntries." + std::to_string(batch_entry) +
                                 ".member.messageAttributes.";
    return aws::refuse(aws::validation_error("1 validation error detected: Value null at '" +
                                             where + name +
                                             ".member.dataType' failed to satisfy constraint: "
                                             "Member must not be null"));
  }
  aws::MessageAttribute attribute{name, type_found->get<std::string>(), {}};
  const bool binary = is_type(attribute.type, "Binary");
  if (!binary && !is_type(attribute.type, "String") && !is_type(attribute.type, "Number")) {
    return aws::refuse(invalid_value("The message attribute '" + name +
                                     "' has an invalid message attribute type, the set of "
                                     "supported type prefixes is Binary, Number, and String."));
  }
  const auto text = value.value("StringValue", std::string());
  const auto blob = value.value("BinaryValue", std::string());
  if (text.empty() && blob.empty()) {
    return aws::refuse(invalid_value("The message attribute '" + name +
                                     "' must contain non-empty message attribute value for message "
                                     "attribute type '" +
                                     attribute.type + "'."));
  }
  if ((binary ? blob : text).empty()) {
    return aws::refuse(invalid_value("The message attribute '" + name + "' with type '" +
                                     attribute.type + "' must use field '" +
                                     (binary ? "Binary" : "String") + "'."));
  }
  if (!binary) {
    if (is_type(attribute.type, "Number")) {
      if (auto checked = check_number(name, text); !checked) return aws::refuse(checked.error());
    }
    attribute.value = text;
    return attribute;
  }
  auto bytes = codec::base64_decode_text(blob);
  if (!bytes) {
    return aws::refuse(invalid_value("The message attribute '" + name + "' is not valid base64."));
  }
  attribute.value = std::move(*bytes);
  return attribute;
}

aws::Outcome<void> check_subject(const std::string& subject) {
  const bool printable =
      std::ranges::all_of(subject, [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (subject.empty() || subject.size() > kMaxSubjectCharacters || !printable ||
      subject.front() == ' ') {
    return aws::refuse(invalid_parameter("Subject"));
  }
  return {};
}

std::string value_text(const aws::MessageAttribute& attribute) {
  return attribute.type.starts_with("Binary") ? codec::base64_encode(as_bytes(attribute.value))
                                              : attribute.value;
}

}  // namespace

std::size_t message_size(const PublishRequest& request) {
  std::size_t size = request.message.size();
  for (const auto& attribute : request.attributes) {
    size += attribute.name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

aws::Outcome<void> check_message(const PublishRequest& request) {
  if (request.subject) {
    if (auto checked = check_subject(*request.subject); !checked) return checked;
  }
  if (request.message.empty()) return aws::refuse(invalid_parameter("Empty message"));
  if (message_size(request) > kMaxMessageBytes) {
    return aws::refuse(invalid_parameter("Message too long"));
  }
  return check_structure(request);
}

aws::Outcome<void> check_structure(const PublishRequest& request) {
  if (request.structure.empty()) return {};
  if (request.structure != "json") return aws::refuse(invalid_parameter("MessageStructure"));
  const auto message = read_json(request.message).value_or(nullptr);
  if (!message.is_object()) {
    return aws::refuse(invalid_parameter("Message Structure - JSON message body failed to parse"));
  }
  const auto fallback = message.find("default");
  if (fallback == message.end() || !fallback->is_string()) {
    return aws::refuse(
        invalid_parameter("Message Structure - No default entry in JSON message body"));
  }
  return {};
}

aws::Outcome<std::vector<aws::MessageAttribute>> parse_message_attributes(const json& attributes,
                                                                          std::size_t batch_entry) {
  std::vector<aws::MessageAttribute> parsed;
  if (!attributes.is_object()) return parsed;
  for (const auto& [name, value] : attributes.items()) {
    auto attribute = parse_attribute(name, value, batch_entry);
    if (!attribute) return aws::refuse(attribute.error());
    parsed.push_back(std::move(*attribute));
  }
  return parsed;
}

const std::string& Notification::text_for(const std::string& protocol) const {
  const auto own = by_protocol.find(protocol);
  return own == by_protocol.end() ? text : own->second;
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
std::string string_to_sign(const Notification& notification, const std::string& text) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(name).append("\n").append(value).append("\n");
  };
  add("Message", text);
  add("MessageId", notification.message_id);
  if (notification.subject) add("Subject", *notification.subject);
  add("Timestamp", to_iso8601(notification.at));
  add("TopicArn", notification.topic_arn);
  add("Type", "Notification");
  return out;
}

std::string render_envelope(const Notification& notification, const std::string& protocol,
                            const Seal& seal) {
  std::string out = "{\n  \"Type\" : \"Notification\"";
  const auto add = [&](std::string_view name, const std::string& value) {
    out += ",\n  \"" + std::string(name) + "\" : " + quote_json(value);
  };
  add("MessageId", notification.message_id);
  if (notification.is_fifo()) add("SequenceNumber", notification.sequence_number);
  add("TopicArn", notification.topic_arn);
  if (notification.subject) add("Subject", *notification.subject);
  add("Message", notification.text_for(protocol));
  add("Timestamp", to_iso8601(notification.at));
  if (notification.replayed) out += ",\n  \"Replayed\" : true";
  if (!seal.signature.empty()) {
    add("SignatureVersion", notification.signature_version);
    add("Signature", seal.signature);
    add("SigningCertURL", seal.certificate_url);
  }
  add("UnsubscribeURL", seal.unsubscribe_url);
  if (!notification.attributes.empty()) {
    out += ",\n  \"MessageAttributes\" : {";
    const char* separator = "\n";
    for (const auto& attribute : notification.attributes) {
      out += separator;
      out += "    " + quote_json(attribute.name) + " : {\"Type\":" + quote_json(attribute.type) +
             ",\"Value\":" + quote_json(value_text(attribute)) + "}";
      separator = ",\n";
    }
    out += "\n  }";
  }
  return out + "\n}";
}

std::string render_lambda_event(const Notification& notification,
                                const std::string& subscription_arn, const Seal& seal) {
  ordered_json attributes = ordered_json::object();
  for (const auto& attribute : notification.attributes) {
    attributes[attribute.name] = {{"Type", attribute.type}, {"Value", value_text(attribute)}};
  }
  ordered_json sns = {
      {"Type", "Notification"},
      {"MessageId", notification.message_id},
      {"TopicArn", notification.topic_arn},
      {"Subject", notification.subject ? ordered_json(*notification.subject) : ordered_json()},
      {"Message", notification.text_for("lambda")},
      {"Timestamp", to_iso8601(notification.at)},
      {"SignatureVersion", "1"},  // whatever the topic wants (recorded on AWS, 2024-01-04)
      {"Signature", seal.signature},
      {"SigningCertUrl", seal.certificate_url},
      {"UnsubscribeUrl", seal.unsubscribe_url},
      {"MessageAttributes", std::move(attributes)}};
  ordered_json record = {{"EventSource", "aws:sns"},
                         {"EventVersion", "1.0"},
                         {"EventSubscriptionArn", subscription_arn},
                         {"Sns", std::move(sns)}};
  ordered_json event;
  event["Records"] = ordered_json::array({std::move(record)});
  return write_json(event);
}

}  // namespace loopgate::sns
