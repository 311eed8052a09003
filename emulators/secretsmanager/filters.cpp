// https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html
#include <algorithm>

#include "codec/text.h"
#include "emulators/secretsmanager/operations.h"

namespace loopgate::secretsmanager {

namespace {

enum class Case : unsigned char { kMatters, kDoesNot };

// Names and tags by how they begin, descriptions by how any of their words does.
bool begins(std::string_view text, std::string_view value, Case kind) {
  if (kind == Case::kMatters) return text.starts_with(value);
  return codec::lower(text).starts_with(codec::lower(value));
}

bool any_word_begins(std::string_view text, std::string_view value) {
  for (std::size_t at = 0; at < text.size();) {
    if (begins(text.substr(at), value, Case::kDoesNot)) return true;
    const auto end = text.find_first_of(" /_+=.@-", at);
    if (end == std::string_view::npos) return false;
    at = end + 1;
  }
  return false;
}

bool meets(const Secret& secret, std::string_view key, std::string_view value) {
  const auto any_tag = [&](auto what, Case kind) {
    return std::ranges::any_of(secret.tags,
                               [&](const auto& tag) { return begins(what(tag), value, kind); });
  };
  const auto tag_key = [](const auto& tag) -> std::string_view { return tag.first; };
  const auto tag_value = [](const auto& tag) -> std::string_view { return tag.second; };
  if (key == "name") return begins(secret.name, value, Case::kMatters);
  if (key == "description") return any_word_begins(secret.description, value);
  if (key == "tag-key") return any_tag(tag_key, Case::kMatters);
  if (key == "tag-value") return any_tag(tag_value, Case::kMatters);
  if (key == "primary-region" || key == "owning-service") return false;  // there are none here
  return any_word_begins(secret.name, value) || any_word_begins(secret.description, value) ||
         any_tag(tag_key, Case::kDoesNot) || any_tag(tag_value, Case::kDoesNot);
}

}  // namespace

// Every filter by one of its values; one that begins with "!" means all others.
bool passes(const json& filters, const Secret& secret) {
  return std::ranges::all_of(filters, [&](const json& filter) {
    const auto key = text_param(filter, "Key");
    return std::ranges::any_of(
        filter.value("Values", std::vector<std::string>()), [&](std::string_view value) {
          const bool negated = value.starts_with('!');
          return meets(secret, key, value.substr(negated ? 1 : 0)) != negated;
        });
  });
}

}  // namespace loopgate::secretsmanager
