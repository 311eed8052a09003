// Who talks with whom in a capture: datagrams gathered into flows, in memory that is bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "base/ip_address.h"
#include "base/time.h"
#include "codec/capture/dissector.h"
#include "codec/capture/speakers.h"

namespace loopgate::codec::capture {

struct FlowSide {
  std::uint64_t datagrams = 0;
  std::uint64_t bytes = 0;  // of payloads
};

// Two endpoints. The client is who spoke first in the capture.
struct Flow {
  Endpoint client;
  Endpoint server;
  WallTime first;
  WallTime last;
  FlowSide from_client;
  FlowSide from_server;
  std::size_t smallest = 0;  // payloads of both sides
  std::size_t largest = 0;
  std::string_view protocol;  // a guess; empty: none
};

class Flows {
 public:
  void add(const UdpDatagram& datagram, WallTime time);

  const std::deque<Flow>& all() const { return flows_; }  // in order of appearance
  // Datagrams of flows that were too many to keep (kMaxCaptureFlows).
  std::uint64_t left_out() const { return left_out_; }

 private:
  std::deque<Flow> flows_;
  std::unordered_map<EndpointPair, Flow*, EndpointPairHash> by_pair_;
  std::uint64_t left_out_ = 0;
};

}  // namespace loopgate::codec::capture
