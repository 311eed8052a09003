#include "sandbox/redaction.h"

#include <algorithm>

#include "codec/text.h"

namespace loopgate {

namespace {

constexpr std::string_view kInstead = "***";
// GITHUB_TOKEN, DB_PASSWORD, AWS_SECRET_ACCESS_KEY, SIGNING_PRIVATE_KEY, …
constexpr std::string_view kSecretWords[] = {"secret",  "token",       "password",   "passwd",
                                             "api_key", "private_key", "access_key", "credential"};
constexpr std::size_t kShortestOfEnvironment = 8;

bool names_secret(std::string_view name) {
  const auto lower = codec::lower(name);
  return std::ranges::any_of(
      kSecretWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

Redaction::Redaction(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  std::erase_if(secrets_, [](const auto& secret) { return secret.size() < kShortestSecret; });
  std::ranges::sort(secrets_, std::greater{}, &std::string::size);
}

std::string Redaction::apply(std::string text) const {
  for (const auto& secret : secrets_) {
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kInstead.size())) {
      text.replace(at, secret.size(), kInstead);
    }
  }
  return text;
}

nlohmann::ordered_json Redaction::apply(const nlohmann::ordered_json& document) const {
  if (document.is_string()) return apply(document.get<std::string>());
  if (!document.is_structured()) return document;
  nlohmann::ordered_json out =
      document.is_array() ? nlohmann::ordered_json::array() : nlohmann::ordered_json::object();
  for (const auto& [name, value] : document.items()) {
    document.is_array() ? out.push_back(apply(value)) : void(out[apply(name)] = apply(value));
  }
  return out;
}

Event Redaction::apply(Event event) const {
  event.text = apply(std::move(event.text));
  if (begins_secret(event)) event.head_size = 0;
  return event;
}

std::string Redaction::lines_without(std::string_view lines) const {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    if (!holds_secret(lines.substr(0, end))) out += lines.substr(0, end);
    lines.remove_prefix(end);
  }
  return out;
}

bool Redaction::holds_secret(std::string_view text) const {
  return std::ranges::any_of(secrets_, [&](const std::string& secret) {
    return text.find(secret) != std::string_view::npos;
  });
}

// The head is cut: the beginning of a secret at its end counts as well.
bool Redaction::begins_secret(const Event& event) const {
  const std::string_view head(reinterpret_cast<const char*>(event.head.data()), event.head_size);
  return std::ranges::any_of(secrets_, [&](std::string_view secret) {
    if (head.find(secret) != std::string_view::npos) return true;
    for (auto size = std::min(secret.size() - 1, head.size()); size >= kShortestSecret; --size) {
      if (head.ends_with(secret.substr(0, size))) return true;
    }
    return false;
  });
}

std::vector<std::string> secrets_of_environment(const char* const* environment) {
  std::vector<std::string> out;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos || !names_secret(entry.substr(0, equals))) continue;
    const auto value = entry.substr(equals + 1);
    if (value.size() >= kShortestOfEnvironment) out.emplace_back(value);
  }
  return out;
}

}  // namespace loopgate
