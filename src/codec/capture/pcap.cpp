// Classic pcap (draft-ietf-opsawg-pcap §4, §5): a header of 24 bytes, then records of 16 bytes and
// a frame.
//
//   magic | major, minor | reserved | reserved | snap length | FCS (4 bits, 1 bit), link type (16)
//   seconds | micro- or nanoseconds | captured length | original length | frame
//
// "Modified" pcap, of Linux 2.2's time (wiki.wireshark.org/Development/LibpcapFileFormat): eight
// more bytes in a record's header, for interface, protocol and packet type.
#include <fmt/format.h>

#include <utility>

#include "codec/capture/formats.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;
constexpr std::uint32_t kModified = 0xA1B2CD34;
constexpr std::size_t kFileHeaderBytes = 24;
constexpr std::size_t kRecordHeaderBytes = 16;
constexpr std::size_t kModifiedBytes = 8;
constexpr std::uint32_t kFcsKnown = 1U << 26;

bool is_magic(std::uint32_t value) {
  return value == kMicroseconds || value == kNanoseconds || value == kModified;
}

struct FileHeader {
  bool big_endian = false;
  std::uint32_t magic = 0;
  std::uint16_t minor = 4;
  LinkType link_type = LinkType::kEthernet;
  std::size_t fcs_bytes = 0;
};

class PcapSource final : public RecordSource {
 public:
  PcapSource(ByteStream stream, FileHeader header, Annotations& notes)
      : stream_(std::move(stream)),
        header_(header),
        record_header_(kRecordHeaderBytes + (header.magic == kModified ? kModifiedBytes : 0)),
        notes_(notes) {}

  Result<bool> next(Record& record) override {
    const auto head = stream_.peek(record_header_);
    if (!head) return wrong(head.error().message);
    if (head->empty()) return end();
    if (head->size() < record_header_) {
      return cut(fmt::format("{} of the {} bytes of its header", head->size(), record_header_));
    }
    OrderedReader in(*head, header_.big_endian);
    const std::uint32_t seconds = *in.u32();
    const std::uint32_t fraction = *in.u32();
    std::uint32_t captured = *in.u32();
    std::uint32_t original = *in.u32();
    if (lengths_swapped(captured, original)) std::swap(captured, original);
    if (captured > kMaxCaptureRecordBytes) {
      return wrong(fmt::format("says it has {} bytes, at most {} are believable", captured,
                               kMaxCaptureRecordBytes));
    }
    const auto all = stream_.peek(record_header_ + captured);
    if (!all) return wrong(all.error().message);
    if (all->size() < record_header_ + captured) {
      return cut(fmt::format("{} of its {} bytes", all->size() - record_header_, captured));
    }
    record.number = ++number_;
    record.offset = stream_.offset();
    record.time = time_of(seconds, fraction);
    record.link_type = header_.link_type;
    record.original_size = original;
    record.frame = without_checksum(all->subspan(record_header_), original, header_.fcs_bytes);
    record.whole = record.frame.size() + header_.fcs_bytes >= original;
    record.big_endian = header_.big_endian;
    stream_.skip(record_header_ + captured);
    return true;
  }

 private:
  // libpcap (sf-pcap.c): writers before version 2.3 put the original length first; at 2.3 some did.
  bool lengths_swapped(std::uint32_t captured, std::uint32_t original) const {
    return header_.minor < 3 || (header_.minor == 3 && captured > original);
  }

  // A fraction over a second, which no sound file has, carries over.
  WallTime time_of(std::uint32_t seconds, std::uint32_t fraction) const {
    const std::int64_t unit = header_.magic == kNanoseconds ? 1 : 1000;
    return WallTime(std::chrono::seconds(seconds) + Duration(unit * fraction));
  }

  Result<bool> end() {
    if (auto warning = stream_.warning(); !warning.empty()) {
      notes_.warnings.push_back(
          fmt::format("{}: read up to record {}, byte {}", warning, number_, stream_.offset()));
    }
    return false;
  }

  Result<bool> cut(std::string_view what) {
    notes_.warnings.push_back(
        fmt::format("the file is cut in record {} at byte {}: it has {}; read up to there",
                    number_ + 1, stream_.offset(), what));
    return false;
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(fmt::format("record {} at byte {}: {}", number_ + 1, stream_.offset(), what));
  }

  ByteStream stream_;
  FileHeader header_;
  std::size_t record_header_;
  std::uint64_t number_ = 0;
  Annotations& notes_;
};

}  // namespace

Result<std::unique_ptr<RecordSource>> open_pcap(ByteStream stream, Annotations& notes) {
  const auto head = stream.peek(kFileHeaderBytes);
  if (!head) return std::unexpected(head.error());
  const auto big = ByteReader(*head).big<std::uint32_t>();
  if (!big) return nullptr;
  FileHeader header;
  header.big_endian = is_magic(*big);
  OrderedReader in(*head, header.big_endian);
  header.magic = *in.u32();
  if (!is_magic(header.magic)) return nullptr;
  if (head->size() < kFileHeaderBytes) {
    return fail("pcap: the file ends inside its header of 24 bytes");
  }
  const std::uint16_t major = *in.u16();
  header.minor = *in.u16();
  in.bytes().skip(12);
  const std::uint32_t link_type = *in.u32();
  if (major != 2) return fail(fmt::format("pcap: version {} is not 2", major));
  header.link_type = static_cast<LinkType>(link_type & 0xFFFF);
  // The length of the checksum is in words of 16 bits.
  if ((link_type & kFcsKnown) != 0) header.fcs_bytes = 2 * std::size_t{link_type >> 28};
  notes.format = "pcap";
  stream.skip(kFileHeaderBytes);
  return std::make_unique<PcapSource>(std::move(stream), header, notes);
}

}  // namespace loopgate::codec::capture
