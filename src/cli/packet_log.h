// The live view of `up`: what happens to packets, as it happens (packet_text.h). It looks a few
// times a second, so that a burst costs one write; of more packets than a person can read it shows
// some and sums up the others, which cost a comparison each. Warnings and discards are always
// shown; of the same discard at the same place, more than a few in a look are counted.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/journal.h"
#include "cli/packet_text.h"

namespace loopgate::cli {

struct PacketLogOptions {
  bool every_event = false;        // a line an event, as `trace -v` has them
  std::function<Style()> style;    // asked at each look: a window changes
  std::function<Labels()> labels;  // asked when there is a name that they do not know
  std::function<void(std::string_view text)> write;  // some lines at a time
};

class PacketLog {
 public:
  PacketLog(Clock& clock, Journal& journal, PacketLogOptions options);
  ~PacketLog();

 private:
  using Place = std::tuple<Reason, Symbol, Symbol>;  // with listener and destination
  // The last ids that were put in.
  class Recent {
   public:
    void insert(std::uint64_t id);
    bool contains(std::uint64_t id) const { return ids_.contains(id); }

   private:
    std::deque<std::uint64_t> order_;
    std::unordered_set<std::uint64_t> ids_;
  };
  // What is not shown one by one.
  struct Sums {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t events = 0;  // that belong to no packet
    std::uint64_t warnings = 0;
    std::map<Place, std::uint64_t> discards;  // all, also those that are shown
  };

  void on_event(const Event& event);
  bool is_shown(const Event& event);
  bool is_shown_discard(const Event& event);
  bool takes_from_budget();
  void count(std::uint64_t& sum, std::uint64_t more = 1);
  void look();
  void look_at_sums();
  std::string tell_pending();
  std::string tell_sums();
  void learn_names(const std::vector<Event>& events);

  Clock& clock_;
  Journal& journal_;
  PacketLogOptions options_;
  PacketText text_;
  ScopedTimer timer_;
  ScopedTimer sums_timer_;

  std::vector<Event> pending_;
  std::size_t pending_warnings_ = 0;
  std::size_t budget_;
  Instant refilled_;
  Recent packets_;  // those that are shown …
  Recent batches_;  // … and the calls that they joined
  Sums sums_;
  Instant summed_;  // when they were last told

  Journal::ObserverId observer_;  // last: it uses the others
};

}  // namespace loopgate::cli
