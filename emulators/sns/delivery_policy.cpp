#include "emulators/sns/delivery_policy.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::sns {
namespace {

using nlohmann::ordered_json;

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

}  // namespace

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
  auto policy = default_policy();
  auto& http = policy["http"];
  const auto overlay = http_part(given);
  for (const auto& [name, value] : overlay.items()) {
    if (value.is_object() && http.contains(name)) {
      http[name].update(value);
    } else if (!value.is_null()) {
      http[name] = value;
    }
  }
  return write_json(policy);
}

}  // namespace loopgate::sns
