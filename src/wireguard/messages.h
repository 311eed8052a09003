// The four messages (white paper §5.4). All integers are little endian. The type and the three
// reserved zero bytes after it are read as one number, as every implementation does.
//
//  initiation, 148 bytes                    response, 92 bytes
//  ┌──────────────┬──────────────┐          ┌──────────────┬──────────────┐
//  │ 1        u32 │ sender   u32 │          │ 2        u32 │ sender   u32 │
//  ├──────────────┴──────────────┤          ├──────────────┼──────────────┘
//  │ ephemeral                32 │          │ receiver u32 │
//  │ static              32 + 16 │          ├──────────────┴──────────────┐
//  │ timestamp           12 + 16 │          │ ephemeral                32 │
//  │ mac1                     16 │          │ empty                0 + 16 │
//  │ mac2                     16 │          │ mac1                     16 │
//  └─────────────────────────────┘          │ mac2                     16 │
//                                           └─────────────────────────────┘
//  cookie reply, 64 bytes                   data, 32 bytes or more
//  ┌──────────────┬──────────────┐          ┌──────────────┬──────────────┐
//  │ 3        u32 │ receiver u32 │          │ 4        u32 │ receiver u32 │
//  ├──────────────┴──────────────┤          ├──────────────┴──────────────┤
//  │ nonce                    24 │          │ counter                 u64 │
//  │ cookie              16 + 16 │          │ packet               n + 16 │
//  └─────────────────────────────┘          └─────────────────────────────┘
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <variant>

#include "base/bytes.h"
#include "base/reason.h"
#include "wireguard/crypto.h"
#include "wireguard/timestamp.h"

namespace loopgate::wireguard {

enum class MessageType : std::uint32_t { kInitiation = 1, kResponse, kCookieReply, kData };

inline constexpr std::size_t kInitiationSize = 148;
inline constexpr std::size_t kResponseSize = 92;
inline constexpr std::size_t kCookieReplySize = 64;
inline constexpr std::size_t kDataHeaderSize = 16;
inline constexpr std::size_t kDataOverhead = kDataHeaderSize + kTagSize;

template <std::size_t kSize>
using Sealed = std::array<std::byte, kSize + kTagSize>;

struct Initiation {
  std::uint32_t sender = 0;
  PublicKey ephemeral;
  Sealed<kKeySize> sealed_static;
  Sealed<kTimestampSize> sealed_timestamp;
  Mac mac1{};
  Mac mac2{};
};

struct Response {
  std::uint32_t sender = 0;
  std::uint32_t receiver = 0;
  PublicKey ephemeral;
  Sealed<0> sealed_empty;
  Mac mac1{};
  Mac mac2{};
};

struct CookieReply {
  std::uint32_t receiver = 0;
  std::array<std::byte, kXNonceSize> nonce;
  Sealed<kMacSize> sealed_cookie;
};

struct Data {
  std::uint32_t receiver = 0;
  std::uint64_t counter = 0;
  ByteSpan packet;  // with its tag; points into the datagram
};

using Message = std::variant<Initiation, Response, CookieReply, Data>;

// The only reason is kMessageMalformed: wrong type, or wrong length for it.
std::expected<Message, Reason> parse(ByteSpan datagram);

using InitiationBytes = std::array<std::byte, kInitiationSize>;
using ResponseBytes = std::array<std::byte, kResponseSize>;
using CookieReplyBytes = std::array<std::byte, kCookieReplySize>;

InitiationBytes serialize(const Initiation& message);
ResponseBytes serialize(const Response& message);
CookieReplyBytes serialize(const CookieReply& message);
// The header alone; the sealed packet follows it.
void write_data_header(std::uint32_t receiver, std::uint64_t counter,
                       std::span<std::byte, kDataHeaderSize> out);

// What the two macs at the end of a handshake message cover (§5.4.4): everything before mac1, and
// everything before mac2. `handshake` is a whole initiation or response.
inline ByteSpan covered_by_mac1(ByteSpan handshake) {
  return handshake.first(handshake.size() - 2 * kMacSize);
}
inline ByteSpan covered_by_mac2(ByteSpan handshake) {
  return handshake.first(handshake.size() - kMacSize);
}

}  // namespace loopgate::wireguard
