#include "scenario/coap_notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "codec/hex.h"
#include "codec/limits.h"
#include "codec/text.h"
#include "scenario/fields.h"
#include "scenario/limits.h"
#include "scenario/payload.h"

namespace loopgate::scenario {

namespace {

using codec::coap::Message;
using codec::coap::Type;

constexpr std::array<std::string_view, 4> kTypes = {"CON", "NON", "ACK", "RST"};
// RFC 7252 §12.1.1 and RFC 8132 §7; the index is the code.
constexpr std::array<std::string_view, 8> kMethods = {"EMPTY",  "GET",   "POST",  "PUT",
                                                      "DELETE", "FETCH", "PATCH", "iPATCH"};

std::optional<unsigned> parse_digits(std::string_view text, unsigned max) {
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out > max) return std::nullopt;
  return out;
}

// A method's name, or class and detail as in "2.05".
std::optional<std::uint8_t> parse_code(std::string_view text) {
  const auto* const method = std::ranges::find(kMethods, text);
  if (method != kMethods.end()) return static_cast<std::uint8_t>(method - kMethods.begin());
  if (text.size() != 4 || text[1] != '.') return std::nullopt;
  const auto group = parse_digits(text.substr(0, 1), 7);
  const auto detail = parse_digits(text.substr(2), 31);
  if (!group || !detail) return std::nullopt;
  return static_cast<std::uint8_t>(*group << 5 | *detail);
}

std::string code_text(std::uint8_t code) {
  return code < kMethods.size() ? std::string(kMethods[code])
                                : fmt::format("{}.{:02}", code >> 5, code & 31);
}

void parse_token(Fields& fields, CoapPattern& out) {
  const auto token = codec::hex_decode(fields.text("token"));
  if (!token || token->size() > codec::kMaxCoapTokenBytes) {
    return fields.refuse("coap: token is not the hex of at most 8 bytes");
  }
  out.message.token = *token;
}

void add_path(std::string_view path, Message& message) {
  while (!path.empty()) {
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    const auto segment = path.substr(0, path.find('/'));
    if (!segment.empty())
      message.options.push_back({codec::coap::kOptionUriPath, to_bytes(segment)});
    path.remove_prefix(segment.size());
  }
}

void add_option(Fields& parent, const Node& node, Message& message) {
  Fields fields(node, "an option of coap");
  const auto number = fields.number("number", codec::kMaxCoapOptionNumber);
  if (!number) fields.refuse("an option of coap needs its number");
  const Payload value = parse_payload(fields);
  if (const auto status = fields.finish(); !status) return parent.refuse(status.error());
  message.options.push_back({static_cast<std::uint16_t>(*number), value.bytes});
}

void parse_options(Fields& fields, CoapPattern& out) {
  add_path(fields.text("path"), out.message);
  const Node* options = fields.find("options");
  if (options == nullptr) return;
  if (!options->is_list()) return fields.refuse("coap: options is not a list", options->place());
  if (options->items.size() > codec::kMaxCoapOptions)
    return fields.refuse("coap: too many options");
  for (const Node& option : options->items) add_option(fields, option, out.message);
}

void parse_inner_payload(Fields& fields, CoapPattern& out) {
  const Node* payload = fields.find("payload");
  if (payload->is_scalar()) {
    out.message.payload = to_bytes(payload->text);
    return;
  }
  Fields inner(*payload, "the payload of coap");
  out.message.payload = parse_payload(inner).bytes;
  if (const auto status = inner.finish(); !status) fields.refuse(status.error());
}

std::string describe_options(const Message& message) {
  std::string path;
  std::string others;
  for (const auto& option : message.options) {
    if (option.number == codec::coap::kOptionUriPath) {
      path += "/" + codec::utf8_from_bytes(option.value);
    } else {
      others += fmt::format("{}{{number: {}, {}}}", others.empty() ? "" : ", ", option.number,
                            describe_payload(option.value));
    }
  }
  std::string out = path.empty() ? "" : ", path: " + path;
  if (!others.empty()) out += ", options: [" + others + "]";
  return out;
}

std::string describe_message(const Message& message) {
  std::string out =
      fmt::format("coap: {{type: {}, code: {}, id: {}, token: \"{}\"",
                  kTypes[static_cast<std::size_t>(message.type)], code_text(message.code),
                  message.message_id, codec::hex_encode_upper(message.token));
  out += describe_options(message);
  if (!message.payload.empty()) out += ", payload: {" + describe_payload(message.payload) + "}";
  return out + "}";
}

// As it stands in a path without any notation of its own.
bool is_plain_segment(ByteSpan segment) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  return !segment.empty() && as_text(segment).find_first_not_of(kPlain) == std::string_view::npos;
}

