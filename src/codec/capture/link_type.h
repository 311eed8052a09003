// What a captured frame starts with: LINKTYPE_ values (tcpdump.org/linktypes.html).
#pragma once

#include <cstdint>
#include <string>

namespace loopgate::codec::capture {

// Those that are opened. Any other value may stand in a file.
enum class LinkType : std::uint16_t {
  kNull = 0,
  kEthernet = 1,
  kPpp = 9,
  kRawBsd = 12,      // DLT_RAW as some systems wrote it to files
  kRawOpenBsd = 14,  // and as OpenBSD did
  kPppHdlc = 50,
  kPppEther = 51,
  kAtmRfc1483 = 100,
  kRaw = 101,  // IPv4 or IPv6
  kCiscoHdlc = 104,
  kIeee80211 = 105,
  kLoop = 108,
  kEnc = 109,
  kLinuxCooked = 113,
  kPflog = 117,
  kIeee80211Prism = 119,
  kIeee80211Radiotap = 127,
  kIeee80211Avs = 163,
  kPpi = 192,
  kPppWithDirection = 204,
  kCiscoHdlcWithDirection = 205,
  kMpls = 219,
  kIpv4 = 228,
  kIpv6 = 229,
  kNflog = 239,
  kPktap = 258,
  kLinuxCooked2 = 276,
};

// "1 (Ethernet)", "147 (USER0)"; "4711" for a number that we know no name of.
std::string describe(LinkType link_type);

}  // namespace loopgate::codec::capture
