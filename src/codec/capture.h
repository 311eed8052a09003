// Captures as tcpdump and Wireshark write them: classic pcap (draft-ietf-opsawg-pcap) and pcapng
// (draft-ietf-opsawg-pcapng), read record by record into UDP datagrams. A record that is none says
// why; nothing is reassembled. The writer is in capture_writer.h.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"

namespace loopgate::codec::capture {

// LINKTYPE_ values (tcpdump.org/linktypes.html). Others are skipped record by record.
enum class LinkType : std::uint16_t {
  kNull = 0,
  kEthernet = 1,
  kRawBsd = 12,      // DLT_RAW as some systems wrote it to files
  kRawOpenBsd = 14,  // and as OpenBSD did
  kRaw = 101,        // IPv4 or IPv6
  kLoop = 108,
  kLinuxCooked = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxCooked2 = 276,
};

// Types of a pcapng Decryption Secrets Block.
inline constexpr std::uint32_t kWireGuardKeyLog = 0x57474B4C;

enum class Skip : unsigned char {
  kNotIp,
  kNotUdp,
  kFragment,
  kTruncated,  // the capture kept less of the packet than its datagram needs
  kMalformed,
  kUnknownLinkType,
};
std::string_view describe(Skip skip);  // "not IP", "cut short by the capture" …

struct UdpDatagram {
  Endpoint source;
  Endpoint destination;
  ByteSpan payload;  // points into the file
};

struct Record {
  std::uint64_t number = 0;  // from 1, as capture tools count
  WallTime time;  // of a pcapng Simple Packet Block, which has none: that of the record before
  std::variant<UdpDatagram, Skip> content;
  std::uint32_t interface = 0;  // of pcapng, by order of appearance in its section; 0 in pcap
  LinkType link_type = LinkType::kEthernet;
  ByteSpan frame;  // as captured

  const UdpDatagram* datagram() const { return std::get_if<UdpDatagram>(&content); }
};

// Key material that the file carries for its packets.
struct Secrets {
  std::uint32_t type = 0;
  ByteSpan data;
};

// One file format behind the reader. Inside this room.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual std::expected<std::optional<Record>, Error> next() = 0;
  virtual const std::vector<Secrets>& secrets() const = 0;
};

// Reads forward. The file's bytes are borrowed and must outlive the reader and what it gave.
class Reader {
 public:
  // Fails when the bytes do not start as a capture does.
  static Result<Reader> open(ByteSpan file);

  // The next packet, nullopt at the end. An error names the record and the offset in the file; what
  // came before is sound, and every later call says "end".
  Result<std::optional<Record>> next();

  // The secrets met so far: a writer puts them before the packets that need them.
  const std::vector<Secrets>& secrets() const { return source_->secrets(); }

 private:
  explicit Reader(std::unique_ptr<RecordSource> source) : source_(std::move(source)) {}
  std::unique_ptr<RecordSource> source_;
  bool ended_ = false;
};

// The datagram in a captured frame, or why there is none. `whole` is false when the capture kept
// only the beginning of the frame.
std::variant<UdpDatagram, Skip> dissect(LinkType link_type, ByteSpan frame, bool whole);

}  // namespace loopgate::codec::capture
