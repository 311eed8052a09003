// The request packet: what a destination gets for one datagram, as JSON with its members in the
// published order, without whitespace, appended to the batch's text without building a document.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"
#include "base/check.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "codec/formatter.h"
#include "gateway/context.h"

namespace loopgate::gateway {

// What an inner IP packet said, for `Inner`.
struct InnerHeader {
  Endpoint source;
  Endpoint destination;
  int version = 4;
};

// What a transport notes on a packet to find the way back, in a type of its own; nobody else reads
// it. A value, so that it costs no allocation.
class WayBack {
 public:
  WayBack() = default;
  WayBack(const WayBack& other) { *this = other; }
  WayBack& operator=(const WayBack& other) {
    size_ = other.size_;
    std::copy_n(other.bytes_.begin(), size_, bytes_.begin());  // most packets note nothing
    return *this;
  }

  template <class T>
  void put(const T& note) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= kCapacity);
    size_ = sizeof(T);
    std::memcpy(bytes_.data(), &note, sizeof(T));
  }
  // What was put, of this very type.
  template <class T>
  T get() const {
    LOOPGATE_CHECK(size_ == sizeof(T));
    T note;
    std::memcpy(&note, bytes_.data(), sizeof(T));
    return note;
  }

 private:
  static constexpr std::size_t kCapacity = 128;

  std::size_t size_ = 0;
  std::array<std::byte, kCapacity> bytes_;  // the first `size_` count
};

// Where a packet came from: all that a reply needs to find its way back.
struct Origin {
  Endpoint remote;
  RegionIndex region = 0;
  bool injected = false;  // never on the wire: what goes back is captured
  WayBack way_back{};
};

// One packet as it leaves the transport. Views are valid during the call only.
struct RequestPacket {
  std::uint64_t tag = 0;
  Origin origin;
  ByteSpan payload;
  std::string_view received_at;  // ISO 8601
  std::string_view peer_key{};   // `wg` only
  const InnerHeader* inner = nullptr;
};

// Appends "7f3a0c11", as tag_to_string, without an allocation.
void append_tag(std::string& out, std::uint64_t tag);
void append_address(std::string& out, const IpAddress& address);

// The parts of a request packet that are the same for all packets of one destination in one region.
class PacketWriter {
 public:
  PacketWriter(std::string_view domain, std::uint16_t port, std::string_view protocol,
               std::string_view region, codec::Formatter formatter);

  // False, with `out` as it was, when the formatter cannot express the payload (kCoap only).
  // `*lossy` as in codec::format_append.
  bool append(const RequestPacket& packet, std::string& out, bool* lossy) const;

 private:
  codec::Formatter formatter_;
  std::string local_;   // from Local to the opening quote of ReceivedAt's value
  std::string region_;  // from the closing quote of that to the opening quote of Data's value
};

// ReceivedAt of the present, rendered once a millisecond.
class Stamp {
 public:
  std::string_view at(WallTime time);

 private:
  std::int64_t millis_ = -1;
  std::string text_;
};

}  // namespace loopgate::gateway
