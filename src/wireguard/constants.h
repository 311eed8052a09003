// Numbers that two WireGuard implementations must agree on, and apart from them those that are
// ours.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace loopgate::wireguard {

// --- Of the specification: the WireGuard white paper (Donenfeld, 2020-06-01), §5.4 and §6
// -----------------

inline constexpr std::string_view kConstruction = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
inline constexpr std::string_view kIdentifier = "WireGuard v1 zx2c4 Jason@zx2c4.com";
inline constexpr std::string_view kLabelMac1 = "mac1----";
inline constexpr std::string_view kLabelCookie = "cookie--";

inline constexpr std::uint64_t kRekeyAfterMessages = std::uint64_t{1} << 60;
inline constexpr std::uint64_t kRejectAfterMessages = ~std::uint64_t{0} - (std::uint64_t{1} << 13);
inline constexpr Duration kRekeyAfterTime = std::chrono::seconds(120);
inline constexpr Duration kRejectAfterTime = std::chrono::seconds(180);
inline constexpr Duration kRekeyAttemptTime = std::chrono::seconds(90);
inline constexpr Duration kRekeyTimeout = std::chrono::seconds(5);
inline constexpr Duration kKeepaliveTimeout = std::chrono::seconds(10);
inline constexpr Duration kCookieSecretLife = std::chrono::seconds(120);
inline constexpr Duration kKeyErasureTime = 3 * kRejectAfterTime;  // §6.3
inline constexpr std::size_t kPaddingMultiple = 16;                // §5.4.6

// --- Of this implementation
// ------------------------------------------------------------------------------

// Retries of many initiators must not march in step: up to this much is added to kRekeyTimeout.
inline constexpr Duration kRekeyTimeoutJitterMax = std::chrono::milliseconds(333);
// At most 50 initiations a second of one peer.
inline constexpr Duration kInitiationInterval = std::chrono::milliseconds(20);
// So long before kRejectAfterTime a session that has to carry traffic is replaced even by the side
// that does not owe the re-key: enough for one lost handshake (Linux and wireguard-go use the same
// sum).
inline constexpr Duration kLastChanceToRekey = kRejectAfterTime - kKeepaliveTimeout - kRekeyTimeout;
// Data sent and nothing heard for so long: the initiator takes the session for dead.
inline constexpr Duration kDeadPeerTimeout = kKeepaliveTimeout + kRekeyTimeout;
// A cookie is used a little shorter than its maker honours it, so that it does not die on its way.
inline constexpr Duration kCookieLatency = std::chrono::seconds(5);

}  // namespace loopgate::wireguard
