// Which of two endpoints is the client: who spoke first. In memory that is bounded, for captures of
// any size.
#pragma once

#include <unordered_map>

#include "base/ip_address.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

// Two endpoints, whoever sent.
struct EndpointPair {
  EndpointPair(const Endpoint& one, const Endpoint& other)
      : low(one < other ? one : other), high(one < other ? other : one) {}
  bool operator==(const EndpointPair&) const = default;

  Endpoint low;
  Endpoint high;
};

struct EndpointPairHash {
  std::size_t operator()(const EndpointPair& pair) const noexcept {
    const std::hash<Endpoint> hash;
    return hash(pair.low) * 31 + hash(pair.high);
  }
};

class Speakers {
 public:
  // `kept`: pairs that are surely remembered, the latest ones; up to twice as many are.
  explicit Speakers(std::size_t kept = kMaxSpeakers) : kept_(kept) {}

  // Of a datagram, in the order of the capture.
  bool from_client(const Endpoint& source, const Endpoint& destination);

 private:
  using Clients = std::unordered_map<EndpointPair, Endpoint, EndpointPairHash>;

  std::size_t kept_;
  Clients recent_;
  Clients older_;  // forgotten as a whole when `recent_` is full
};

}  // namespace loopgate::codec::capture
