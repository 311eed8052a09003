#include "codec/capture/flows.h"

#include <algorithm>

#include "codec/capture/guess.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

// A protocol shows in its first messages; later ones are often opaque.
constexpr std::uint64_t kGuessedDatagrams = 16;

}  // namespace

void Flows::add(const UdpDatagram& datagram, WallTime time) {
  const EndpointPair pair(datagram.source, datagram.destination);
  const auto found = by_pair_.find(pair);
  if (found == by_pair_.end() && flows_.size() == kMaxCaptureFlows) {
    ++left_out_;
    return;
  }
  Flow* flow = found == by_pair_.end() ? nullptr : found->second;
  const std::size_t size = datagram.payload.size();
  if (flow == nullptr) {
    flow = &flows_.emplace_back();
    flow->client = datagram.source;
    flow->server = datagram.destination;
    flow->first = flow->last = time;
    flow->smallest = size;
    by_pair_.emplace(pair, flow);
  }
  const bool by_client = datagram.source == flow->client;
  FlowSide& side = by_client ? flow->from_client : flow->from_server;
  ++side.datagrams;
  side.bytes += size;
  flow->first = std::min(flow->first, time);
  flow->last = std::max(flow->last, time);
  flow->smallest = std::min(flow->smallest, size);
  flow->largest = std::max(flow->largest, size);
  const auto datagrams = flow->from_client.datagrams + flow->from_server.datagrams;
  if (flow->protocol.empty() && datagrams <= kGuessedDatagrams) {
    flow->protocol = guess_protocol(datagram);
  }
}

}  // namespace loopgate::codec::capture
