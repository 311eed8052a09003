// IP packets put together from their fragments (RFC 791 §3.2, RFC 8200 §4.5), within limits: what
// waits is bounded in bytes, in number and in captured time, the oldest going first.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "codec/ip.h"

namespace loopgate::codec::capture {

class Reassembly {
 public:
  enum class Outcome : unsigned char {
    kHeld,      // others are missing
    kComplete,  // the packet is in packet()
    // The fragment's own fault, which takes the packet with it:
    kMalformed,  // beyond 65535 bytes, not a multiple of 8 before the end, or behind the end
    kConflict,   // says something else of bytes that another fragment has brought (RFC 5722)
  };

  // `header` is a fragment's.
  Outcome add(const IpHeader& header, WallTime now);

  // The last complete packet, from an IP header on that has what matters: version, protocol,
  // length, addresses. Stays until the next add().
  ByteSpan packet() const { return packet_; }

  std::uint64_t joined() const { return joined_; }        // fragments in complete packets
  std::uint64_t abandoned() const { return abandoned_; }  // held once, and given up
  void abandon_all();

 private:
  // RFC 791: source, destination, protocol and identification tell packets apart; RFC 8200: without
  // the protocol.
  using Key = std::tuple<int, IpAddress, IpAddress, std::uint8_t, std::uint32_t>;
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  struct Pending {
    Key key;
    WallTime since;
    std::uint8_t protocol = 0;  // of the first fragment, which alone knows it (RFC 8200)
    Bytes data;
    std::vector<Range> ranges;  // that have come, in order, apart from each other
    bool ends = false;          // the last fragment has come: data is as long as the packet
    std::uint64_t fragments = 0;

    std::size_t cost() const;
    bool complete() const;
  };
  using Waiting = std::list<Pending>;

  Waiting::iterator find_or_start(const Key& key, WallTime now);
  Outcome put(Pending& pending, const IpHeader& header);
  static bool agrees(const Pending& pending, std::size_t begin, ByteSpan data);
  static void mark(Pending& pending, Range range);
  void build(const Pending& pending, const IpHeader& header);
  void drop(Waiting::iterator pending);
  void abandon(Waiting::iterator pending);
  void make_room(WallTime now);

  Waiting waiting_;  // the oldest first
  std::map<Key, Waiting::iterator> by_key_;
  std::size_t bytes_ = 0;
  Bytes packet_;
  std::uint64_t joined_ = 0;
  std::uint64_t abandoned_ = 0;
};

}  // namespace loopgate::codec::capture
