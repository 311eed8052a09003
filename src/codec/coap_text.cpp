#include "codec/coap_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codec/hex.h"
#include "codec/text.h"

namespace loopgate::codec::coap {

namespace {

constexpr std::uint16_t kOptionUriQuery = 15;

struct CodeName {
  unsigned code;
  std::string_view name;
};

constexpr unsigned code(unsigned of_class, unsigned detail) {
  return of_class << 5 | detail;
}

// https://www.iana.org/assignments/core-parameters: methods (RFC 7252, RFC 8132) and answers.
constexpr std::array<CodeName, 32> kCodes = {{
    {code(0, 0), "Empty"},
    {code(0, 1), "GET"},
    {code(0, 2), "POST"},
    {code(0, 3), "PUT"},
    {code(0, 4), "DELETE"},
    {code(0, 5), "FETCH"},
    {code(0, 6), "PATCH"},
    {code(0, 7), "iPATCH"},
    {code(2, 1), "Created"},
    {code(2, 2), "Deleted"},
    {code(2, 3), "Valid"},
    {code(2, 4), "Changed"},
    {code(2, 5), "Content"},
    {code(2, 31), "Continue"},
    {code(4, 0), "Bad Request"},
    {code(4, 1), "Unauthorized"},
    {code(4, 2), "Bad Option"},
    {code(4, 3), "Forbidden"},
    {code(4, 4), "Not Found"},
    {code(4, 5), "Method Not Allowed"},
    {code(4, 6), "Not Acceptable"},
    {code(4, 8), "Request Entity Incomplete"},
    {code(4, 9), "Conflict"},
    {code(4, 12), "Precondition Failed"},
    {code(4, 13), "Request Entity Too Large"},
    {code(4, 15), "Unsupported Content-Format"},
    {code(5, 0), "Internal Server Error"},
    {code(5, 1), "Not Implemented"},
    {code(5, 2), "Bad Gateway"},
    {code(5, 3), "Service Unavailable"},
    {code(5, 4), "Gateway Timeout"},
    {code(5, 5), "Proxying Not Supported"},
}};

std::string_view name_of(unsigned code) {
  const auto found = std::ranges::find(kCodes, code, &CodeName::code);
  return found == kCodes.end() ? "" : found->name;
}

bool is_request(const Message& message) {
  return message.code != 0 && message.code >> 5 == 0;
}

std::string path_of(const Message& message) {
  std::string path;
  std::string query;
  for (const auto& option : message.options) {
    if (option.number == kOptionUriPath) path.append("/").append(as_text(option.value));
    if (option.number != kOptionUriQuery) continue;
    query.append(query.empty() ? "?" : "&").append(as_text(option.value));
  }
  return (path.empty() ? "/" : path) + query;
}

// What one expects is a request that is to be confirmed, and an answer that confirms.
std::string_view unusual_type(const Message& message) {
  switch (message.type) {
    case Type::kConfirmable:
      return is_request(message) ? "" : " (confirmable)";
    case Type::kNonConfirmable:
      return " (non-confirmable)";
    case Type::kAcknowledgement:
      return is_request(message) || message.code == 0 ? " (acknowledgement)" : "";
    case Type::kReset:
      return " (reset)";
  }
  __builtin_unreachable();
}

std::string payload_of(const Message& message) {
  if (message.payload.empty()) return {};
  if (is_valid_utf8(message.payload)) return fmt::format(" \"{}\"", as_text(message.payload));
  return " hex: " + hex_encode_lower(message.payload);
}

}  // namespace

std::string describe(const Message& message) {
  const auto name = name_of(message.code);
  const auto number = fmt::format("{}.{:02}", message.code >> 5, message.code & 31U);
  std::string out;
  if (is_request(message)) {
    out = fmt::format("{} {}", name.empty() ? number : name, path_of(message));
  } else {
    out = message.code == 0 ? std::string(name) : number;
    if (message.code != 0 && !name.empty()) out.append(" ").append(name);
  }
  return out.append(unusual_type(message)) + payload_of(message);
}

std::optional<std::string> describe(ByteSpan datagram) {
  const auto message = parse(datagram);
  if (!message || name_of(message->code).empty()) return std::nullopt;
  return describe(*message);
}

}  // namespace loopgate::codec::coap
