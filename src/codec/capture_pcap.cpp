// Classic pcap (draft-ietf-opsawg-pcap §4, §5): a header of 24 bytes, then records of 16 bytes and
// a frame.
//
//   magic | major, minor | reserved | reserved | snap length | link type (lower 16 bits)
//   seconds | micro- or nanoseconds | captured length | original length | frame
#include <fmt/format.h>

#include "codec/capture_formats.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;

class PcapSource final : public RecordSource {
 public:
  PcapSource(OrderedReader in, bool nanoseconds, LinkType link_type)
      : in_(in), nanoseconds_(nanoseconds), link_type_(link_type) {}

  std::expected<std::optional<Record>, Error> next() override {
    if (in_.bytes().empty()) return std::nullopt;
    const std::size_t offset = in_.bytes().position();
    ++number_;
    const auto seconds = in_.u32();
    const auto fraction = in_.u32();
    const auto captured = in_.u32();
    const auto original = in_.u32();
    if (!original) return wrong(offset, "the file ends inside its header");
    if (*captured > kMaxCaptureRecordBytes) {
      return wrong(offset, fmt::format("says it has {} bytes, at most {} are believable", *captured,
                                       kMaxCaptureRecordBytes));
    }
    const auto frame = in_.bytes().take(*captured);
    if (!frame) {
      return wrong(offset, fmt::format("says it has {} bytes, the file ends after {}", *captured,
                                       in_.bytes().remaining()));
    }
    Record record;
    record.number = number_;
    record.time = time_of(*seconds, *fraction);
    record.content = dissect(link_type_, *frame, *captured >= *original);
    record.link_type = link_type_;
    record.frame = *frame;
    return record;
  }

  const std::vector<Secrets>& secrets() const override { return none_; }

 private:
  // A fraction over a second, which no sound file has, carries over.
  WallTime time_of(std::uint32_t seconds, std::uint32_t fraction) const {
    const std::int64_t nanoseconds = nanoseconds_ ? fraction : std::int64_t{1000} * fraction;
    return WallTime(std::chrono::seconds(seconds) + Duration(nanoseconds));
  }

  std::unexpected<Error> wrong(std::size_t offset, std::string_view what) const {
    return fail(fmt::format("record {} at byte {}: {}", number_, offset, what));
  }

  OrderedReader in_;
  bool nanoseconds_;
  LinkType link_type_;
  std::uint64_t number_ = 0;
  std::vector<Secrets> none_;
};

}  // namespace

Result<std::unique_ptr<RecordSource>> open_pcap(ByteSpan file) {
  const auto big = ByteReader(file).big<std::uint32_t>();
  const auto little = ByteReader(file).little<std::uint32_t>();
  if (!big) return nullptr;
  const bool big_endian = *big == kMicroseconds || *big == kNanoseconds;
  const std::uint32_t magic = big_endian ? *big : *little;
  if (magic != kMicroseconds && magic != kNanoseconds) return nullptr;
  OrderedReader in(file, big_endian);
  in.u32();
  const auto major = in.u16();
  in.u16();
  in.u32();
  in.u32();
  in.u32();
  const auto link_type = in.u32();
  if (!link_type) return fail("pcap: the file ends inside its header of 24 bytes");
  if (*major != 2) return fail(fmt::format("pcap: version {} is not 2", *major));
  return std::make_unique<PcapSource>(in, magic == kNanoseconds,
                                      static_cast<LinkType>(*link_type & 0xFFFF));
}

}  // namespace loopgate::codec::capture
