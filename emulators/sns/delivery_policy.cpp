#include "emulators/sns/delivery_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/rules/json_tokens.h"
#include "codec/text.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kBackoffs = {"linear", "arithmetic", "geometric",
                                                       "exponential"};
constexpr std::array<std::string_view, 11> kContentTypes = {"text/css",
                                                            "text/csv",
                                                            "text/html",
                                                            "text/plain",
                                                            "text/xml",
                                                            "application/atom+xml",
                                                            "application/json",
                                                            "application/octet-stream",
                                                            "application/soap+xml",
                                                            "application/x-www-form-urlencoded",
                                                            "application/xml"};

ordered_json default_policy() {
  return {{"http",
           {{"defaultHealthyRetryPolicy",
             {{"minDelayTarget", 20},
              {"maxDelayTarget", 20},
              {"numRetries", 3},
              {"numMaxDelayRetries", 0},
              {"numNoDelayRetries", 0},
              {"numMinDelayRetries", 0},
              {"backoffFunction", "linear"}}},
            {"disableSubscriptionOverrides", false},
            {"defaultRequestPolicy", {{"headerContentType", "text/plain; charset=UTF-8"}}}}}};
}

// The given "http" part; null when there is none.
ordered_json http_part(std::string_view given) {
  const auto policy = read_ordered_json(given).value_or(nullptr);
  if (!policy.is_object() || !policy.contains("http") || !policy["http"].is_object())
    return nullptr;
  return policy["http"];
}

aws::AwsError refusal(const std::string& what) {
  return invalid_parameter("DeliveryPolicy: " + what);
}

aws::Outcome<ordered_json> read_policy(std::string_view given) {
  if (const auto fault = rules::find_json_fault(given)) {
    return aws::refuse(refusal("failed to parse JSON. " + fault->reason +
                               rules::place_in_hidden_source(fault->place)));
  }
  auto policy = read_ordered_json(given).value_or(nullptr);
  if (!policy.is_object()) return aws::refuse(refusal("it is not a JSON object"));
  return policy;
}

aws::Outcome<void> check_members(const ordered_json& policy, const std::string& where,
                                 std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : policy.items()) {
    if (std::ranges::find(known, name) == known.end()) {
      return aws::refuse(refusal(fmt::format("{}{} is not a member of it", where, name)));
    }
  }
  return {};
}

// A whole number in its range, if it is there.
aws::Outcome<void> check_number(const ordered_json& policy, const std::string& where,
                                const char* name, std::int64_t least, std::int64_t most) {
  const auto found = policy.find(name);
  if (found == policy.end() || found->is_null()) return {};
  if (!found->is_number_integer() || found->get<std::int64_t>() < least ||
      found->get<std::int64_t>() > most) {
    return aws::refuse(refusal(
        fmt::format("{}.{} must be a whole number from {} to {}", where, name, least, most)));
  }
  return {};
}

// Within the bounds, whatever it says: rows of before they were checked may be there.
RetryPolicy retry_policy(const ordered_json& policy) {
  const auto number = [&](const char* name, std::int64_t otherwise, std::int64_t most) {
    const auto found = policy.find(name);
    const bool is_given = found != policy.end() && found->is_number_integer();
    return is_given ? std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, most) : otherwise;
  };
  const auto count = [&](const char* name, int otherwise) {
    return static_cast<int>(number(name, otherwise, kMaxHttpRetries));
  };
  const RetryPolicy standard;
  RetryPolicy out;
  constexpr std::int64_t kStandardDelay = 20;
  out.shortest =
      std::chrono::seconds(number("minDelayTarget", kStandardDelay, kMaxDelayTarget.count()));
  out.longest =
      std::chrono::seconds(number("maxDelayTarget", kStandardDelay, kMaxDelayTarget.count()));
  out.retries = count("numRetries", standard.retries);
  out.without_delay = count("numNoDelayRetries", 0);
  out.after_shortest = count("numMinDelayRetries", 0);
  out.after_longest = count("numMaxDelayRetries", 0);
  const auto backoff = policy.find("backoffFunction");
  if (backoff != policy.end() && backoff->is_string()) {
    const auto place = std::ranges::find(kBackoffs, backoff->get<std::string>());
    if (place != kBackoffs.end()) out.backoff = static_cast<Backoff>(place - kBackoffs.begin());
  }
  return out;
}

