#include "emulators/sqs/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/text.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

struct NumberRule {
  std::string_view name;
  std::int64_t least;
  std::int64_t most;
  const char* standard;  // the default; null: not shown unless set
};

constexpr NumberRule kNumbers[] = {
    {"DelaySeconds", 0, kMaxDelaySeconds, "0"},
    {"MaximumMessageSize", 1024, static_cast<std::int64_t>(kMaxMessageBytes), "1048576"},
    {"MessageRetentionPeriod", 60, 1'209'600, "345600"},
    {"ReceiveMessageWaitTimeSeconds", 0, kMaxWaitSeconds, "0"},
    {"VisibilityTimeout", 0, kMaxVisibilitySeconds, "30"},
    {"KmsDataKeyReusePeriodSeconds", 60, 86'400, nullptr},
};

struct ChoiceRule {
  std::string_view name;
  std::string_view first;
  std::string_view second;
  bool fifo_only;
  const char* standard;  // on the queues that have it; null: not shown unless set

  bool is_boolean() const { return first == "true"; }
};

constexpr ChoiceRule kChoices[] = {
    {"FifoQueue", "true", "false", true, "true"},
    {"ContentBasedDeduplication", "true", "false", true, "false"},
    {"DeduplicationScope", "queue", "messageGroup", true, "queue"},
    {"FifoThroughputLimit", "perQueue", "perMessageGroupId", true, "perQueue"},
    {"SqsManagedSseEnabled", "true", "false", false, "true"},
};

constexpr std::string_view kTexts[] = {"Policy", "RedrivePolicy", "RedriveAllowPolicy",
                                       "KmsMasterKeyId"};

const NumberRule* number_rule(std::string_view name) {
  const auto* found = std::ranges::find(kNumbers, name, &NumberRule::name);
  return found == std::end(kNumbers) ? nullptr : found;
}

const ChoiceRule* choice_rule(std::string_view name) {
  const auto* found = std::ranges::find(kChoices, name, &ChoiceRule::name);
  return found == std::end(kChoices) ? nullptr : found;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Booleans come in any case: "True" is what Python makes of one.
std::string normal_form(const std::string& name, const std::string& value) {
  const auto* rule = choice_rule(name);
  return rule != nullptr && rule->is_boolean() ? codec::lower(value) : value;
}

aws::Outcome<void> check_one(bool is_fifo, const std::string& name, const std::string& value) {
  if (const auto* rule = number_rule(name)) {
    const auto number = parse_number(value);
    if (number && *number >= rule->least && *number <= rule->most) return {};
    return aws::refuse(invalid_attribute_value(
        name, fmt::format("Must be an integer from {} to {}.", rule->least, rule->most)));
  }
  if (const auto* rule = choice_rule(name)) {
    if (rule->fifo_only && !is_fifo) {
      return aws::refuse(rule->is_boolean() ? unknown_attribute(name) : only_for_fifo(name));
    }
    if (name == "FifoQueue" && value == "false") {
      return aws::refuse(invalid_attribute_value(name, "Modifying queue type is not supported."));
    }
    if (value == rule->first || value == rule->second) return {};
    return aws::refuse(
        invalid_attribute_value(name, fmt::format("Must be {} or {}.", rule->first, rule->second)));
  }
  if (std::ranges::find(kTexts, name) == std::end(kTexts))
    return aws::refuse(unknown_attribute(name));
  if (value.size() > kMaxPolicyBytes)
    return aws::refuse(invalid_attribute_value(name, "It is too long."));
  return {};
}

json parse_object(const std::string& text) {
  auto value = read_json(text).value_or(nullptr);
  return value.is_object() ? value : json();
}

// maxReceiveCount comes as a number or as text.
std::optional<std::int64_t> read_count(const json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_string()) return parse_number(value.get_ref<const std::string&>());
  return std::nullopt;
}

aws::Outcome<RedrivePolicy> read_redrive(const QueueKey& queue, const std::string& text) {
  const auto refuse = [&](std::string_view reason) {
    return aws::refuse(invalid_parameter_value(text, "RedrivePolicy", reason));
  };
  const auto policy = parse_object(text);
  if (policy.is_null()) return refuse("Redrive policy is not a valid JSON map.");
  const auto target = policy.find("deadLetterTargetArn");
  if (target == policy.end() || !target->is_string()) {
    return refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  }
  const auto count_at = policy.find("maxReceiveCount");
  if (count_at == policy.end()) {
    return refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  }
  const auto count = read_count(*count_at);
  if (!count || *count < 1 || *count > kMaxReceiveCount) {
    return refuse(
        fmt::format("Invalid value for maxReceiveCount: {}, valid values are from 1 to {} both "
                    "inclusive.",
                    write_json(*count_at, JsonText::kAscii), kMaxReceiveCount));
  }
  const auto key = QueueKey::from_arn(target->get_ref<const std::string&>());
  if (!key) return refuse("Invalid value for deadLetterTargetArn.");
  if (key->is_fifo() != queue.is_fifo()) {
    return refuse("Dead-letter queue must be same type of queue as the source.");
  }
  return RedrivePolicy{key->arn(), *count};
}

aws::Outcome<RedriveAllowPolicy> read_redrive_allow(const std::string& text) {
  const auto refuse = [&](std::string_view reason) {
    return aws::refuse(invalid_parameter_value(text, "RedriveAllowPolicy", reason));
  };
  const auto policy = parse_object(text);
  if (policy.is_null())
    return refuse("Amazon SQS can't create the redrive allow policy, as it's not JSON.");
  RedriveAllowPolicy out;
  const auto permission = policy.value("redrivePermission", json());
  if (permission == "denyAll") {
    out.permission = RedriveAllowPolicy::Permission::kDenyAll;
  } else if (permission == "byQueue") {
    out.permission = RedriveAllowPolicy::Permission::kByQueue;
  } else if (permission != "allowAll") {
    return refuse("redrivePermission must be allowAll, denyAll or byQueue.");
  }
  const auto sources = policy.value("sourceQueueArns", json::array());
  const bool by_queue = out.permission == RedriveAllowPolicy::Permission::kByQueue;
  if (!sources.is_array() || sources.size() > 10 || by_queue == sources.empty()) {
    return refuse(
        "sourceQueueArns must be a list of 1 to 10 ARNs with byQueue, and absent without it.");
  }
  for (const auto& source : sources) {
    if (!source.is_string()) return refuse("sourceQueueArns must be a list of ARNs.");
    out.source_arns.push_back(source.get<std::string>());
  }
  return out;
}

// Of a value that passed its rule.
std::int64_t number_of(const AttributeMap& given, std::string_view name) {
  if (const auto found = given.find(std::string(name)); found != given.end()) {
    return parse_number(found->second).value_or(0);
  }
  return parse_number(number_rule(name)->standard).value_or(0);
}

bool is(const AttributeMap& given, const char* name, std::string_view value) {
  const auto found = given.find(name);
  return found != given.end() && found->second == value;
}

// One kind of encryption at a time: the one that was asked for last.
aws::Outcome<void> choose_encryption(AttributeMap& given, const AttributeMap& changes) {
  const auto key = changes.find("KmsMasterKeyId");
  const bool by_key = key != changes.end() && !key->second.empty();
  const bool by_queue =
      changes.contains("SqsManagedSseEnabled") && is(given, "SqsManagedSseEnabled", "true");
  if (by_key && by_queue) return aws::refuse(two_encryptions());
  if (by_key) given["SqsManagedSseEnabled"] = "false";
  if (by_queue) given.erase("KmsMasterKeyId");
  if (!given.contains("KmsMasterKeyId") && (by_queue || key != changes.end())) {
    given.erase("KmsDataKeyReusePeriodSeconds");
  }
  return {};
}

aws::Outcome<void> check_together(const Settings& settings) {
  if (settings.given.contains("Policy") && parse_object(settings.given.at("Policy")).is_null()) {
    return aws::refuse(invalid_attribute_value("Policy", "It is not valid JSON."));
  }
  if (is(settings.given, "FifoThroughputLimit", "perMessageGroupId") &&
      !settings.deduplicates_by_group) {
    return aws::refuse(
        invalid_parameter_value("perMessageGroupId", "FifoThroughputLimit",
                                "perMessageGroupId needs DeduplicationScope to be messageGroup."));
  }
  return {};
}

}  // namespace

