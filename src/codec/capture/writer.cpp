#include "codec/capture/writer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "codec/capture/formats.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

enum BlockType : std::uint32_t { kInterface = 1, kEnhancedPacket = 6, kDecryptionSecrets = 10 };
enum OptionCode : std::uint16_t {
  kEndOfOptions = 0,
  kComment = 1,
  kInterfaceName = 2,
  kSectionApplication = 4,
  kTimeResolution = 9,
};
constexpr std::uint8_t kNanoseconds = 9;  // if_tsresol: 10^-9
constexpr std::size_t kMaxOptionBytes = 65535;

// Writes one block: the length stands at both ends, so it is filled in when the body is there.
class Block {
 public:
  Block(Bytes& bytes, std::uint32_t type) : bytes_(bytes), out_(bytes), start_(bytes.size()) {
    out_.little(type);
    out_.little(std::uint32_t{0});
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  void u16(std::uint16_t value) { out_.little(value); }
  void u32(std::uint32_t value) { out_.little(value); }
  void u64(std::uint64_t value) { out_.little(value); }
  void data(ByteSpan bytes) {
    out_.bytes(bytes);
    out_.zeros((4 - bytes.size() % 4) % 4);
  }
  // An empty option is left out.
  void option(std::uint16_t code, ByteSpan value) {
    if (value.empty()) return;
    value = value.first(std::min(value.size(), kMaxOptionBytes));
    u16(code);
    u16(static_cast<std::uint16_t>(value.size()));
    data(value);
    has_options_ = true;
  }
  void finish() {
    if (has_options_) {
      u16(kEndOfOptions);
      u16(0);
    }
    const auto size = static_cast<std::uint32_t>(bytes_.size() - start_ + 4);
    u32(size);
    for (std::size_t i = 0; i < 4; ++i)
      bytes_[start_ + 4 + i] = static_cast<std::byte>(size >> (8 * i));
  }

 private:
  Bytes& bytes_;
  ByteWriter out_;
  std::size_t start_;
  bool has_options_ = false;
};

}  // namespace

PcapngWriter::PcapngWriter(std::string_view application) {
  add_section(application);
}

void PcapngWriter::add_section(std::string_view application) {
  Block block(out_, kPcapngSectionHeader);
  block.u32(kPcapngByteOrderMagic);
  block.u16(1);  // version 1.0
  block.u16(0);
  block.u64(~std::uint64_t{0});  // section length: not known in advance
  block.option(kSectionApplication, as_bytes(application));
  block.finish();
  interfaces_ = 0;
}

std::uint32_t PcapngWriter::add_interface(LinkType link_type, std::string_view name,
                                          std::string_view comment) {
  Block block(out_, kInterface);
  block.u16(static_cast<std::uint16_t>(link_type));
  block.u16(0);
  block.u32(kMaxCaptureRecordBytes);
  block.option(kComment, as_bytes(comment));
  block.option(kInterfaceName, as_bytes(name));
  const std::byte resolution{kNanoseconds};
  block.option(kTimeResolution, {&resolution, 1});
  block.finish();
  return interfaces_++;
}

void PcapngWriter::add_secrets(std::uint32_t type, std::string_view data) {
  Block block(out_, kDecryptionSecrets);
  block.u32(type);
  block.u32(static_cast<std::uint32_t>(data.size()));
  block.data(as_bytes(data));
  block.finish();
}

void PcapngWriter::add_packet(std::uint32_t interface, WallTime time, ByteSpan frame,
                              std::string_view comment) {
  LOOPGATE_CHECK(interface < interfaces_);
  const ByteSpan kept = frame.first(std::min(frame.size(), kMaxCaptureRecordBytes));
  const auto ticks =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.time_since_epoch().count()));
  Block block(out_, kEnhancedPacket);
  block.u32(interface);
  block.u32(static_cast<std::uint32_t>(ticks >> 32));
  block.u32(static_cast<std::uint32_t>(ticks));
  block.u32(static_cast<std::uint32_t>(kept.size()));
  block.u32(static_cast<std::uint32_t>(frame.size()));
  block.data(kept);
  block.option(kComment, as_bytes(comment));
  block.finish();
}

Bytes PcapngWriter::take() {
  return std::exchange(out_, {});
}

}  // namespace loopgate::codec::capture
