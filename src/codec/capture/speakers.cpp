#include "codec/capture/speakers.h"

#include <utility>

namespace loopgate::codec::capture {

bool Speakers::from_client(const Endpoint& source, const Endpoint& destination) {
  const EndpointPair pair(source, destination);
  if (const auto known = recent_.find(pair); known != recent_.end()) {
    return known->second == source;
  }
  if (recent_.size() >= kept_) older_ = std::exchange(recent_, {});
  const auto old = older_.find(pair);
  const Endpoint client = old == older_.end() ? source : old->second;
  recent_.emplace(pair, client);
  return client == source;
}

}  // namespace loopgate::codec::capture
