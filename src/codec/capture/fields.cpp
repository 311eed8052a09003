#include "codec/capture/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "codec/capture/guess.h"
#include "codec/coap.h"
#include "codec/hex.h"
#include "codec/limits.h"
#include "codec/text.h"

namespace loopgate::codec::capture {

namespace {

// RFC 7252 §5.10 and what extends it.
constexpr std::uint16_t kContentFormat = 12;
constexpr std::uint16_t kTextOptions[] = {3, 8, 11, 15, 20, 35, 39};

bool is_text(ByteSpan bytes) {
  const auto text = as_text(bytes);
  return !bytes.empty() && is_valid_utf8(bytes) && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t' || c == '\r';
  });
}

// False when there are too many.
bool flatten(const nlohmann::ordered_json& value, const std::string& path,
             std::vector<Field>& out) {
  if (out.size() >= kMaxComparedFields) return false;
  if (value.is_object() && !value.empty()) {
    // A member's place in its object says nothing.
    std::map<std::string, const nlohmann::ordered_json*> members;
    for (const auto& [name, member] : value.items()) members[name] = &member;
    return std::ranges::all_of(members, [&](const auto& member) {
      return flatten(*member.second, path.empty() ? member.first : path + "." + member.first, out);
    });
  }
  if (value.is_array() && !value.empty()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!flatten(value[i], fmt::format("{}[{}]", path, i), out)) return false;
    }
    return true;
  }
  out.push_back({path, write_json(value)});
  return true;
}

bool read_json_fields(ByteSpan payload, const std::string& path, std::vector<Field>& out) {
  const auto text = as_text(payload);
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  const auto document = read_ordered_json(text);
  const auto before = out.size();
  if (document && flatten(*document, path, out)) return true;
  out.resize(before);
  return false;
}

void read_text_fields(std::string_view text, const std::string& path, std::vector<Field>& out) {
  for (std::size_t line = 0; !text.empty() || line == 0; ++line) {
    // The last one takes the rest.
    const auto end = line + 1 < kMaxComparedFields ? text.find('\n') : std::string_view::npos;
    out.push_back({fmt::format("{}[{}]", path, line), std::string(text.substr(0, end))});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::string_view name_of(coap::Type type) {
  switch (type) {
    case coap::Type::kConfirmable:
      return "CON";
    case coap::Type::kNonConfirmable:
      return "NON";
    case coap::Type::kAcknowledgement:
      return "ACK";
    case coap::Type::kReset:
      return "RST";
  }
  return {};
}

// Integers of CoAP have as few bytes as they need (RFC 7252 §3.2).
std::string option_value(const coap::Option& option) {
  if (std::ranges::find(kTextOptions, option.number) != std::end(kTextOptions) &&
      is_text(option.value)) {
    return to_text(option.value);
  }
  if (option.number == kContentFormat && option.value.size() <= 2) {
    unsigned value = 0;
    for (const auto byte : option.value) value = value << 8 | std::to_integer<unsigned>(byte);
    return std::to_string(value);
  }
  return hex_encode_lower(option.value);
}

bool read_coap_fields(ByteSpan datagram, std::vector<Field>& out) {
  const auto message = coap::parse(datagram);
  if (!message) return false;
  out.push_back({"type", std::string(name_of(message->type))});
  out.push_back({"code", fmt::format("{}.{:02}", message->code >> 5, message->code & 31)});
  out.push_back({"message_id", std::to_string(message->message_id)});
  out.push_back({"token", hex_encode_lower(message->token)});
  std::map<std::uint16_t, std::size_t> seen;
  for (const auto& option : message->options) {
    out.push_back(
        {fmt::format("option.{}[{}]", option.number, seen[option.number]++), option_value(option)});
  }
  if (message->payload.empty() || read_json_fields(message->payload, "payload", out)) return true;
  if (is_text(message->payload)) {
    read_text_fields(as_text(message->payload), "payload", out);
  } else {
    out.push_back({"payload", hex_encode_lower(message->payload)});
  }
  return true;
}

}  // namespace

Fields read_fields(const UdpDatagram& datagram) {
  const auto protocol = guess_protocol(datagram);
  Fields out;
  const auto read = [&](std::string_view form, bool looks, auto reader) {
    if (!looks) return false;
    out = {form, {}};
    return reader();
  };
  const bool dns = protocol == "DNS" || protocol == "mDNS" || protocol == "LLMNR";
  const ByteSpan payload = datagram.payload;
  if (read("DNS", dns, [&] { return read_dns_fields(payload, out.list); })) return out;
  if (read("CoAP", protocol == "CoAP", [&] { return read_coap_fields(payload, out.list); })) {
    return out;
  }
  if (read("JSON", true, [&] { return read_json_fields(payload, "", out.list); })) return out;
  if (is_text(payload)) {
    out = {"text", {}};
    read_text_fields(as_text(payload), "line", out.list);
    return out;
  }
  return bytes_fields(payload);
}

Fields bytes_fields(ByteSpan payload) {
  return {"bytes", {{"bytes", hex_encode_lower(payload)}}};
}

}  // namespace loopgate::codec::capture
