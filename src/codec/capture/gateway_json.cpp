#include "codec/capture/gateway_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/ip.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

using nlohmann::json;

constexpr int kMaxWrappings = 8;  // an SNS notification in an SQS message in an event, and no more
constexpr std::size_t kKnownTags = 65'536;
constexpr std::size_t kPieceBytes = 4096;  // a line is read in such

const json* member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint16_t port(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_number_unsigned()) return 0;
  const auto value = found->get<std::uint64_t>();
  return value > 65'535 ? 0 : static_cast<std::uint16_t>(value);
}

bool is_packet(const json& object) {
  const auto* remote = member(object, "Remote");
  const auto* data = member(object, "Data");
  return remote != nullptr && remote->is_object() && data != nullptr && data->is_string();
}

bool is_space(std::byte byte) {
  return byte == std::byte{' '} || byte == std::byte{'\n'} || byte == std::byte{'\r'} ||
         byte == std::byte{'\t'};
}

}  // namespace

bool looks_like_json(ByteSpan head) {
  const auto first = std::ranges::find_if_not(head, is_space);
  return first != head.end() && (*first == std::byte{'{'} || *first == std::byte{'['});
}

// Walks through one document, whatever is wrapped in it.
struct GatewayJson::Collector {
  GatewayJson& out;
  std::string where;

  Status collect(const json& value, int depth = 0) {
    if (depth > kMaxWrappings) return {};
    if (value.is_array()) return collect_all(value, depth);
    if (!value.is_object()) return other();
    if (is_packet(value)) return packet(value);
    for (const char* list : {"Messages", "Records", "records"}) {
      const auto* entries = member(value, list);
      if (entries != nullptr && entries->is_array()) return collect_all(*entries, depth);
    }
    if (const auto* replies = member(value, "Replies"); replies != nullptr && replies->is_array()) {
      return answers(*replies);
    }
    return wrapped(value, depth);
  }

  Status collect_all(const json& list, int depth) {
    for (const auto& entry : list) {
      if (auto collected = collect(entry, depth + 1); !collected) return collected;
    }
    return {};
  }

  // What carries a document as text: an SQS message, an SNS notification, a record of a stream.
  Status wrapped(const json& value, int depth) {
    for (const char* name : {"Sns", "kinesis"}) {
      const auto* inner = member(value, name);
      if (inner != nullptr && inner->is_object()) return collect(*inner, depth + 1);
    }
    for (const char* name : {"body", "Body", "Message", "message"}) {
      const auto body = text(value, name);
      if (!body.empty()) return collect_text(body, depth);
    }
    const auto data = base64_decode(text(value, "data"));
    if (!data || data->empty()) return other();
    return collect_text(as_text(*data), depth);
  }

  Status collect_text(std::string_view document, int depth) {
    const auto value = read_json(document);
    return value ? collect(*value, depth + 1) : other();
  }

  Status packet(const json& value) {
    const json& remote = value["Remote"];
    const auto address = IpAddress::parse(text(remote, "IpAddress"));
    if (!address) return fail(where + "Remote.IpAddress is no address");
    const auto name = text(value, "Formatter");
    const auto formatter = name.empty() ? Formatter::kBase64 : parse_formatter(name);
    if (!formatter) return fail(fmt::format("{}Formatter '{}' is none", where, name.substr(0, 40)));
    auto payload = unformat(*formatter, value["Data"].get_ref<const std::string&>());
    if (!payload) return fail(where + "Data: " + payload.error());
    GatewayPacket packet;
    packet.time = parse_iso8601(text(value, "ReceivedAt")).value_or(WallTime{});
    packet.remote = {*address, port(remote, "Port")};
    packet.peer_key = text(remote, "PeerKey");
    packet.local.address = address->is_v4() ? IpAddress() : *IpAddress::parse("::");
    if (const auto* local = member(value, "Local"); local != nullptr && local->is_object()) {
      packet.local.port = port(*local, "Port");
    }
    packet.payload = *std::move(payload);
    if (const auto* inner = member(value, "Inner"); inner != nullptr && inner->is_object()) {
      if (auto wrapped = wrap(*inner, packet); !wrapped) return wrapped;
    }
    remember(text(value, "Tag"), packet, *formatter);
    out.packets_.push_back(std::move(packet));
    return {};
  }

