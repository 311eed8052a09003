// Which packets of a capture are replayed, where each goes, and when. Values in, values out.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "cli/replay_packet.h"

namespace loopgate::cli {

// A moment of the capture: a date, or so long after its first packet.
class CaptureTime {
 public:
  static Result<CaptureTime> parse(const std::string& text);
  WallTime at(WallTime first) const { return date_ ? *date_ : first + offset_; }

 private:
  std::optional<WallTime> date_;
  Duration offset_{};
};

struct ReplaySelection {
  bool both = false;                 // servers' datagrams too
  std::vector<std::uint16_t> ports;  // of the destination; empty: all
  std::vector<Cidr> clients;         // empty: all
  std::vector<Cidr> servers;
  std::optional<CaptureTime> since;
  std::optional<CaptureTime> until;

  // Why a packet is not replayed; empty when it is. `first` is the time of the capture's first
  // packet. A server's answer has the fate of the flow's client, but for `both`.
  std::string_view why_not(const ReplayPacket& packet, WallTime first) const;
  // Whether it is what the flow's server answered to what is replayed.
  bool is_recorded_answer(const ReplayPacket& packet, WallTime first) const;

 private:
  std::string_view why_not_flow(const ReplayPacket& packet, WallTime first) const;
};

// Where packets go, by the port that they were sent to.
class ReplayTargets {
 public:
  // `to` takes all; each of `maps` is "PORT=TARGET". A target is a listener, or ADDRESS:PORT.
  static Result<ReplayTargets> parse(const std::string& to, const std::vector<std::string>& maps);
  // Neither was given: the sandbox's listeners take what was sent to their own ports. `info` is its
  // description (GET /_loopgate/info).
  void match_ports(const nlohmann::json& info);

  bool by_ports() const { return to_.empty() && mapped_by_hand_.empty(); }
  // Null when the packet has none.
  const std::string* find(std::uint16_t port) const;
  std::vector<std::string> all() const;
  // "53, 514": ports that have a target, for people.
  std::string ports() const;

 private:
  std::string to_;
  std::map<std::uint16_t, std::string> mapped_by_hand_;
  std::map<std::uint16_t, std::string> matched_;
};

// When each packet is due, counted from the replay's start.
class ReplayPace {
 public:
  // `speed`: how many times as fast as it was recorded; nothing: at once. `per_second`: at most.
  ReplayPace(std::optional<double> speed, std::optional<double> per_second)
      : speed_(speed), per_second_(per_second) {}

  Duration due(WallTime recorded);
  // The capture begins again.
  void again();
  bool at_once() const { return !speed_ && !per_second_; }

 private:
  std::optional<double> speed_;
  std::optional<double> per_second_;
  std::optional<WallTime> first_;  // of this round
  Duration round_{};               // when it began
  Duration last_{};                // what was due last
  std::uint64_t given_ = 0;
};

}  // namespace loopgate::cli
