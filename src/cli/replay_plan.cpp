#include "cli/replay_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace loopgate::cli {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65'535) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

bool in_any(const std::vector<Cidr>& networks, const IpAddress& address) {
  return networks.empty() || std::ranges::any_of(networks, [&](const Cidr& network) {
           return network.contains(address);
         });
}

}  // namespace

Result<CaptureTime> CaptureTime::parse(const std::string& text) {
  CaptureTime out;
  out.date_ = parse_iso8601(text);
  if (out.date_) return out;
  const auto offset = parse_duration(text);
  if (!offset) {
    return fail(
        fmt::format("'{}' is neither a date like 2026-11-02T09:15:30Z nor a time after the "
                    "first packet like 90s",
                    text));
  }
  out.offset_ = *offset;
  return out;
}

std::string_view ReplaySelection::why_not(const ReplayPacket& packet, WallTime first) const {
  if (!packet.from_client && !both) return "by a server: who spoke second (--both replays them)";
  if (!ports.empty() && std::ranges::find(ports, packet.destination.port) == ports.end()) {
    return "to another port than --port";
  }
  return why_not_flow(packet, first);
}

bool ReplaySelection::is_recorded_answer(const ReplayPacket& packet, WallTime first) const {
  if (packet.from_client) return false;
  const bool port_fits =
      ports.empty() || std::ranges::find(ports, packet.source.port) != ports.end();
  return port_fits && why_not_flow(packet, first).empty();
}

std::string_view ReplaySelection::why_not_flow(const ReplayPacket& packet, WallTime first) const {
  const Endpoint& client = packet.from_client ? packet.source : packet.destination;
  const Endpoint& server = packet.from_client ? packet.destination : packet.source;
  if (!in_any(clients, client.address)) return "of other clients than --client";
  if (!in_any(servers, server.address)) return "of other servers than --server";
  if (since && packet.time < since->at(first)) return "before --since";
  if (until && packet.time >= until->at(first)) return "after --until";
  return {};
}

Result<ReplayTargets> ReplayTargets::parse(const std::string& to,
                                           const std::vector<std::string>& maps) {
  ReplayTargets out;
  out.to_ = to;
  for (const auto& map : maps) {
    const auto equals = map.find('=');
    const auto port = parse_port(std::string_view(map).substr(0, equals));
    if (equals == std::string::npos || !port || equals + 1 == map.size()) {
      return fail(fmt::format("--map '{}' is not PORT=TARGET, like 53=Dns", map));
    }
    if (!out.mapped_by_hand_.emplace(*port, map.substr(equals + 1)).second) {
      return fail(fmt::format("--map gives port {} to two targets", *port));
    }
  }
  return out;
}

void ReplayTargets::match_ports(const nlohmann::json& info) {
  for (const auto& [stack, content] : info["stacks"].items()) {
    const auto listeners = content.value("listeners", nlohmann::json::object());
    for (const auto& [id, listener] : listeners.items()) {
      matched_[listener["port"].get<std::uint16_t>()] = stack + "/" + id;
    }
  }
}

const std::string* ReplayTargets::find(std::uint16_t port) const {
  for (const auto* map : {&mapped_by_hand_, &matched_}) {
    if (const auto found = map->find(port); found != map->end()) return &found->second;
  }
  return to_.empty() ? nullptr : &to_;
}

std::vector<std::string> ReplayTargets::all() const {
  std::set<std::string> out;
  if (!to_.empty()) out.insert(to_);
  for (const auto* map : {&mapped_by_hand_, &matched_}) {
    for (const auto& [port, target] : *map) out.insert(target);
  }
  return {out.begin(), out.end()};
}

std::string ReplayTargets::ports() const {
  std::vector<std::uint16_t> out;
  for (const auto* map : {&mapped_by_hand_, &matched_}) {
    for (const auto& [port, target] : *map) out.push_back(port);
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

Duration ReplayPace::due(WallTime recorded) {
  if (!first_) first_ = recorded;
  Duration out = last_;
  if (speed_) {
    const auto offset = std::chrono::duration<double, std::nano>(recorded - *first_) / *speed_;
    out = std::max(out, round_ + std::chrono::duration_cast<Duration>(offset));
  }
  if (per_second_) {
    const auto share = std::chrono::duration<double>(static_cast<double>(given_) / *per_second_);
    out = std::max(out, std::chrono::duration_cast<Duration>(share));
  }
  ++given_;
  last_ = out;
  return out;
}

void ReplayPace::again() {
  first_.reset();
  round_ = last_;
}

}  // namespace loopgate::cli
