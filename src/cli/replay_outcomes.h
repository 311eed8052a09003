// What became of replayed packets, read from the sandbox's journal: events in, ends out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/replay_packet.h"

namespace loopgate::cli {

class ReplayOutcomes {
 public:
  using OnEnd = std::function<void(std::uint64_t request, const ReplayEnd&)>;
  explicit ReplayOutcomes(OnEnd on_end) : on_end_(std::move(on_end)) {}

  // The packet with this tag is that request. Before its events.
  void expect(const std::string& tag, std::uint64_t request);
  // Events of the journal in their order, those of others too. A line {"forgotten": N} counts.
  void read(const nlohmann::json& event);
  // All that was in the journal has been read.
  void end_read();
  // The replay is over: what has not ended yet is unfinished.
  void finish();

  std::size_t open() const { return packets_.size(); }  // packets that have not ended
  std::uint64_t progress() const { return progress_; }  // grows with every event about one of them
  std::uint64_t forgotten() const { return forgotten_; }

  struct Counts {
    std::uint64_t delivered = 0;
    std::uint64_t taken = 0;
    std::uint64_t unfinished = 0;
    std::map<std::string, std::uint64_t> discarded;  // by reason: packets that nobody got
    std::map<std::string, std::uint64_t> elsewhere;  // by one destination, another has got it
    std::map<std::string, std::uint64_t> replies;    // answers that were discarded
  };
  const Counts& counts() const { return counts_; }
  // Whether something was discarded that should not have been: a destination's filter beside
  // another destination is the template's will.
  bool any_discarded() const;
  // "12 delivered, 2 discarded [destination-error]"
  std::string to_string() const;

 private:
  struct Packet {
    std::uint64_t request = 0;
    std::size_t batches = 0;  // that it waits for
    bool fresh = true;        // its first events were not all read yet
    bool delivered = false;
    std::string reason;
    std::string text;
  };
  struct Batch {
    std::vector<std::string> members;
    std::set<std::string> discarded;
    std::uint64_t delivered = 0;
  };

  void queued(const std::string& tag, std::uint64_t batch);
  void delivered(std::uint64_t batch, std::uint64_t count);
  void discarded(const nlohmann::json& event);
  void complete(std::uint64_t number);
  // Whether the packet is one of ours.
  bool left_batch(const std::string& tag, bool delivered);
  void end(const std::string& tag);

  OnEnd on_end_;
  std::unordered_map<std::string, Packet> packets_;
  std::vector<std::string> fresh_;
  std::map<std::uint64_t, Batch> batches_;
  std::set<std::string> ended_;  // the latest, for what is discarded on the way back
  std::deque<std::string> ended_order_;
  std::set<std::uint64_t> ended_batches_;  // with packets of ours, the latest
  Counts counts_;
  std::uint64_t progress_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace loopgate::cli
