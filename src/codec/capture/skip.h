// Why a captured packet gives no datagram, and how many there were of each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/capture/link_type.h"

namespace loopgate::codec::capture {

enum class Skip : unsigned char {
  kNotIp,
  kNotUdp,
  kFragment,          // others of its packet are missing, or came too late
  kFragmentConflict,  // fragments that say different things of the same bytes
  kIpInIp,            // tunnels, unless they are opened
  kIpv6InIp,
  kGre,
  kEncrypted,     // on the air: 802.11
  kAirFragment,   // of an 802.11 frame
  kAirAggregate,  // several packets in an 802.11 frame
  kTruncated,     // the capture kept less of the packet than its datagram needs
  kMalformed,
  kTooLarge,  // more than a datagram outside of a capture could carry
  kUnknownLinkType,
};
inline constexpr std::size_t kSkips = 14;

std::string_view code(Skip skip);      // "not-ip", for programs
std::string_view describe(Skip skip);  // "not IP", "cut short by the capture" …
// The same; of an unknown link type, with its number and name.
std::string describe(Skip skip, LinkType link_type);

class SkipCounts {
 public:
  void add(Skip skip, LinkType link_type, std::uint64_t count = 1);

  struct Line {
    std::string code;
    std::string why;
    std::uint64_t count = 0;
  };
  std::vector<Line> lines() const;  // those that occurred, in the order of the reasons
  std::uint64_t total() const;

 private:
  std::uint64_t counts_[kSkips] = {};
  std::map<LinkType, std::uint64_t> unknown_;  // which: at most 65536
};

}  // namespace loopgate::codec::capture
