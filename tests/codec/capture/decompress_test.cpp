#include "codec/capture/decompress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/capture/reader.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::capture {
namespace {

using ::testing::HasSubstr;

// printf 'hello, capture\n' | gzip -n9
constexpr std::string_view kGzip =
    "1F8B0800000000000203CB48CDC9C9D751484E2C28292D4AE50200431BA9780F000000";
// printf 'hello, capture\n' | zstd -c
constexpr std::string_view kZstd = "28B52FFD045879000068656C6C6F2C20636170747572650A541BFD48";

// Gives a byte at a time, as a slow pipe does.
class Trickle final : public ByteSource {
 public:
  explicit Trickle(Bytes bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(MutableByteSpan into) override {
    if (at_ == bytes_.size() || into.empty()) return std::size_t{0};
    into[0] = bytes_[at_++];
    return std::size_t{1};
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

struct Read {
  std::string text;
  std::string warning;
  std::string error;
};

Read read_all(const Bytes& bytes) {
  Read out;
  auto source = decompressed(std::make_unique<Trickle>(bytes));
  if (!source) return {"", "", source.error().message};
  Bytes buffer(5);
  for (;;) {
    const auto got = (*source)->read(buffer);
    if (!got) out.error = got.error().message;
    if (!got || *got == 0) break;
    out.text += as_text(ByteSpan(buffer).first(*got));
  }
  out.warning = (*source)->warning();
  return out;
}

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

TEST(Decompress, OpensBothByTheirFirstBytes) {
  for (const auto hex : {kGzip, kZstd}) {
    const auto read = read_all(from_hex(hex));
    EXPECT_EQ(read.text, "hello, capture\n");
    EXPECT_EQ(read.warning + read.error, "");
  }
}

TEST(Decompress, PassesOthersThrough) {
  for (const auto* text : {"", "a", "hello", "hello, capture\n"}) {
    EXPECT_EQ(read_all(to_bytes(std::string_view(text))).text, text);
  }
}

TEST(Decompress, ReadsMembersOneBehindTheOther) {
  for (const auto hex : {kGzip, kZstd}) {
    const Bytes one = from_hex(hex);
    EXPECT_EQ(read_all(joined(one, one)).text, "hello, capture\nhello, capture\n");
  }
  EXPECT_EQ(read_all(joined(from_hex("502A4D18 00000000"), from_hex(kZstd))).text,
            "hello, capture\n")
      << "a frame to be skipped stands first";
}

TEST(Decompress, PassesOverWhatIsBehindTheLastMemberOfGzip) {
  const auto read = read_all(joined(from_hex(kGzip), Bytes(512)));
  EXPECT_EQ(read.text, "hello, capture\n");
  EXPECT_EQ(read.warning + read.error, "");
}

TEST(Decompress, GivesWhatStandsBeforeACutAndWarns) {
  for (const auto hex : {kGzip, kZstd}) {
    Bytes cut = from_hex(hex);
    cut.resize(cut.size() - 6);
    const auto read = read_all(cut);
    EXPECT_THAT(read.warning, HasSubstr("ends in its middle, after"));
    EXPECT_EQ(read.error, "");
  }
}

TEST(Decompress, DamageIsAnErrorWithItsPlace) {
  for (const auto hex : {kGzip, kZstd}) {
    Bytes damaged = from_hex(hex);
    damaged[damaged.size() - 6] ^= std::byte{0x55};
    EXPECT_THAT(read_all(damaged).error, HasSubstr("data is damaged near byte")) << hex;
  }
}

TEST(Decompress, NamesCompressionsThatItLeavesToOthers) {
  EXPECT_THAT(read_all(from_hex("FD377A585A00 0000")).error, HasSubstr("compressed with xz"));
  EXPECT_THAT(read_all(to_bytes("BZh91AY&SY")).error, HasSubstr("bzip2 -dc FILE"));
  EXPECT_THAT(read_all(from_hex("04224D18 6440")).error, HasSubstr("compressed with lz4"));
}

TEST(Decompress, TheReaderTellsWhereItStopped) {
  Bytes cut = from_hex(kGzip);
  cut.resize(12);
  EXPECT_FALSE(Reader::open(cut));
}

}  // namespace
}  // namespace loopgate::codec::capture
