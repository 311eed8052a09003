// pcapng (draft-ietf-opsawg-pcapng §3, §4): blocks, each with its length at both ends.
//
//   type | total length | body, padded to 32 bits | total length
//
// Section Header, Interface Description, Enhanced, Simple and (old) Packet, Decryption Secrets;
// others hold no packets and are passed over.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "codec/capture/formats.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

enum BlockType : std::uint32_t {
  kInterface = 1,
  kPacket = 2,  // obsolete (§A), and still written
  kSimplePacket = 3,
  kEnhancedPacket = 6,
  kDecryptionSecrets = 10,
};

enum Option : std::uint16_t {
  kEndOfOptions = 0,
  kComment = 1,
  kTimeResolution = 9,  // these of interfaces
  kFcsLength = 13,
  kTimeOffset = 14,
};

constexpr std::size_t kBlockHeader = 8;
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
  std::uint8_t fcs_bytes = 0;

  // What lies before 1970 or outside WallTime (after 2262) is the nearest that does not.
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
    return WallTime(Duration(std::max<std::int64_t>(total, 0)));
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

// Calls `on_option(code, value)` for each; false when one is longer than what it stands in.
template <class OnOption>
bool read_options(ByteSpan options, bool big_endian, OnOption on_option) {
  OrderedReader in(options, big_endian);
  while (!in.bytes().empty()) {
    const auto code = in.u16();
    const auto size = in.u16();
    if (!size) return false;
    if (*code == kEndOfOptions) return true;
    const auto value = in.bytes().take(*size);
    if (!value || !in.bytes().skip(padded(*size) - *size)) return false;
    on_option(*code, *value);
  }
  return true;
}

class PcapngSource final : public RecordSource {
 public:
  PcapngSource(ByteStream stream, Annotations& notes) : stream_(std::move(stream)), notes_(notes) {}

  Result<bool> next(Record& record) override {
    for (;;) {
      const auto block = take_block();
      if (!block) return std::unexpected(block.error());
      if (!*block) return false;
      const auto found = read(**block, record);
      if (!found || *found) return found;
    }
  }

