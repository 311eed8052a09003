// How a replay's packets reach the gateway, and what comes back: injected over the sandbox's HTTP
// routes, or sent through real sockets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/client.h"
#include "cli/replay_outcomes.h"
#include "cli/replay_packet.h"

namespace loopgate::cli {

class ReplayDelivery {
 public:
  virtual ~ReplayDelivery() = default;

  // Takes a copy of the payload. It may wait in a batch until `flush`.
  virtual Status put(const ReplayPacket& packet, const std::string& target) = 0;
  virtual Status flush() = 0;
  // Real time, in which answers are read.
  virtual Status wait(Duration duration) = 0;
  // Until nothing has come for `quiet`; packets that are still under way are waited for longer.
  virtual Status finish(Duration quiet) = 0;
  static constexpr int kLonger = 10;

  struct Counts {
    std::uint64_t put = 0;
    std::uint64_t answers = 0;
    std::uint64_t lost = 0;          // answers that could not be read
    std::vector<std::string> notes;  // what the user should know besides
  };
  virtual Counts counts() const = 0;
  // Null where no journal tells.
  virtual const ReplayOutcomes* outcomes() const = 0;
};

// The observers outlive it.
using ReplayObservers = std::vector<ReplayObserver*>;

// Into listeners of a running sandbox, with the sources of the capture. `region` empty: the first.
std::unique_ptr<ReplayDelivery> make_injector(Client& client, std::string region,
                                              ReplayObservers observers);

// Through sockets, one for each captured source, to listeners of a running sandbox or to any
// address.
std::unique_ptr<ReplayDelivery> make_sender(Client& client, std::string region,
                                            ReplayObservers observers);

}  // namespace loopgate::cli
