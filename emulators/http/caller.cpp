#include "emulators/http/caller.h"

#include <algorithm>
#include <array>

#include "emulators/http/protocol.h"

namespace loopgate::http {

namespace {

constexpr std::size_t kMaxAccessKeyId = 128;  // IAM's limit
constexpr std::size_t kMaxHost = 255;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
  return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

std::string_view until(std::string_view text, char end) {
  return text.substr(0, text.find(end));
}

std::string_view host_name(std::string_view host) {
  return until(host, ':');
}

// KEY/20260101/us-west-2/sqs/aws4_request; SigV4A's has no region.
std::optional<CredentialScope> parse_scope(std::string_view credential) {
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  while (count < parts.size()) {
    parts[count++] = until(credential, '/');
    const auto slash = credential.find('/');
    if (slash == std::string_view::npos) break;
    credential.remove_prefix(slash + 1);
  }
  if (count < 4 || parts[count - 1] != "aws4_request") return std::nullopt;
  const auto key = parts[0];
  const auto region = count == 5 ? parts[2] : std::string_view();
  const auto service = parts[count - 2];
  const auto is_name = [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; };
  if (key.empty() || key.size() > kMaxAccessKeyId || !std::ranges::all_of(key, is_name)) {
    return std::nullopt;
  }
  if (!std::ranges::all_of(service, is_name)) return std::nullopt;
  return CredentialScope{.access_key_id = std::string(key),
                         .region = is_region_name(region) ? std::string(region) : std::string(),
                         .service = std::string(service)};
}

bool is_usable_host(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHost && std::ranges::all_of(host, [](char c) {
    return is_word(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

std::optional<CredentialScope> credential_scope(const Request& request) {
  const auto authorization = request.header("Authorization");
  constexpr std::string_view kCredential = "Credential=";
  if (authorization.starts_with("AWS4-")) {
    const auto start = authorization.find(kCredential);
    if (start == std::string_view::npos) return std::nullopt;
    const auto rest = authorization.substr(start + kCredential.size());
    return parse_scope(rest.substr(0, rest.find_first_of(", ")));
  }
  if (const auto presigned = form_value(request.query, "X-Amz-Credential")) {
    return parse_scope(*presigned);
  }
  return std::nullopt;
}

std::string_view region_of_host(std::string_view host) {
  auto rest = host_name(host);
  while (!rest.empty()) {
    const auto label = until(rest, '.');
    if (is_region_name(label)) return label;
    rest.remove_prefix(std::min(rest.size(), label.size() + 1));
  }
  return {};
}

bool host_names_service(std::string_view host, std::string_view service) {
  auto rest = host_name(host);
  while (!rest.empty()) {
    const auto label = until(rest, '.');
    if (label == service) return true;
    if (label.size() > service.size() && label.ends_with(service) &&
        label[label.size() - service.size() - 1] == '-') {
      return true;
    }
    rest.remove_prefix(std::min(rest.size(), label.size() + 1));
  }
  return false;
}

Caller identify_caller(const Request& request, const CallerDefaults& defaults) {
  Caller caller{.account = defaults.account,
                .region = defaults.region,
                .access_key_id = {},
                .base_url = defaults.base_url};
  const auto host = request.header("Host");
  if (is_usable_host(host)) caller.base_url = "http://" + std::string(host);
  if (const auto region = region_of_host(host); !region.empty()) caller.region = region;
  if (const auto scope = credential_scope(request)) {
    caller.access_key_id = scope->access_key_id;
    if (!scope->region.empty()) caller.region = scope->region;
    if (is_account_id(scope->access_key_id)) caller.account = scope->access_key_id;
  }
  return caller;
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

// Letters and dashes, at least two dashes, and a number at the end.
bool is_region_name(std::string_view text) {
  if (text.size() < 6 || text.size() > 32 || !is_digit(text.back())) return false;
  while (!text.empty() && is_digit(text.back())) text.remove_suffix(1);
  if (!text.ends_with('-') || !is_lower(text.front())) return false;
  const auto is_part = [](char c) { return is_lower(c) || c == '-'; };
  return std::ranges::all_of(text, is_part) && std::ranges::count(text, '-') >= 2 &&
         text.find("--") == std::string_view::npos;
}

}  // namespace loopgate::http
