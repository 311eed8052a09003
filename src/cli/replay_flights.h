// The latest requests of a replay, so that what comes back finds what it answers.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "cli/replay_packet.h"

namespace loopgate::cli {

struct ReplayFlight {
  std::uint64_t number = 0;
  std::string tag;
  WallTime recorded{};
  Endpoint source;
  Endpoint destination;
  std::string target;
  bool inner = false;
  std::size_t size = 0;
  WallTime left{};  // by the clock that answers are dated with; none: not known
};

class ReplayFlights {
 public:
  static constexpr std::size_t kKept = 65'536;

  ReplayFlight& add(const ReplayRequest& request) {
    const auto& packet = request.packet;
    flights_.push_back({request.number, request.tag, packet.time, packet.source, packet.destination,
                        request.target, !packet.peer_key.empty(), packet.payload.size()});
    if (!request.tag.empty()) by_tag_[request.tag] = request.number;
    by_client_[packet.source] = request.number;
    if (flights_.size() > kKept) forget_oldest();
    return flights_.back();
  }
  // Null when there is none, or it was too long ago.
  ReplayFlight* with_tag(const std::string& tag) {
    const auto found = by_tag_.find(tag);
    return found == by_tag_.end() ? nullptr : numbered(found->second);
  }
  ReplayFlight* last_of(const Endpoint& client) {
    const auto found = by_client_.find(client);
    return found == by_client_.end() ? nullptr : numbered(found->second);
  }
  // Requests are numbered without gaps.
  ReplayFlight* numbered(std::uint64_t number) {
    if (flights_.empty() || number < flights_.front().number) return nullptr;
    const auto at = number - flights_.front().number;
    return at < flights_.size() ? &flights_[at] : nullptr;
  }

 private:
  void forget_oldest() {
    const ReplayFlight& oldest = flights_.front();
    by_tag_.erase(oldest.tag);
    const auto last = by_client_.find(oldest.source);
    if (last != by_client_.end() && last->second == oldest.number) by_client_.erase(last);
    flights_.pop_front();
  }

  std::deque<ReplayFlight> flights_;
  std::unordered_map<std::string, std::uint64_t> by_tag_;
  std::unordered_map<Endpoint, std::uint64_t> by_client_;
};

}  // namespace loopgate::cli
