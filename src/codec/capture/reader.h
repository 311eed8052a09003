// Captures as tcpdump and Wireshark write them: classic pcap (draft-ietf-opsawg-pcap) and pcapng
// (draft-ietf-opsawg-pcapng), plain or compressed, read record by record in memory that does not
// grow with the file. What is in a record's frame, dissector.h finds out; writer.h writes captures.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "codec/capture/link_type.h"

namespace loopgate::codec::capture {

// Types of a pcapng Decryption Secrets Block.
inline constexpr std::uint32_t kWireGuardKeyLog = 0x57474B4C;

struct Record {
  std::uint64_t number = 0;  // from 1, as capture tools count
  std::uint64_t offset = 0;  // where it starts in the (decompressed) file
  WallTime time;  // of a pcapng Simple Packet Block, which has none: that of the record before
  std::uint32_t interface = 0;  // of pcapng, by order of appearance in its section; 0 in pcap
  LinkType link_type = LinkType::kEthernet;
  std::uint32_t original_size = 0;  // of the frame on the wire
  ByteSpan frame;                   // as captured, without a checksum of its link
  bool whole = true;                // false: the capture kept only the frame's beginning
  ByteSpan options;                 // of a pcapng packet block, as they stand there
  bool big_endian = false;          // the order of the file's, or section's, numbers
};

// The comments of a packet block. Views into the record's options.
std::vector<std::string_view> comments(const Record& record);

// Key material that the file carries for its packets.
struct Secrets {
  std::uint32_t type = 0;
  Bytes data;
};

// What a file says besides its packets, as far as it was read. Bounded (limits.h): what goes beyond
// is left out, and a warning says so.
struct Annotations {
  std::string format;  // "pcap" or "pcapng"
  std::vector<Secrets> secrets;
  std::vector<std::string> comments;  // of sections and interfaces
  std::vector<std::string> warnings;  // a cut end: record number and offset
};

// One file format behind the reader. Inside this room.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // Fills the record; false at the end.
  virtual Result<bool> next(Record& record) = 0;
};

// Reads forward.
class Reader {
 public:
  // Fails when the bytes do not start as a capture does, or in a compression that is not opened.
  static Result<Reader> open(std::unique_ptr<ByteSource> source);
  // Bytes that are borrowed, and must outlive the reader.
  static Result<Reader> open(ByteSpan file);

  // The next packet, which stays until the next call; null at the end. A file that is cut in a
  // record ends before it, with a warning. What cannot be a record is an error that names the
  // record and its offset: what came before is sound, and every later call says "end".
  Result<const Record*> next();

  // Secrets stand there once they were met: a writer puts them before the packets that need them.
  const Annotations& annotations() const { return *annotations_; }

 private:
  Reader() = default;

  std::unique_ptr<Annotations> annotations_;
  std::unique_ptr<RecordSource> source_;
  Record record_;
  bool ended_ = false;
};

}  // namespace loopgate::codec::capture
