// What functions did wrong with damaged packets, each kind with the first packet that shows it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "cli/replay_packet.h"

namespace loopgate::cli {

class ReplayFindings final : public ReplayObserver {
 public:
  void on_request(const ReplayRequest& request) override;
  void on_end(std::uint64_t request, const ReplayEnd& end) override;

  // `command` plays the whole again; " --only N" behind it, the packet alone. True when there is
  // nothing to tell.
  bool print(const std::string& command) const;

 private:
  struct Packet {
    std::uint64_t chosen = 0;
    std::string mutation;
  };
  struct Finding {
    std::uint64_t count = 0;
    Packet first;
  };

  std::unordered_map<std::uint64_t, Packet> open_;
  // By reason and the function's own words.
  std::map<std::pair<std::string, std::string>, Finding> findings_;
  std::uint64_t others_ = 0;  // of still more kinds
};

}  // namespace loopgate::cli
