// pcapng (draft-ietf-opsawg-pcapng §3, §4): blocks, each with its length at both ends.
//
//   type | total length | body, padded to 32 bits | total length
//
// Section Header, Interface Description, Enhanced and Simple Packet, Decryption Secrets; others are
// passed over.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "codec/capture_formats.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

enum BlockType : std::uint32_t {
  kInterface = 1,
  kSimplePacket = 3,
  kEnhancedPacket = 6,
  kDecryptionSecrets = 10,
};

enum InterfaceOption : std::uint16_t { kEndOfOptions = 0, kTimeResolution = 9, kTimeOffset = 14 };

constexpr std::size_t kBlockOverhead = 12;

std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

// __extension__ keeps -Wpedantic builds of dependents quiet; 64 bits of ticks times 10^9 need 96.
__extension__ using Wide = unsigned __int128;

struct Interface {
  LinkType link_type = LinkType::kEthernet;
  std::uint32_t snap_length = 0;  // 0: no limit
  std::uint8_t resolution = 6;    // if_tsresol: 10^-n, or 2^-n with the top bit
  std::int64_t offset_seconds = 0;

  // What lies outside WallTime (after 2262) is its end.
  WallTime time_of(std::uint64_t ticks) const {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    const Wide scaled = nanoseconds(ticks);
    const std::int64_t since =
        scaled > static_cast<Wide>(kMax) ? kMax : static_cast<std::int64_t>(scaled);
    std::int64_t offset = 0;
    std::int64_t total = 0;
    if (__builtin_mul_overflow(offset_seconds, std::int64_t{1'000'000'000}, &offset) ||
        __builtin_add_overflow(since, offset, &total)) {
      return WallTime(Duration(offset_seconds < 0 ? 0 : kMax));
    }
    return WallTime(Duration(total));
  }

 private:
  Wide nanoseconds(std::uint64_t ticks) const {
    const unsigned exponent = resolution & 0x7F;
    if ((resolution & 0x80) != 0) return Wide{ticks} * 1'000'000'000 >> exponent;
    Wide scaled = ticks;
    for (unsigned i = exponent; i < 9; ++i) scaled *= 10;
    for (unsigned i = 9; i < exponent && scaled != 0; ++i) scaled /= 10;
    return scaled;
  }
};

class PcapngSource final : public RecordSource {
 public:
  explicit PcapngSource(ByteSpan file) : file_(file) {}

  std::expected<std::optional<Record>, Error> next() override {
    while (offset_ < file_.size()) {
      const auto block = take_block();
      if (!block) return std::unexpected(block.error());
      auto record = read(*block);
      if (!record) return std::unexpected(record.error());
      if (*record) return record;
    }
    return std::nullopt;
  }

  const std::vector<Secrets>& secrets() const override { return secrets_; }

 private:
  struct Block {
    std::uint32_t type;
    ByteSpan body;
  };

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(
        fmt::format("pcapng block at byte {} (after record {}): {}", block_offset_, number_, what));
  }

  // A section header announces the byte order, its own length included.
  std::expected<void, Error> read_byte_order() {
    ByteReader in(file_.subspan(block_offset_));
    if (in.big<std::uint32_t>() != kPcapngSectionHeader) return {};
    in.skip(4);
    const auto magic = in.big<std::uint32_t>();
    if (!magic) return wrong("the file ends inside a section header");
    big_endian_ = *magic == kPcapngByteOrderMagic;
    if (!big_endian_ && std::byteswap(*magic) != kPcapngByteOrderMagic) {
      return wrong("the section's byte order is neither big nor little endian");
    }
    return {};
  }

  std::expected<Block, Error> take_block() {
    block_offset_ = offset_;
    if (const auto ordered = read_byte_order(); !ordered) return std::unexpected(ordered.error());
    OrderedReader in(file_.subspan(offset_), big_endian_);
    const auto type = in.u32();
    const auto size = in.u32();
    if (!size) return wrong("the file ends inside its header");
    if (*size < kBlockOverhead || *size % 4 != 0 || *size > kMaxPcapngBlockBytes) {
      return wrong(fmt::format("total length {} is not a multiple of 4 from {} to {}", *size,
                               kBlockOverhead, kMaxPcapngBlockBytes));
    }
    const auto body = in.bytes().take(*size - kBlockOverhead);
    const auto trailer = in.u32();
    if (!body || !trailer) return wrong(fmt::format("the file ends before its {} bytes", *size));
    if (*trailer != *size) {
      return wrong(
          fmt::format("total length is {} before and {} behind the body", *size, *trailer));
    }
    offset_ += *size;
    return Block{*type, *body};
  }

  std::expected<std::optional<Record>, Error> read(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    std::expected<void, Error> done;
    switch (block.type) {
      case kPcapngSectionHeader:
        done = read_section(in);
        break;
      case kInterface:
        done = read_interface(in);
        break;
      case kDecryptionSecrets:
        done = read_secrets(in);
        break;
      case kEnhancedPacket:
        return read_enhanced(in);
      case kSimplePacket:
        return read_simple(in);
      default:
        break;
    }
    if (!done) return std::unexpected(done.error());
    return std::nullopt;
  }

  std::expected<void, Error> read_section(OrderedReader& in) {
    in.u32();
    const auto major = in.u16();
    if (!major) return wrong("section header is too short");
    if (*major != 1) return wrong(fmt::format("version {} is not 1", *major));
    interfaces_.clear();
    return {};
  }

  std::expected<void, Error> read_interface(OrderedReader& in) {
    const auto link_type = in.u16();
    in.u16();
    const auto snap_length = in.u32();
    if (!link_type || !snap_length) return wrong("interface description is too short");
    if (interfaces_.size() == kMaxCaptureInterfaces) {
      return wrong(fmt::format("more than {} interfaces", kMaxCaptureInterfaces));
    }
    Interface interface;
    interface.link_type = static_cast<LinkType>(*link_type);
    interface.snap_length = *snap_length;
    if (!read_options(in, interface)) return wrong("an interface option is longer than its block");
    interfaces_.push_back(interface);
    return {};
  }

  bool read_options(OrderedReader& in, Interface& interface) const {
    while (!in.bytes().empty()) {
      const auto code = in.u16();
      const auto size = in.u16();
      if (!size) return false;
      if (*code == kEndOfOptions) return true;
      const auto value = in.bytes().take(*size);
      if (!value || !in.bytes().skip(padded(*size) - *size)) return false;
      OrderedReader option(*value, big_endian_);
      if (*code == kTimeResolution && *size == 1) interface.resolution = *option.bytes().u8();
      if (*code == kTimeOffset && *size == 8) {
        interface.offset_seconds = static_cast<std::int64_t>(*option.u64());
      }
    }
    return true;
  }

  std::expected<void, Error> read_secrets(OrderedReader& in) {
    const auto type = in.u32();
    const auto size = in.u32();
    if (!size) return wrong("decryption secrets are too short");
    const auto data = in.bytes().take(*size);
    if (!data) return wrong("decryption secrets are longer than their block");
    if (secrets_.size() == kMaxCaptureSecrets) {
      return wrong(fmt::format("more than {} decryption secrets blocks", kMaxCaptureSecrets));
    }
    secrets_.push_back({*type, *data});
    return {};
  }

  std::expected<std::optional<Record>, Error> read_enhanced(OrderedReader& in) {
    ++number_;
    const auto interface = in.u32();
    const auto high = in.u32();
    const auto low = in.u32();
    const auto captured = in.u32();
    const auto original = in.u32();
    if (!original) return wrong("packet block is too short");
    if (*interface >= interfaces_.size()) {
      return wrong(fmt::format("interface {} has no description", *interface));
    }
    const auto frame = in.bytes().take(*captured);
    if (!frame) return wrong(fmt::format("says it has {} bytes and has fewer", *captured));
    last_time_ = interfaces_[*interface].time_of(std::uint64_t{*high} << 32 | *low);
    return record(*interface, *frame, *captured >= *original);
  }

  std::expected<std::optional<Record>, Error> read_simple(OrderedReader& in) {
    ++number_;
    const auto original = in.u32();
    if (!original) return wrong("packet block is too short");
    if (interfaces_.empty()) return wrong("interface 0 has no description");
    const std::uint32_t snap = interfaces_[0].snap_length;
    const std::size_t captured = snap == 0 ? *original : std::min(*original, snap);
    const auto frame = in.bytes().take(captured);
    if (!frame) return wrong(fmt::format("says it has {} bytes and has fewer", captured));
    return record(0, *frame, captured >= *original);
  }

  Record record(std::uint32_t interface, ByteSpan frame, bool whole) const {
    const LinkType link_type = interfaces_[interface].link_type;
    return {number_, last_time_, dissect(link_type, frame, whole), interface, link_type, frame};
  }

  ByteSpan file_;
  std::size_t offset_ = 0;
  std::size_t block_offset_ = 0;
  bool big_endian_ = false;
  std::uint64_t number_ = 0;
  WallTime last_time_;
  std::vector<Interface> interfaces_;
  std::vector<Secrets> secrets_;
};

}  // namespace

Result<std::unique_ptr<RecordSource>> open_pcapng(ByteSpan file) {
  if (ByteReader(file).big<std::uint32_t>() != kPcapngSectionHeader) return nullptr;
  return std::make_unique<PcapngSource>(file);
}

}  // namespace loopgate::codec::capture