 private:
  struct Block {
    std::uint32_t type;
    ByteSpan body;
  };
  using MaybeBlock = std::optional<Block>;

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(
        fmt::format("pcapng block at byte {} (after record {}): {}", block_offset_, number_, what));
  }

  MaybeBlock cut(std::string_view what) {
    notes_.warnings.push_back(
        fmt::format("the file is cut in the block at byte {}, after record {}: it has {}; read up "
                    "to there",
                    block_offset_, number_, what));
    return std::nullopt;
  }

  MaybeBlock end() {
    if (auto warning = stream_.warning(); !warning.empty()) {
      notes_.warnings.push_back(
          fmt::format("{}: read up to record {}, byte {}", warning, number_, block_offset_));
    }
    return std::nullopt;
  }

  Result<MaybeBlock> take_block() {
    block_offset_ = stream_.offset();
    const auto head = stream_.peek(kBlockHeader + 4);
    if (!head) return wrong(head.error().message);
    if (head->empty()) return end();
    if (head->size() < kBlockHeader + 4) {
      return cut(fmt::format("{} of at least {} bytes", head->size(), kBlockOverhead));
    }
    if (!read_byte_order(*head)) {
      return wrong("the section's byte order is neither big nor little endian");
    }
    OrderedReader in(*head, big_endian_);
    const std::uint32_t type = *in.u32();
    const std::uint32_t size = *in.u32();
    if (size < kBlockOverhead || size % 4 != 0 || size > kMaxPcapngBlockBytes) {
      return wrong(fmt::format("total length {} is not a multiple of 4 from {} to {}", size,
                               kBlockOverhead, kMaxPcapngBlockBytes));
    }
    const auto whole = stream_.peek(size);
    if (!whole) return wrong(whole.error().message);
    if (whole->size() < size) {
      return cut(fmt::format("{} of its {} bytes", whole->size(), size));
    }
    const std::uint32_t trailer = *OrderedReader(whole->last(4), big_endian_).u32();
    if (trailer != size) {
      return wrong(fmt::format("total length is {} before and {} behind the body", size, trailer));
    }
    stream_.skip(size);
    return Block{type, whole->subspan(kBlockHeader, size - kBlockOverhead)};
  }

  // A section header announces the byte order, its own length included.
  bool read_byte_order(ByteSpan head) {
    ByteReader in(head);
    if (*in.big<std::uint32_t>() != kPcapngSectionHeader) return true;
    in.skip(4);
    const auto magic = *in.big<std::uint32_t>();
    big_endian_ = magic == kPcapngByteOrderMagic;
    return big_endian_ || std::byteswap(magic) == kPcapngByteOrderMagic;
  }

  // True when the block is a packet.
  Result<bool> read(const Block& block, Record& record) {
    OrderedReader in(block.body, big_endian_);
    Status done;
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
        return read_enhanced(in, record);
      case kPacket:
        return read_old(in, record);
      case kSimplePacket:
        return read_simple(in, record);
      default:
        break;
    }
    if (!done) return std::unexpected(done.error());
    return false;
  }

  Status read_section(OrderedReader& in) {
    in.u32();
    const auto major = in.u16();
    in.u16();
    in.u64();  // the section's length, which blocks tell better
    if (!major) return wrong("section header is too short");
    if (*major != 1) return wrong(fmt::format("version {} is not 1", *major));
    interfaces_.clear();
    keep_comments(in.bytes().rest());
    return {};
  }

  Status read_interface(OrderedReader& in) {
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
    const ByteSpan options = in.bytes().rest();
    const bool sound = read_options(options, big_endian_, [&](std::uint16_t code, ByteSpan value) {
      OrderedReader option(value, big_endian_);
      if (code == kTimeResolution && value.size() == 1) interface.resolution = *option.bytes().u8();
      if (code == kFcsLength && value.size() == 1) interface.fcs_bytes = *option.bytes().u8();
      if (code == kTimeOffset && value.size() == 8) {
        interface.offset_seconds = static_cast<std::int64_t>(*option.u64());
      }
    });
    if (!sound) return wrong("an interface option is longer than its block");
    interfaces_.push_back(interface);
    keep_comments(options);
    return {};
  }

  // Notes of people: a broken list of them breaks nothing else.
  void keep_comments(ByteSpan options) {
    read_options(options, big_endian_, [this](std::uint16_t code, ByteSpan value) {
      if (code != kComment) return;
      if (keeps(value.size())) notes_.comments.push_back(to_text(value));
    });
  }

  Status read_secrets(OrderedReader& in) {
    const auto type = in.u32();
    const auto size = in.u32();
    if (!size) return wrong("decryption secrets are too short");
    const auto data = in.bytes().take(*size);
    if (!data) return wrong("decryption secrets are longer than their block");
    if (keeps(data->size())) notes_.secrets.push_back({*type, to_bytes(*data)});
    return {};
  }

  // Whether the file's notes may grow by so much.
  bool keeps(std::size_t size) {
    if (notes_full_) return false;
    notes_bytes_ += size + kNoteOverhead;
    notes_full_ = notes_bytes_ > kMaxCaptureNoteBytes;
    if (notes_full_) {
      notes_.warnings.push_back(
          fmt::format("comments and secrets beyond {} bytes, from the block at byte {} on, are "
                      "left out",
                      kMaxCaptureNoteBytes, block_offset_));
    }
    return !notes_full_;
  }

  Result<bool> read_enhanced(OrderedReader& in, Record& record) {
    const auto interface = in.u32();
    if (!interface) return wrong("packet block is too short");
    return read_timed(in, *interface, record);
  }

  // Appendix A: the interface is 16 bits wide, and drops are counted beside it.
  Result<bool> read_old(OrderedReader& in, Record& record) {
    const auto interface = in.u16();
    const auto drops = in.u16();
    if (!drops) return wrong("packet block is too short");
    return read_timed(in, *interface, record);
  }

  Result<bool> read_timed(OrderedReader& in, std::uint32_t interface, Record& record) {
    const auto high = in.u32();
    const auto low = in.u32();
    const auto captured = in.u32();
    const auto original = in.u32();
    if (!original) return wrong("packet block is too short");
    if (interface >= interfaces_.size()) {
      return wrong(fmt::format("interface {} has no description", interface));
    }
    const auto frame = in.bytes().take(*captured);
    if (!frame) return wrong(fmt::format("says it has {} bytes and has fewer", *captured));
    last_time_ = interfaces_[interface].time_of(std::uint64_t{*high} << 32 | *low);
    in.bytes().skip(padded(*captured) - *captured);
    fill(record, interface, *frame, *original, in.bytes().rest());
    return true;
  }

  Result<bool> read_simple(OrderedReader& in, Record& record) {
    const auto original = in.u32();
    if (!original) return wrong("packet block is too short");
    if (interfaces_.empty()) return wrong("interface 0 has no description");
    const std::uint32_t snap = interfaces_[0].snap_length;
    const std::size_t captured = snap == 0 ? *original : std::min(*original, snap);
    const auto frame = in.bytes().take(captured);
    if (!frame) return wrong(fmt::format("says it has {} bytes and has fewer", captured));
    fill(record, 0, *frame, *original, {});
    return true;
  }

  void fill(Record& record, std::uint32_t interface, ByteSpan frame, std::uint32_t original,
            ByteSpan options) {
    const std::size_t fcs = interfaces_[interface].fcs_bytes;
    record.number = ++number_;
    record.offset = block_offset_;
    record.time = last_time_;
    record.interface = interface;
    record.link_type = interfaces_[interface].link_type;
    record.original_size = original;
    record.frame = without_checksum(frame, original, fcs);
    record.whole = record.frame.size() + fcs >= original;
    record.options = options;
    record.big_endian = big_endian_;
  }

  static constexpr std::size_t kNoteOverhead = 64;  // of a string or vector in a list

  ByteStream stream_;
  Annotations& notes_;
  std::uint64_t block_offset_ = 0;
  bool big_endian_ = false;
  std::uint64_t number_ = 0;
  WallTime last_time_;
  std::vector<Interface> interfaces_;
  std::size_t notes_bytes_ = 0;
  bool notes_full_ = false;
};

}  // namespace

std::vector<std::string_view> comments(const Record& record) {
  std::vector<std::string_view> out;
  read_options(record.options, record.big_endian, [&](std::uint16_t code, ByteSpan value) {
    if (code == kComment) out.push_back(as_text(value));
  });
  return out;
}

bool is_pcapng(ByteSpan head) {
  return ByteReader(head).big<std::uint32_t>() == kPcapngSectionHeader;
}

Result<std::unique_ptr<RecordSource>> open_pcapng(ByteStream stream, Annotations& notes) {
  notes.format = "pcapng";
  return std::make_unique<PcapngSource>(std::move(stream), notes);
}

}  // namespace loopgate::codec::capture
