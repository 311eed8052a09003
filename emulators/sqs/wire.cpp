#include "emulators/sqs/wire.h"

#include <fmt/format.h>

#include "codec/base64.h"
#include "emulators/sqs/errors.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

aws::Outcome<aws::MessageAttribute> read_attribute(const std::string& name, const json& value) {
  aws::MessageAttribute out{name, text_param(value, "DataType"), {}};
  if (!out.type.starts_with("Binary")) {
    out.value = text_param(value, "StringValue");
    return out;
  }
  auto bytes = codec::base64_decode_text(text_param(value, "BinaryValue"));
  if (!bytes) {
    return aws::refuse(invalid_parameter(
        fmt::format("The message attribute '{}' is not valid base64.", name.substr(0, 100))));
  }
  out.value = std::move(*bytes);
  return out;
}

}  // namespace

std::optional<std::int64_t> integer_param(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::map<std::string, std::string> map_param(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return {};
  return found->get<std::map<std::string, std::string>>();
}

std::vector<std::string> list_param(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return {};
  return found->get<std::vector<std::string>>();
}

std::string queue_url(const QueueKey& key, std::string_view base_url) {
  return fmt::format("{}/{}/{}", base_url, key.account, key.name);
}

std::optional<QueueKey> parse_queue_url(std::string_view url, std::string_view account,
                                        std::string_view region) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    const auto path = url.find('/', scheme + 3);
    url = path == std::string_view::npos ? std::string_view() : url.substr(path + 1);
  }
  while (url.starts_with('/')) url.remove_prefix(1);
  const auto slash = url.rfind('/');
  const auto name = slash == std::string_view::npos ? url : url.substr(slash + 1);
  if (name.empty()) return std::nullopt;
  if (slash != std::string_view::npos) {
    account = url.substr(0, slash);
    if (const auto before = account.rfind('/'); before != std::string_view::npos) {
      account.remove_prefix(before + 1);
    }
  }
  return QueueKey{std::string(account), std::string(region), std::string(name)};
}

aws::Outcome<QueueKey> called_queue(const Queues& queues, const http::ApiCall& call) {
  const auto url = text_param(call.params, "QueueUrl");
  if (url.empty()) return aws::refuse(missing_parameter("QueueUrl"));
  const auto key = parse_queue_url(url, call.caller.account, call.caller.region);
  if (!key) return aws::refuse(invalid_address(url));
  const auto policy = queues.policy(*key);
  if (!policy) return aws::refuse(queue_does_not_exist());
  if (key->account != call.caller.account && policy->empty()) {
    return aws::refuse(aws::access_denied(fmt::format(
        "Access to the resource {} is denied: it is of another account and has no policy.", url)));
  }
  return *key;
}

aws::Outcome<Attributes> read_attributes(const json& params, const char* name) {
  Attributes out;
  const auto found = params.find(name);
  if (found == params.end()) return out;
  for (const auto& [key, value] : found->items()) {
    auto attribute = read_attribute(key, value);
    if (!attribute) return aws::refuse(attribute.error());
    out.push_back(std::move(*attribute));
  }
  return out;
}

json write_attributes(const Attributes& attributes) {
  json out = json::object();
  for (const auto& attribute : attributes) {
    const bool is_binary = attribute.type.starts_with("Binary");
    out[attribute.name] = {
        {"DataType", attribute.type},
        {is_binary ? "BinaryValue" : "StringValue",
         is_binary ? codec::base64_encode(as_bytes(attribute.value)) : attribute.value}};
  }
  return out;
}

aws::Outcome<SendRequest> read_message(const json& params, const http::Caller& caller) {
  SendRequest out;
  out.body = text_param(params, "MessageBody");
  auto attributes = read_attributes(params, "MessageAttributes");
  if (!attributes) return aws::refuse(attributes.error());
  out.attributes = std::move(*attributes);
  auto system = read_attributes(params, "MessageSystemAttributes");
  if (!system) return aws::refuse(system.error());
  out.system_attributes = std::move(*system);
  out.delay_seconds = integer_param(params, "DelaySeconds");
  out.group_id = text_param(params, "MessageGroupId");
  out.deduplication_id = text_param(params, "MessageDeduplicationId");
  out.sender_id = caller.account;
  return out;
}

std::map<std::string, std::string> system_attributes(const Message& message) {
  std::map<std::string, std::string> out = {
      {"SentTimestamp", std::to_string(to_millis(message.sent))},
      {"ApproximateReceiveCount", std::to_string(message.receive_count)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.emplace(name, value);
  };
  if (message.receive_count > 0) {
    add("ApproximateFirstReceiveTimestamp", std::to_string(to_millis(message.first_received)));
  }
  add("SenderId", message.sender_id);
  add("MessageGroupId", message.group_id);
  add("MessageDeduplicationId", message.deduplication_id);
  add("SequenceNumber", message.sequence_number);
  add("DeadLetterQueueSourceArn", message.dead_letter_source);
  for (const auto& attribute : message.system_attributes)
    add(attribute.name.c_str(), attribute.value);
  return out;
}

}  // namespace loopgate::sqs