// In ascending order, as they are on the wire.
std::vector<codec::coap::Option> sorted(std::vector<codec::coap::Option> options) {
  std::ranges::stable_sort(options, {}, &codec::coap::Option::number);
  return options;
}

}  // namespace

Result<CoapPattern> parse_coap(const cfn::Node& node) {
  Fields fields(node, "coap");
  CoapPattern out;
  if (const std::string type = fields.text("type"); !type.empty()) {
    const auto* const found = std::ranges::find(kTypes, type);
    if (found == kTypes.end()) fields.refuse("coap: type is none of CON, NON, ACK, RST");
    out.message.type = static_cast<Type>(found == kTypes.end() ? 0 : found - kTypes.begin());
    out.has_type = true;
  }
  if (const std::string text = fields.text("code"); !text.empty()) {
    const auto code = parse_code(text);
    if (!code) fields.refuse("coap: code is neither a method nor like 2.05: " + text);
    out.message.code = code.value_or(0);
    out.has_code = true;
  }
  if (const auto id = fields.number("id", 65'535)) {
    out.message.message_id = static_cast<std::uint16_t>(*id);
    out.has_id = true;
  }
  out.has_token = fields.has("token");
  if (out.has_token) parse_token(fields, out);
  out.has_options = fields.has("path") || fields.has("options");
  parse_options(fields, out);
  out.message.options = sorted(std::move(out.message.options));
  out.has_payload = fields.has("payload");
  if (out.has_payload) parse_inner_payload(fields, out);
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return out;
}

bool CoapPattern::matches(ByteSpan datagram) const {
  const auto got = codec::coap::parse(datagram);
  return got && (!has_type || got->type == message.type) &&
         (!has_code || got->code == message.code) &&
         (!has_id || got->message_id == message.message_id) &&
         (!has_token || got->token == message.token) &&
         (!has_options || got->options == message.options) &&
         (!has_payload || got->payload == message.payload);
}

std::string CoapPattern::describe() const {
  std::vector<std::string> parts;
  if (has_type)
    parts.push_back(fmt::format("type: {}", kTypes[static_cast<std::size_t>(message.type)]));
  if (has_code) parts.push_back("code: " + code_text(message.code));
  if (has_id) parts.push_back(fmt::format("id: {}", message.message_id));
  if (has_token) parts.push_back("token: \"" + codec::hex_encode_upper(message.token) + "\"");
  if (const auto options = describe_options(message); !options.empty())
    parts.push_back(options.substr(2));
  if (has_payload) parts.push_back("payload: {" + describe_payload(message.payload) + "}");
  return fmt::format("coap: {{{}}}", fmt::join(parts, ", "));
}

std::optional<std::string> write_coap(ByteSpan datagram) {
  const auto message = codec::coap::parse(datagram);
  if (!message || codec::coap::serialize(*message) != Bytes(datagram.begin(), datagram.end())) {
    return std::nullopt;
  }
  std::vector<std::string> parts = {
      fmt::format("type: {}", kTypes[static_cast<std::size_t>(message->type)]),
      fmt::format("code: \"{}\"", code_text(message->code)),
      fmt::format("id: {}", message->message_id)};
  if (!message->token.empty()) {
    parts.push_back(fmt::format("token: \"{}\"", codec::hex_encode_upper(message->token)));
  }
  std::string path;
  std::vector<std::string> options;
  for (const auto& option : message->options) {
    if (option.number == codec::coap::kOptionUriPath && is_plain_segment(option.value)) {
      path += "/" + std::string(as_text(option.value));
    } else if (option.number == codec::coap::kOptionUriPath) {
      return std::nullopt;  // it would have to be both a path and an option
    } else {
      options.push_back(
          fmt::format("{{number: {}, {}}}", option.number, write_payload(option.value)));
    }
  }
  if (!path.empty()) parts.push_back("path: " + path);
  if (!options.empty()) parts.push_back(fmt::format("options: [{}]", fmt::join(options, ", ")));
  if (!message->payload.empty()) {
    parts.push_back("payload: {" + write_payload(message->payload) + "}");
  }
  return fmt::format("coap: {{{}}}", fmt::join(parts, ", "));
}

std::string describe_coap(ByteSpan datagram) {
  const auto message = codec::coap::parse(datagram);
  if (message) return describe_message(*message);
  return describe_payload(datagram) + " (no CoAP: " + message.error() + ")";
}

}  // namespace loopgate::scenario