bool is_arn(std::string_view text) {
  return aws::Arn::parse(text).has_value();
}

std::optional<QueueKey> QueueKey::from_arn(std::string_view text) {
  auto arn = aws::Arn::parse(text);
  if (!arn || arn->service != "sqs" || arn->resource.empty()) return std::nullopt;
  return QueueKey{std::move(arn->account), std::move(arn->region), std::move(arn->resource)};
}

std::string QueueKey::arn() const {
  return fmt::format("arn:aws:sqs:{}:{}:{}", region, account, name);
}

bool RedriveAllowPolicy::allows(std::string_view source_arn) const {
  if (permission != Permission::kByQueue) return permission == Permission::kAllowAll;
  return std::ranges::find(source_arns, source_arn) != source_arns.end();
}

aws::Outcome<Settings> Settings::make(const QueueKey& queue, const AttributeMap& given,
                                      const AttributeMap& changes) {
  Settings out;
  out.given = given;
  out.is_fifo = queue.is_fifo();
  for (const auto& [name, value] : changes) {
    if (value.empty() && std::ranges::find(kTexts, name) != std::end(kTexts)) {
      out.given.erase(name);
      continue;
    }
    auto normal = normal_form(name, value);
    if (auto checked = check_one(out.is_fifo, name, normal); !checked)
      return aws::refuse(checked.error());
    out.given[name] = std::move(normal);
  }
  if (auto encrypted = choose_encryption(out.given, changes); !encrypted) {
    return aws::refuse(encrypted.error());
  }
  out.delay = std::chrono::seconds(number_of(out.given, "DelaySeconds"));
  out.visibility = std::chrono::seconds(number_of(out.given, "VisibilityTimeout"));
  out.wait = std::chrono::seconds(number_of(out.given, "ReceiveMessageWaitTimeSeconds"));
  out.retention = std::chrono::seconds(number_of(out.given, "MessageRetentionPeriod"));
  out.max_message_bytes = number_of(out.given, "MaximumMessageSize");
  out.content_based_deduplication = is(out.given, "ContentBasedDeduplication", "true");
  out.deduplicates_by_group = is(out.given, "DeduplicationScope", "messageGroup");
  if (const auto found = out.given.find("RedrivePolicy"); found != out.given.end()) {
    auto redrive = read_redrive(queue, found->second);
    if (!redrive) return aws::refuse(redrive.error());
    out.redrive = std::move(*redrive);
  }
  if (const auto found = out.given.find("RedriveAllowPolicy"); found != out.given.end()) {
    auto allow = read_redrive_allow(found->second);
    if (!allow) return aws::refuse(allow.error());
    out.redrive_allow = std::move(*allow);
  }
  if (auto checked = check_together(out); !checked) return aws::refuse(checked.error());
  return out;
}

AttributeMap Settings::shown() const {
  auto out = given;
  for (const auto& rule : kNumbers) {
    if (rule.standard != nullptr) out.try_emplace(std::string(rule.name), rule.standard);
  }
  for (const auto& rule : kChoices) {
    if (!rule.fifo_only || is_fifo) out.try_emplace(std::string(rule.name), rule.standard);
  }
  return out;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameChars && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

aws::Outcome<void> check_queue_name(std::string_view name, bool is_fifo) {
  const bool ends_fifo = name.ends_with(".fifo");
  if (is_fifo && !ends_fifo) {
    return aws::refuse(
        invalid_parameter("The name of a FIFO queue can only include alphanumeric characters, "
                          "hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in "
                          "length"));
  }
  const auto stem = is_fifo ? name.substr(0, name.size() - 5) : name;
  if (name.size() > kMaxNameChars || !is_plain_name(stem)) {
    return aws::refuse(invalid_parameter(
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"));
  }
  return {};
}

}  // namespace loopgate::sqs
