#include "codec/capture/link_type.h"

#include <fmt/format.h>

#include <string_view>

namespace loopgate::codec::capture {

namespace {

struct Name {
  std::uint16_t link_type;
  std::string_view name;
};

// Those that are opened, and those that people capture and then wonder about.
constexpr Name kNames[] = {
    {0, "BSD loopback"},
    {1, "Ethernet"},
    {3, "AX.25"},
    {6, "Token Ring"},
    {8, "SLIP"},
    {9, "PPP"},
    {10, "FDDI"},
    {12, "raw IP"},
    {14, "raw IP"},
    {50, "PPP in HDLC framing"},
    {51, "PPPoE"},
    {100, "LLC over ATM"},
    {101, "raw IP"},
    {104, "Cisco HDLC"},
    {105, "802.11"},
    {107, "Frame Relay"},
    {108, "OpenBSD loopback"},
    {109, "OpenBSD ENC"},
    {113, "Linux cooked"},
    {117, "PFLOG"},
    {119, "802.11 with Prism header"},
    {127, "802.11 with radiotap"},
    {143, "DOCSIS"},
    {163, "802.11 with AVS header"},
    {187, "Bluetooth HCI"},
    {189, "USB, Linux"},
    {190, "CAN 2.0b"},
    {191, "802.15.4, Linux"},
    {192, "PPI"},
    {195, "802.15.4"},
    {201, "Bluetooth HCI with direction"},
    {204, "PPP with direction"},
    {205, "Cisco HDLC with direction"},
    {215, "802.15.4 without PHY"},
    {219, "MPLS"},
    {220, "USB, Linux, padded"},
    {227, "SocketCAN"},
    {228, "raw IPv4"},
    {229, "raw IPv6"},
    {230, "802.15.4 without FCS"},
    {239, "NFLOG"},
    {249, "USBPcap"},
    {251, "Bluetooth LE"},
    {252, "Wireshark's upper PDU"},
    {253, "Netlink"},
    {258, "PKTAP"},
    {266, "USB, macOS"},
    {270, "LoRaTap"},
    {272, "Bluetooth LE, Nordic"},
    {276, "Linux cooked 2"},
    {283, "802.15.4 TAP"},
};

constexpr std::uint16_t kFirstUser = 147;  // LINKTYPE_USER0 to USER15, for private use
constexpr std::uint16_t kLastUser = 162;

}  // namespace

std::string describe(LinkType link_type) {
  const auto number = static_cast<std::uint16_t>(link_type);
  if (number >= kFirstUser && number <= kLastUser) {
    return fmt::format("{} (USER{})", number, number - kFirstUser);
  }
  for (const auto& [known, name] : kNames) {
    if (known == number) return fmt::format("{} ({})", number, name);
  }
  return fmt::format("{}", number);
}

}  // namespace loopgate::codec::capture