aws::Outcome<void> check_retry_policy(const ordered_json& policy, const std::string& where) {
  if (policy.is_null()) return {};
  if (!policy.is_object()) return aws::refuse(refusal(where + " is not an object"));
  auto checked =
      check_members(policy, where + ".",
                    {"minDelayTarget", "maxDelayTarget", "numRetries", "numMaxDelayRetries",
                     "numNoDelayRetries", "numMinDelayRetries", "backoffFunction"});
  if (!checked) return checked;
  for (const auto* name : {"minDelayTarget", "maxDelayTarget"}) {
    if (checked = check_number(policy, where, name, 1, kMaxDelayTarget.count()); !checked)
      return checked;
  }
  for (const auto* name :
       {"numRetries", "numMaxDelayRetries", "numNoDelayRetries", "numMinDelayRetries"}) {
    if (checked = check_number(policy, where, name, 0, kMaxHttpRetries); !checked) return checked;
  }
  const auto backoff = policy.find("backoffFunction");
  if (backoff != policy.end() && !backoff->is_null() &&
      (!backoff->is_string() ||
       std::ranges::find(kBackoffs, backoff->get<std::string>()) == kBackoffs.end())) {
    return aws::refuse(refusal(where +
                               ".backoffFunction must be one of linear, arithmetic, geometric, "
                               "exponential"));
  }
  const auto retry = retry_policy(policy);
  if (retry.shortest > retry.longest) {
    return aws::refuse(
        refusal(where + ".maxDelayTarget must be greater than or equal to minDelayTarget"));
  }
  if (retry.without_delay + retry.after_shortest + retry.after_longest > retry.retries) {
    return aws::refuse(refusal(where +
                               ".numRetries must be greater than or equal to the sum of "
                               "numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries"));
  }
  if (retry.total() > kMaxHttpRetryTime) {
    return aws::refuse(refusal(where + " retries for longer than 3600 seconds"));
  }
  return {};
}

aws::Outcome<void> check_throttle_policy(const ordered_json& policy, const std::string& where) {
  if (policy.is_null()) return {};
  if (!policy.is_object()) return aws::refuse(refusal(where + " is not an object"));
  if (auto checked = check_members(policy, where + ".", {"maxReceivesPerSecond"}); !checked) {
    return checked;
  }
  return check_number(policy, where, "maxReceivesPerSecond", 1, kMaxReceivesPerSecond);
}

aws::Outcome<void> check_request_policy(const ordered_json& policy, const std::string& where) {
  if (policy.is_null()) return {};
  if (!policy.is_object()) return aws::refuse(refusal(where + " is not an object"));
  if (auto checked = check_members(policy, where + ".", {"headerContentType"}); !checked) {
    return checked;
  }
  const auto found = policy.find("headerContentType");
  if (found == policy.end() || found->is_null()) return {};
  const auto text = found->is_string() ? found->get<std::string>() : std::string();
  const auto type = codec::lower(text.substr(0, text.find(';')));
  const bool is_printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
  if (!is_printable || std::ranges::find(kContentTypes, type) == kContentTypes.end()) {
    return aws::refuse(refusal(where + ".headerContentType is not a content type that Amazon SNS "
                                       "sends"));
  }
  return {};
}

const ordered_json& member(const ordered_json& policy, const char* name) {
  static const ordered_json kNull;
  const auto found = policy.find(name);
  return found == policy.end() ? kNull : *found;
}

// `name` of a topic's policy says what `name` of a subscription's does.
struct Part {
  const char* of_topic;
  const char* of_subscription;
  aws::Outcome<void> (*check)(const ordered_json& policy, const std::string& where);
};
constexpr std::array<Part, 4> kParts = {{
    {"defaultHealthyRetryPolicy", "healthyRetryPolicy", check_retry_policy},
    {"defaultSicklyRetryPolicy", "sicklyRetryPolicy", check_retry_policy},
    {"defaultThrottlePolicy", "throttlePolicy", check_throttle_policy},
    {"defaultRequestPolicy", "requestPolicy", check_request_policy},
}};

ordered_json effective_http(std::string_view given) {
  auto http = default_policy()["http"];
  const auto overlay = http_part(given);
  for (const auto& [name, value] : overlay.items()) {
    if (value.is_object() && http.contains(name)) {
      http[name].update(value);
    } else if (!value.is_null()) {
      http[name] = value;
    }
  }
  return http;
}

