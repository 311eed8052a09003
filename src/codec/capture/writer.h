// Writes pcapng (draft-ietf-opsawg-pcapng), for Wireshark and for capture::Reader.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "codec/capture/reader.h"

namespace loopgate::codec::capture {

// Gathers blocks; the owner takes them from time to time and appends them to a file. Little endian,
// nanoseconds. Order matters to readers: an interface before its packets, secrets before the
// packets that they open.
class PcapngWriter {
 public:
  // Starts with a section header. `application` is what wrote the file ("loopgate 0.2.0").
  explicit PcapngWriter(std::string_view application);

  // Starts another section: its interfaces count from 0 again.
  void add_section(std::string_view application);
  // Returns the interface's number within the section.
  std::uint32_t add_interface(LinkType link_type, std::string_view name,
                              std::string_view comment = {});
  // A Decryption Secrets Block; of kWireGuardKeyLog, lines of "NAME = base64" as Wireshark reads
  // them.
  void add_secrets(std::uint32_t type, std::string_view data);
  // `interface` must have been added in this section. Times before 1970 are written as 1970.
  void add_packet(std::uint32_t interface, WallTime time, ByteSpan frame,
                  std::string_view comment = {});

  // What was written since the last take, and the size of that.
  Bytes take();
  std::size_t pending_bytes() const { return out_.size(); }

 private:
  Bytes out_;
  std::uint32_t interfaces_ = 0;
};

}  // namespace loopgate::codec::capture
