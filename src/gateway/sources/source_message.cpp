#include "gateway/sources/source_message.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/formatter.h"
#include "gateway/limits.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

constexpr std::size_t kPeerKeyBytes = 32;

std::unexpected<SourceProblem> problem(Reason reason, std::string field) {
  return std::unexpected(SourceProblem{reason, std::move(field)});
}

// Null counts as absent.
const json* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::uint16_t> port_of(const json* value) {
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  const auto number = value->is_number_unsigned() && value->get<std::uint64_t>() > 65'535
                          ? std::int64_t{-1}
                          : value->get<std::int64_t>();
  if (number < 1 || number > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<IpAddress> address_of(const json* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return IpAddress::parse(value->get_ref<const std::string&>());
}

bool has_old_names(const json& remote) {
  return member(remote, "Address") == nullptr &&
         (member(remote, "IP") != nullptr || member(remote, "Ip") != nullptr);
}

std::expected<Endpoint, SourceProblem> parse_remote(const json& entry, const std::string& at) {
  const json* remote = member(entry, "Remote");
  if (remote == nullptr || !remote->is_object()) {
    return problem(Reason::kRemoteMissing, at + "Remote: missing or not an object");
  }
  if (has_old_names(*remote))
    return problem(Reason::kOldFieldNames, at + "Remote.IP: now called Address");
  if (member(*remote, "Address") == nullptr && member(*remote, "Port") == nullptr) {
    return problem(Reason::kRemoteMissing, at + "Remote: has neither Address nor Port");
  }
  const auto address = address_of(member(*remote, "Address"));
  if (!address)
    return problem(Reason::kRemoteNoAddress, at + "Remote.Address: missing or not an IP address");
  const auto port = port_of(member(*remote, "Port"));
  if (!port)
    return problem(Reason::kRemoteNoAddress,
                   at + "Remote.Port: missing or not a number from 1 to 65535");
  return Endpoint{*address, *port};
}

std::expected<std::string, SourceProblem> parse_peer_key(const json& remote,
                                                         const std::string& at) {
  const json* key = member(remote, "PeerKey");
  if (key == nullptr) return std::string();
  if (key->is_string()) {
    const auto& text = key->get_ref<const std::string&>();
    if (text.empty()) return text;
    const auto bytes = codec::base64_decode(text);
    if (bytes && bytes->size() == kPeerKeyBytes) return text;
  }
  return problem(Reason::kPeerKeyMalformed, at + "Remote.PeerKey: not the base64 of 32 bytes");
}

std::expected<InnerHeader, SourceProblem> parse_inner(const json& inner, const std::string& at) {
  const auto malformed = [&](const char* field) {
    return problem(Reason::kSourcedInnerMalformed, at + "Inner" + field);
  };
  if (!inner.is_object()) return malformed(": no object");
  const auto source = address_of(member(inner, "SourceAddress"));
  if (!source) return malformed(".SourceAddress: missing or not an IP address");
  const auto source_port = port_of(member(inner, "SourcePort"));
  if (!source_port) return malformed(".SourcePort: missing or no port");
  const auto destination = address_of(member(inner, "DestinationAddress"));
  if (!destination) return malformed(".DestinationAddress: missing or not an IP address");
  const auto destination_port = port_of(member(inner, "DestinationPort"));
  if (!destination_port) return malformed(".DestinationPort: missing or no port");
  if (source->is_v4() != destination->is_v4()) {
    return malformed(": SourceAddress and DestinationAddress are of different families");
  }
  return InnerHeader{
      {*source, *source_port}, {*destination, *destination_port}, source->is_v4() ? 4 : 6};
}

std::expected<Bytes, SourceProblem> parse_data(const json& entry, const std::string& at) {
  const json* data = member(entry, "Data");
  if (data == nullptr || !data->is_string()) {
    return problem(Reason::kEntryMalformed, at + "Data: missing or not a string");
  }
  auto formatter = codec::Formatter::kBase64;
  if (const json* name = member(entry, "Formatter"); name != nullptr) {
    const auto parsed = name->is_string()
                            ? codec::parse_formatter(name->get_ref<const std::string&>())
                            : std::nullopt;
    if (!parsed)
      return problem(Reason::kFormatterUnknown,
                     at + "Formatter: " + write_json(*name, JsonText::kAscii));
    formatter = *parsed;
  }
  auto bytes = codec::unformat(formatter, data->get_ref<const std::string&>());
  if (bytes) return std::move(*bytes);
  const bool coap = formatter == codec::Formatter::kCoap;
  return std::unexpected(SourceProblem{
      .reason = coap ? Reason::kCoapNotEncodable : Reason::kDataUndecodable,
      .field = fmt::format("{}Data: {}", at, bytes.error()),
      .assumed = formatter == codec::Formatter::kAscii});  // its end at 0x7F is our reading
}

SourceEntry parse_entry(const json& entry, std::size_t index, SourceTraits traits) {
  const std::string at = fmt::format("Messages[{}].", index);
  if (!entry.is_object())
    return problem(Reason::kEntryMalformed, at.substr(0, at.size() - 1) + ": no object");
  SourcedPacket packet;
  auto remote = parse_remote(entry, at);
  if (!remote) return std::unexpected(std::move(remote.error()));
  packet.remote = *remote;
  auto data = parse_data(entry, at);
  if (!data) return std::unexpected(std::move(data.error()));
  packet.payload = std::move(*data);
  if (packet.payload.size() > (packet.remote.address.is_v4() ? kMaxDatagramV4 : kMaxDatagramV6)) {
    return problem(Reason::kDatagramTooLarge,
                   fmt::format("{}Data: {} bytes", at, packet.payload.size()));
  }
  if (traits.wireguard) {
    auto key = parse_peer_key(*member(entry, "Remote"), at);
    if (!key) return std::unexpected(std::move(key.error()));
    packet.peer_key = std::move(*key);
  }
  if (const json* inner = member(entry, "Inner"); traits.decapsulated && inner != nullptr) {
    auto header = parse_inner(*inner, at);
    if (!header) return std::unexpected(std::move(header.error()));
    packet.inner = *header;
  }
  return packet;
}

}  // namespace

std::expected<std::vector<SourceEntry>, SourceProblem> parse_source_message(std::string_view body,
                                                                            SourceTraits traits) {
  if (body.size() > kMaxSourceBodyBytes) {
    return problem(Reason::kBodyNotJson, fmt::format("the body has {} bytes", body.size()));
  }
  const auto read = read_json(body);
  if (!read) return problem(Reason::kBodyNotJson, "the body is not JSON: " + read.error().message);
  if (!read->is_object()) return problem(Reason::kBodyNotJson, "the body is not a JSON object");
  const json& document = *read;
  const json* messages = member(document, "Messages");
  if (messages == nullptr &&
      (member(document, "Data") != nullptr || member(document, "Remote") != nullptr)) {
    return problem(Reason::kOldFieldNames, "Data and Remote stand at the top");
  }
  if (messages == nullptr || !messages->is_array()) {
    return problem(Reason::kNoMessagesList, "Messages: missing or not a list");
  }
  std::vector<SourceEntry> out;
  for (std::size_t i = 0; i < messages->size(); ++i)
    out.push_back(parse_entry((*messages)[i], i, traits));
  return out;
}

}  // namespace loopgate::gateway
