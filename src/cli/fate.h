// What became of packets, for the verb that sent them: the journal's events go in, and whether
// something is under way, sums and blocks come out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/packet_text.h"

namespace loopgate::cli {

class Fate {
 public:
  // `expected` packets were sent; through a tunnel more datagrams arrive than that.
  explicit Fate(std::size_t expected, bool tunnelled = false)
      : expected_(expected), tunnelled_(tunnelled) {}

  void add(const Told& event);

  // All have arrived, and nothing more is going to happen of itself: each destination has
  // discarded them, or its call has ended and its replies have left.
  bool is_settled() const;
  std::size_t arrived() const;
  std::size_t delivered() const;
  // Without those that a destination's filter did not want.
  std::size_t discarded() const;
  bool failed_all() const { return discarded() > 0 && delivered() == 0; }
  // All went to queues, topics and the like.
  bool nobody_replies() const;

  // "12 delivered, 2 discarded [destination-error]".
  std::string sums() const;
  // One discard for each reason, as blocks; for a single packet what else became of it.
  std::string text(const Labels& labels, const Style& style) const;
  // What it waits for: "shout is still running", or empty.
  std::string under_way() const;

 private:
  struct Call {
    std::string destination;
    bool running = false;
    bool over = false;
    bool invoked = false;  // a function, which could have replied
    Duration took{};
    std::string note;
  };
  struct Packet {
    std::set<std::uint64_t> calls;
    bool has_way = false;  // queued somewhere or discarded
    bool delivered = false;
    bool discarded = false;
    std::uint64_t replied = 0;  // that have not left yet
  };

  void discard(const Told& event);
  bool is_settled(const Packet& packet) const;
  std::string delivered_text() const;

  std::size_t expected_;
  bool tunnelled_;
  std::map<std::uint64_t, Packet> packets_;  // by tag
  std::map<std::uint64_t, Call> calls_;      // by batch
  std::map<Reason, std::size_t> reasons_;
  std::map<Reason, Told> examples_;
};

}  // namespace loopgate::cli
