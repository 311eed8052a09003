// Which of this machine's addresses each peer last sent to. A socket that is bound to all of them
// has to answer from that one, or a connected client does not take the answer.
#pragma once

#include <unordered_map>
#include <utility>

#include "base/ip_address.h"
#include "io/limits.h"

namespace loopgate::io {

// Two generations bound it: a peer that is not heard for a whole one is forgotten.
class SentTo {
 public:
  void saw(const Endpoint& peer, const IpAddress& local) {
    if (recent_.size() >= kRememberedPeers) older_ = std::exchange(recent_, {});
    recent_[peer] = local;
  }
  // Null when nothing is known; valid until the next `saw`.
  const IpAddress* find(const Endpoint& peer) const {
    if (const auto found = recent_.find(peer); found != recent_.end()) return &found->second;
    const auto found = older_.find(peer);
    return found == older_.end() ? nullptr : &found->second;
  }

 private:
  using Map = std::unordered_map<Endpoint, IpAddress>;
  Map recent_;
  Map older_;
};

}  // namespace loopgate::io