  // A decapsulating listener's: the peer encrypted an IP packet.
  Status wrap(const json& inner, GatewayPacket& packet) const {
    const auto source = IpAddress::parse(text(inner, "SourceAddress"));
    const auto destination = IpAddress::parse(text(inner, "DestinationAddress"));
    if (!source || !destination) return fail(where + "Inner has no addresses");
    packet.payload = build_udp({*source, port(inner, "SourcePort")},
                               {*destination, port(inner, "DestinationPort")}, packet.payload);
    return {};
  }

  void remember(const std::string& tag, const GatewayPacket& packet, Formatter formatter) const {
    if (tag.empty()) return;
    const Known known{packet.remote, packet.local, packet.time, packet.peer_key, formatter};
    if (!out.by_tag_.insert_or_assign(tag, known).second) return;
    out.tag_order_.push_back(tag);
    if (out.tag_order_.size() < 2 * kKnownTags) return;
    for (std::size_t i = 0; i < kKnownTags; ++i) out.by_tag_.erase(out.tag_order_[i]);
    out.tag_order_.erase(out.tag_order_.begin(), out.tag_order_.begin() + kKnownTags);
  }

  Status answers(const json& replies) {
    for (const auto& reply : replies) {
      if (!reply.is_object() || !reply.contains("Data") || !reply["Data"].is_string()) continue;
      const auto known = out.by_tag_.find(text(reply, "Tag"));
      if (known == out.by_tag_.end()) {
        ++out.unknown_tags_;
        continue;
      }
      const auto& [remote, local, time, peer_key, formatter] = known->second;
      auto payload = unformat(formatter, reply["Data"].get_ref<const std::string&>());
      if (!payload) return fail(where + "Replies: Data: " + payload.error());
      out.packets_.push_back({time, remote, local, peer_key, true, *std::move(payload)});
    }
    return {};
  }

  Status other() {
    ++out.others_;
    return {};
  }
};

Result<const GatewayPacket*> GatewayJson::next() {
  while (next_ == packets_.size()) {
    packets_.clear();
    next_ = 0;
    const auto more = read_document();
    if (!more) return std::unexpected(more.error());
    if (!*more) return nullptr;
  }
  return &packets_[next_++];
}

// A line that is no document by itself begins one that goes over several.
Result<bool> GatewayJson::read_document() {
  if (whole_) return false;
  auto line = read_line();
  if (!line) return std::unexpected(line.error());
  if (line->empty()) return false;
  if (std::ranges::all_of(as_bytes(*line), is_space)) return true;
  Collector collector{*this, fmt::format("line {}: ", line_)};
  auto value = read_json(*line);
  if (!value && !begun_) {
    const auto rest = read_rest();
    if (!rest) return std::unexpected(rest.error());
    value = read_json(*line + *rest);
    collector.where.clear();
    whole_ = true;
  }
  begun_ = true;
  if (!value) return fail(collector.where + "is not JSON: " + value.error().message);
  if (auto collected = collector.collect(*value); !collected) {
    return std::unexpected(collected.error());
  }
  return true;
}

// With its end; empty at the end of all.
Result<std::string> GatewayJson::read_line() {
  std::string out;
  for (;;) {
    const auto window = stream_.peek(kPieceBytes);
    if (!window) return std::unexpected(window.error());
    const auto end = std::ranges::find(*window, std::byte{'\n'});
    const bool found = end != window->end();
    const auto size = static_cast<std::size_t>(end - window->begin()) + (found ? 1 : 0);
    out += as_text(window->first(size));
    stream_.skip(size);
    if (out.size() > kMaxJsonBytes) return fail("a line is longer than 128 MB");
    if (found || size == 0) break;
  }
  if (!out.empty()) ++line_;
  return out;
}

Result<std::string> GatewayJson::read_rest() {
  std::string out;
  for (;;) {
    const auto window = stream_.peek(kCaptureWindowBytes);
    if (!window) return std::unexpected(window.error());
    if (window->empty()) return out;
    out += as_text(*window);
    stream_.skip(window->size());
    if (out.size() > kMaxJsonBytes) return fail("the document is larger than 128 MB");
  }
}

}  // namespace loopgate::codec::capture
