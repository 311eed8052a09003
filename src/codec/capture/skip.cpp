#include "codec/capture/skip.h"

#include <fmt/format.h>

namespace loopgate::codec::capture {

namespace {

struct Words {
  std::string_view code;
  std::string_view text;
};

constexpr Words words(Skip skip) {
  switch (skip) {
    case Skip::kNotIp:
      return {"not-ip", "not IP"};
    case Skip::kNotUdp:
      return {"not-udp", "not UDP"};
    case Skip::kFragment:
      return {"fragment", "a fragment of an IP packet whose others are missing"};
    case Skip::kFragmentConflict:
      return {"fragment-conflict", "a fragment of an IP packet that contradicts another"};
    case Skip::kIpInIp:
      return {"ip-in-ip", "IP in IP (--tunnels opens it)"};
    case Skip::kIpv6InIp:
      return {"ipv6-in-ip", "IPv6 in IP (--tunnels opens it)"};
    case Skip::kGre:
      return {"gre", "GRE (--tunnels opens it)"};
    case Skip::kEncrypted:
      return {"encrypted", "encrypted on the air (802.11)"};
    case Skip::kAirFragment:
      return {"air-fragment", "a fragment of an 802.11 frame"};
    case Skip::kAirAggregate:
      return {"air-aggregate", "several packets in one 802.11 frame (A-MSDU)"};
    case Skip::kTruncated:
      return {"truncated", "cut short by the capture"};
    case Skip::kMalformed:
      return {"malformed", "malformed"};
    case Skip::kTooLarge:
      return {"too-large", "larger than a UDP datagram can be"};
    case Skip::kUnknownLinkType:
      return {"unknown-link-type", "of an unknown link type"};
  }
  return {};
}

}  // namespace

std::string_view code(Skip skip) {
  return words(skip).code;
}

std::string_view describe(Skip skip) {
  return words(skip).text;
}

std::string describe(Skip skip, LinkType link_type) {
  if (skip != Skip::kUnknownLinkType) return std::string(describe(skip));
  return fmt::format("{}: {}", describe(skip), describe(link_type));
}

void SkipCounts::add(Skip skip, LinkType link_type, std::uint64_t count) {
  counts_[static_cast<std::size_t>(skip)] += count;
  if (skip == Skip::kUnknownLinkType) unknown_[link_type] += count;
}

std::vector<SkipCounts::Line> SkipCounts::lines() const {
  std::vector<Line> out;
  for (std::size_t i = 0; i < kSkips; ++i) {
    const auto skip = static_cast<Skip>(i);
    if (counts_[i] == 0 || skip == Skip::kUnknownLinkType) continue;
    out.push_back({std::string(code(skip)), std::string(describe(skip)), counts_[i]});
  }
  for (const auto& [link_type, count] : unknown_) {
    out.push_back({std::string(code(Skip::kUnknownLinkType)),
                   describe(Skip::kUnknownLinkType, link_type), count});
  }
  return out;
}

std::uint64_t SkipCounts::total() const {
  std::uint64_t sum = 0;
  for (const auto count : counts_) sum += count;
  return sum;
}

}  // namespace loopgate::codec::capture
