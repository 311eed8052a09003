#include "emulators/store/own_address.h"

#include <functional>

namespace loopgate::store {

namespace {

constexpr std::string_view kEndpointMark = "{{loopgate:endpoint}}";
constexpr std::string_view kAuthorityMark = "{{loopgate:authority}}";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_host_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
         c == ':';
}

std::string_view authority_of(std::string_view endpoint) {
  const auto scheme = endpoint.find("://");
  return scheme == std::string_view::npos ? endpoint : endpoint.substr(scheme + 3);
}

// Not where it is a part only: "127.0.0.1:456" is not in "127.0.0.1:4566".
std::string replace_whole(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t copied = 0;
  for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from, at + 1)) {
    const auto end = at + from.size();
    const bool part = (at > 0 && is_host_character(text[at - 1]) && is_host_character(from[0])) ||
                      (end < text.size() && is_digit(text[end]) && is_digit(from.back()));
    if (part || at < copied) continue;
    out += text.substr(copied, at - copied);
    out += to;
    copied = end;
  }
  return out + std::string(text.substr(copied));
}

using Change = std::function<std::string(const std::string&)>;

void change_strings(nlohmann::json& document, std::string_view verbatim, const Change& change) {
  if (document.is_string()) {
    document = change(document.get_ref<const std::string&>());
  } else if (document.is_array()) {
    for (auto& each : document) change_strings(each, verbatim, change);
  } else if (document.is_object()) {
    for (auto item = document.begin(); item != document.end(); ++item) {
      if (verbatim.empty() || item.key() != verbatim)
        change_strings(item.value(), verbatim, change);
    }
  }
}

}  // namespace

std::string without_address(std::string_view text, std::string_view endpoint) {
  if (endpoint.empty()) return std::string(text);
  return replace_whole(replace_whole(text, endpoint, kEndpointMark), authority_of(endpoint),
                       kAuthorityMark);
}

std::string with_address(std::string_view text, std::string_view endpoint) {
  if (endpoint.empty()) return std::string(text);
  return replace_whole(replace_whole(text, kEndpointMark, endpoint), kAuthorityMark,
                       authority_of(endpoint));
}

std::string moved_address(std::string_view text, std::string_view from, std::string_view to) {
  return with_address(without_address(text, from), to);
}

void take_address_out(nlohmann::json& document, std::string_view endpoint,
                      std::string_view verbatim) {
  change_strings(document, verbatim,
                 [&](const std::string& text) { return without_address(text, endpoint); });
}

void put_address_in(nlohmann::json& document, std::string_view endpoint,
                    std::string_view verbatim) {
  change_strings(document, verbatim,
                 [&](const std::string& text) { return with_address(text, endpoint); });
}

void move_address(nlohmann::json& document, std::string_view from, std::string_view to,
                  std::string_view verbatim) {
  change_strings(document, verbatim,
                 [&](const std::string& text) { return moved_address(text, from, to); });
}

}  // namespace loopgate::store