ordered_json effective_parts(std::string_view topic, std::string_view subscription) {
  const auto http = effective_http(topic);
  auto own = read_ordered_json(subscription).value_or(nullptr);
  const bool overrides = own.is_object() && member(http, "disableSubscriptionOverrides") != true;
  if (!overrides) own = ordered_json::object();
  ordered_json out = ordered_json::object();
  for (const auto& part : kParts) {
    auto& effective = out[part.of_subscription] = member(http, part.of_topic);
    const auto& given = member(own, part.of_subscription);
    if (given.is_object() && effective.is_object()) {
      effective.update(given);
    } else if (!given.is_null()) {
      effective = given;
    }
  }
  out["guaranteed"] = false;
  return out;
}

}  // namespace

aws::Outcome<void> check_topic_delivery_policy(std::string_view given) {
  const auto policy = read_policy(given);
  if (!policy) return aws::refuse(policy.error());
  if (auto checked = check_members(*policy, "", {"http"}); !checked) return checked;
  const auto& http = member(*policy, "http");
  if (http.is_null()) return {};
  if (!http.is_object()) return aws::refuse(refusal("http is not an object"));
  auto checked = check_members(
      http, "http.",
      {"defaultHealthyRetryPolicy", "defaultSicklyRetryPolicy", "disableSubscriptionOverrides",
       "defaultThrottlePolicy", "defaultRequestPolicy"});
  if (!checked) return checked;
  const auto& disabled = member(http, "disableSubscriptionOverrides");
  if (!disabled.is_null() && !disabled.is_boolean()) {
    return aws::refuse(refusal("http.disableSubscriptionOverrides must be true or false"));
  }
  for (const auto& part : kParts) {
    checked = part.check(member(http, part.of_topic), std::string("http.") + part.of_topic);
    if (!checked) return checked;
  }
  return {};
}

aws::Outcome<void> check_subscription_delivery_policy(std::string_view given) {
  const auto policy = read_policy(given);
  if (!policy) return aws::refuse(policy.error());
  auto checked = check_members(
      *policy, "",
      {"healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"});
  if (!checked) return checked;
  for (const auto& part : kParts) {
    checked = part.check(member(*policy, part.of_subscription), part.of_subscription);
    if (!checked) return checked;
  }
  return {};
}

std::string shown_delivery_policy(const std::string& given) {
  const auto http = http_part(given);
  if (http.is_null()) return given;
  auto shown = ordered_json::object();
  for (const auto& [name, value] : http.items()) {
    if (!value.is_null()) shown[name] = value;
  }
  if (!shown.contains("disableSubscriptionOverrides"))
    shown["disableSubscriptionOverrides"] = false;
  return write_json(ordered_json{{"http", std::move(shown)}});
}

std::string effective_delivery_policy(std::string_view given) {
  return write_json(ordered_json{{"http", effective_http(given)}});
}

std::string shown_subscription_policy(const std::string& given) {
  const auto policy = read_ordered_json(given).value_or(nullptr);
  if (!policy.is_object()) return given;
  ordered_json shown = ordered_json::object();
  for (const auto& part : kParts) {
    shown[part.of_subscription] = member(policy, part.of_subscription);
  }
  shown["guaranteed"] = member(policy, "guaranteed") == true;
  return write_json(shown);
}

std::string effective_subscription_policy(std::string_view topic, std::string_view subscription) {
  return write_json(effective_parts(topic, subscription));
}

HttpPolicy http_policy(std::string_view topic, std::string_view subscription) {
  const auto parts = effective_parts(topic, subscription);
  HttpPolicy out;
  if (parts["healthyRetryPolicy"].is_object()) {
    out.retry = retry_policy(parts["healthyRetryPolicy"]);
  }
  if (parts["throttlePolicy"].is_object()) {
    const auto& most = member(parts["throttlePolicy"], "maxReceivesPerSecond");
    if (most.is_number()) out.most_per_second = most.get<double>();
  }
  const auto& type = member(parts["requestPolicy"], "headerContentType");
  if (type.is_string()) out.content_type = type.get<std::string>();
  return out;
}

}  // namespace loopgate::sns
