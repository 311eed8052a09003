// The two JSON forms of a CoAP message. The inbound one is written by hand: it stands on the way of
// every packet to a `coap` destination.
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/coap.h"
#include "codec/limits.h"
#include "codec/text.h"

namespace loopgate::codec::coap {

namespace {

using nlohmann::json;
using Failure = std::unexpected<std::string>;

// RFC 7252 §12.1.1 and RFC 8132 §7; index is the code.
constexpr std::array<std::string_view, 8> kMethods = {"",       "GET",   "POST",  "PUT",
                                                      "DELETE", "FETCH", "PATCH", "iPATCH"};

void append_path(std::string& out, const Message& message) {
  const std::size_t before = out.size();
  for (const Option& option : message.options) {
    if (option.number != kOptionUriPath) continue;
    out.push_back('/');
    json_escape_append(out, utf8_from_bytes(option.value));
  }
  if (out.size() == before) out.push_back('/');
}

void append_options(std::string& out, const Message& message) {
  bool first = true;
  for (const Option& option : message.options) {
    out += fmt::format(R"({}{{"Number":{},"Value":")", first ? "" : ",", option.number);
    base64_append(out, option.value);
    out.append("\"}");
    first = false;
  }
}

std::expected<unsigned, std::string> read_int(const json& parent, const char* name, unsigned max,
                                              const std::string& label) {
  const auto member = parent.find(name);
  if (member == parent.end()) return Failure(label + ": missing");
  const bool in_range = member->is_number_unsigned() && member->get<std::uint64_t>() <= max;
  if (!in_range) return Failure(fmt::format("{}: not an integer from 0 to {}", label, max));
  return member->get<unsigned>();
}

std::expected<Bytes, std::string> read_bytes(const json& parent, const char* name,
                                             const std::string& label) {
  const auto member = parent.find(name);
  if (member == parent.end() || member->is_null()) return Bytes();
  if (!member->is_string()) return Failure(label + ": not a string of base64");
  auto bytes = base64_decode(member->get_ref<const std::string&>());
  if (!bytes) return Failure(label + ": not base64");
  return std::move(*bytes);
}

// "c.dd": class 0–7, detail 00–31.
std::optional<std::uint8_t> parse_dotted(std::string_view text) {
  if (text.size() != 4 || text[1] != '.') return std::nullopt;
  for (const std::size_t at : {std::size_t{0}, std::size_t{2}, std::size_t{3}}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const int code_class = text[0] - '0';
  const int detail = 10 * (text[2] - '0') + text[3] - '0';
  if (code_class > 7 || detail > 31) return std::nullopt;
  return static_cast<std::uint8_t>(code_class << 5 | detail);
}

std::expected<std::uint8_t, std::string> read_code(const json& document) {
  const auto member = document.find("Code");
  if (member == document.end()) return Failure("Code: missing");
  if (member->is_string()) {
    if (const auto code = parse_dotted(member->get_ref<const std::string&>())) return *code;
  } else if (member->is_number_unsigned() && member->get<std::uint64_t>() <= 255) {
    return member->get<std::uint8_t>();
  }
  return Failure("Code: neither a dotted string such as \"2.05\" nor an integer from 0 to 255");
}

std::expected<Option, std::string> read_option(const json& entry, const std::string& label) {
  if (!entry.is_object()) return Failure(label + ": not an object");
  const auto number = read_int(entry, "Number", kMaxCoapOptionNumber, label + ".Number");
  if (!number) return Failure(number.error());
  auto value = read_bytes(entry, "Value", label + ".Value");
  if (!value) return Failure(value.error());
  return Option{static_cast<std::uint16_t>(*number), std::move(*value)};
}

std::expected<std::vector<Option>, std::string> read_options(const json& document) {
  std::vector<Option> options;
  const auto member = document.find("Options");
  if (member == document.end() || member->is_null()) return options;
  if (!member->is_array()) return Failure("Options: not a list");
  if (member->size() > kMaxCoapOptions) {
    return Failure(fmt::format("Options: more than {}", kMaxCoapOptions));
  }
  for (const json& entry : *member) {
    auto option = read_option(entry, fmt::format("Options[{}]", options.size()));
    if (!option) return Failure(option.error());
    options.push_back(std::move(*option));
  }
  return options;
}

// The rules that concern the message as a whole.
std::optional<std::string> check_message(const Message& message) {
  if (message.token.size() > kMaxCoapTokenBytes) {
    return fmt::format("Token: {} bytes, at most {} fit", message.token.size(), kMaxCoapTokenBytes);
  }
  const bool bare = message.token.empty() && message.options.empty() && message.payload.empty();
  if (message.code == 0 && !bare) {
    return "Code: 0.00 (Empty) takes no Token, Options or Payload";
  }
  // An option costs at most five bytes beside its value, the header 4 and the payload marker 1.
  std::size_t size = 4 + message.token.size() + 1 + message.payload.size();
  for (const Option& option : message.options) size += 5 + option.value.size();
  if (size > kMaxCoapMessageBytes) return "Payload: the message does not fit into a datagram";
  return std::nullopt;
}

}  // namespace

std::string to_inbound_json(const Message& message) {
  std::string out =
      fmt::format(R"({{"Version":1,"Type":{},"Code":{},"MessageId":{},"Token":")",
                  static_cast<unsigned>(message.type), message.code, message.message_id);
  base64_append(out, message.token);
  out.append("\",");
  if (message.code > 0 && message.code < kMethods.size()) {
    out += fmt::format(R"("Method":"{}",)", kMethods[message.code]);
  }
  out.append(R"("Path":")");
  append_path(out, message);
  out.append(R"(","Options":[)");
  append_options(out, message);
  out.push_back(']');
  if (!message.payload.empty()) {
    out.append(R"(,"Payload":")");
    base64_append(out, message.payload);
    out.push_back('"');
  }
  out.push_back('}');
  return out;
}

std::expected<Message, std::string> from_outbound_json(std::string_view text) {
  if (text.size() > kMaxCoapJsonBytes) {
    return Failure(fmt::format("document: over {} bytes", kMaxCoapJsonBytes));
  }
  const json document = read_json(text).value_or(nullptr);
  if (!document.is_object()) return Failure("document: not a JSON object");
  const auto type = read_int(document, "Type", 3, "Type");
  if (!type) return Failure(type.error());
  const auto code = read_code(document);
  if (!code) return Failure(code.error());
  const auto message_id = read_int(document, "MessageId", 65535, "MessageId");
  if (!message_id) return Failure(message_id.error());
  auto token = read_bytes(document, "Token", "Token");
  if (!token) return Failure(token.error());
  auto options = read_options(document);
  if (!options) return Failure(options.error());
  auto payload = read_bytes(document, "Payload", "Payload");
  if (!payload) return Failure(payload.error());
  Message message{static_cast<Type>(*type),
                  *code,
                  static_cast<std::uint16_t>(*message_id),
                  std::move(*token),
                  std::move(*options),
                  std::move(*payload)};
  if (auto wrong = check_message(message)) return Failure(std::move(*wrong));
  return message;
}

}  // namespace loopgate::codec::coap
