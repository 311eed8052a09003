// What the gateway bounds, each with its source or our reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace loopgate::gateway {

// The 16-bit lengths of IPv4 (RFC 791) and UDP (RFC 768): 65535 - 20 - 8, and without the IP header
// for IPv6 (RFC 8200 does not count its own).
inline constexpr std::size_t kMaxDatagramV4 = 65'507;
inline constexpr std::size_t kMaxDatagramV6 = 65'527;

// Each has a loopback address of its own, 127.0.0.1 and on, and a number that fits a byte.
inline constexpr std::size_t kMaxIngressRegions = 249;

// What may wait for one destination, open and in flight: some hundred full invocations.
inline constexpr std::size_t kMaxBacklogBytes = 32U << 20;
// What an entry of a batch costs beside its text.
inline constexpr std::size_t kBatchEntryBytes = 192;

// Batching: the largest published example is Count 1000 and 30 s.
inline constexpr std::int64_t kMaxBatchCount = 100'000;
inline constexpr double kMaxBatchSeconds = 3'600;
inline constexpr double kMaxBatchMegabytes = 256;
inline constexpr double kBytesPerMegabyte = 1'048'576;

// A function's answer: 6 MB buffered; streamed, one reply at a time, a full datagram of escapes
// fits.
inline constexpr std::size_t kMaxReplyFrameBytes = 1U << 20;
inline constexpr int kMaxJsonDepth = 64;

// SNS bounds a message at 256 KiB; its envelope escapes that once more.
inline constexpr std::size_t kMaxSourceBodyBytes = 1U << 20;

// Clients whose ingress region is remembered, and injected ones: a replayed capture's worth.
inline constexpr std::size_t kMaxClients = 65'536;
inline constexpr std::size_t kMaxInjectedClients = 65'536;
// Reverse DNS names that are remembered, and look-ups under way.
inline constexpr std::size_t kMaxResolvedNames = 4'096;
inline constexpr std::size_t kMaxPendingLookups = 64;
inline constexpr Duration kResolvedNameLifetime = std::chrono::minutes(5);

// What people type into templates.
inline constexpr std::size_t kMaxDestinations = 100;
inline constexpr std::size_t kMaxNetworks = 1'000;
inline constexpr std::size_t kMaxNameLength = 128;
inline constexpr std::size_t kMaxLogGroupLength = 512;

// WireGuard peers that people type into templates or add at run time, and networks of one.
inline constexpr std::size_t kMaxNamedPeers = 4'096;
inline constexpr std::size_t kMaxAllowedIps = 256;
// Inner addresses that are remembered of a session; the oldest make room. A client has one or two,
// a router a handful.
inline constexpr std::size_t kMaxInnerSources = 32;
// Unknown peers whose key becomes a symbol of the journal (symbols are never forgotten); the others
// are named in the text of their events.
inline constexpr std::size_t kMaxUnknownPeerSymbols = 4'096;
// Peers that exist only because a captured session is replayed.
inline constexpr std::size_t kMaxInjectedPeers = 65'536;

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 15 minutes to 12 hours.
inline constexpr Duration kMinRoleDuration = std::chrono::minutes(15);
inline constexpr Duration kMaxRoleDuration = std::chrono::hours(12);
// A session is renewed while it still has this long to live, so that no call carries an expired
// one.
inline constexpr Duration kRoleRenewal = std::chrono::minutes(5);

// Delivery queues: SQS's longest poll, and what a failed one waits before the next.
inline constexpr Duration kDeliveryPoll = std::chrono::seconds(20);
inline constexpr Duration kDeliveryRetry = std::chrono::seconds(1);

// Free ports are looked for one after the other.
inline constexpr int kPortAttempts = 2'000;

// Delivery logs: what waits for one group, how long lines are collected, and how long one may be.
inline constexpr std::size_t kMaxLogLines = 10'000;
inline constexpr Duration kLogInterval = std::chrono::milliseconds(500);
// The text of an event that quotes somebody else.
inline constexpr std::size_t kMaxQuotedText = 512;

}  // namespace loopgate::gateway
