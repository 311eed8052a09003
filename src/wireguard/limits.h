// What bounds this room. Hostile senders reach all of it.
#pragma once

#include <cstddef>

namespace loopgate::wireguard {

// UDP over IPv4: 65 535 − 20 − 8. Nothing longer is ever sent.
inline constexpr std::size_t kDatagramSizeMax = 65'507;

// Initiations pending in one drain of the socket beyond which a handshake must carry a cookie
// (wireguard-go's threshold: an eighth of its queue of 1024).
inline constexpr std::size_t kInitiationsUnderLoad = 128;

// Keys that no template names, when a listener admits them. Each costs under 2 KB with one key
// pair.
inline constexpr std::size_t kUnknownPeersMax = 131'072;
// Entries looked at when one must make room. What is passed over moves to the end, so that the next
// newcomer looks at others.
inline constexpr std::size_t kEvictionCandidatesMax = 64;

// Keys of removed peers, kept so that a packet for one of them can be explained.
inline constexpr std::size_t kRemovedKeysMax = 1'024;

// What one initiating peer holds back while its handshake is under way.
inline constexpr std::size_t kQueuedPacketsMax = 128;
inline constexpr std::size_t kQueuedBytesMax = 256 * 1024;

// Peers served by one on_deadline; the rest stay due.
inline constexpr std::size_t kPeersPerDeadlineMax = 1'024;

// Offers a peer may leave unused before the pre-shared key is suspected: one lost response is no
// sign.
inline constexpr unsigned kUnusedOffersBeforeSuspicion = 2;

// Sessions an offline decryption holds at once; the oldest make room.
inline constexpr std::size_t kDecryptedSessionsMax = 4'096;
// Lines of a key log that are read.
inline constexpr std::size_t kKeyLogEntriesMax = 65'536;

}  // namespace loopgate::wireguard
