// What a listener remembers about the clients that it heard: in which region each last arrived,
// because what leaves for it must leave from that region's address; and which ones were injected
// and have no wire.
#pragma once

#include <optional>

#include "base/ip_address.h"
#include "gateway/context.h"
#include "gateway/recent_map.h"

namespace loopgate::gateway {

class Clients {
 public:
  explicit Clients(bool many_regions) : many_regions_(many_regions) {}

  void saw(const Endpoint& client, RegionIndex region, bool injected) {
    if (injected) {
      injected_.put(client, region);
    } else if (!injected_.empty()) {
      injected_.erase(client);  // it is on the wire after all
    }
    if (!many_regions_ || (client == last_ && region == last_region_)) return;
    last_ = client;
    last_region_ = region;
    regions_.put(client, region);
  }

  std::optional<RegionIndex> region_of(const Endpoint& client) {
    if (!many_regions_) return std::nullopt;
    const RegionIndex* region = regions_.find(client);
    return region == nullptr ? std::nullopt : std::optional(*region);
  }

  void forget_injected() { injected_ = RecentMap<Endpoint, RegionIndex>{kMaxInjectedClients}; }

  bool is_injected(const Endpoint& client) {
    return !injected_.empty() && injected_.find(client) != nullptr;
  }

 private:
  bool many_regions_;
  Endpoint last_;
  RegionIndex last_region_ = 0;
  RecentMap<Endpoint, RegionIndex> regions_{kMaxClients};
  RecentMap<Endpoint, RegionIndex> injected_{kMaxInjectedClients};
};

}  // namespace loopgate::gateway
