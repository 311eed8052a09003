#include "emulators/s3/checksum.h"

#include <gtest/gtest.h>

#include "codec/hex.h"
#include "emulators/s3/crc.h"

namespace loopgate::s3 {
namespace {

std::string digest_of(Algorithm algorithm, std::string_view bytes) {
  const auto digest = Digest::make(algorithm);
  digest->update(bytes);
  return digest->finish();
}

std::string hex(const std::string& bytes) {
  return codec::hex_encode_lower(as_bytes(bytes));
}

// The check values of https://reveng.sourceforge.io/crc-catalogue/all.htm; RFC 1321 and FIPS 180-4
// digests of the same text.
TEST(Checksum, IsThatOfTheCatalogues) {
  EXPECT_EQ(hex(digest_of(Algorithm::kCrc32, "123456789")), "cbf43926");
  EXPECT_EQ(hex(digest_of(Algorithm::kCrc32c, "123456789")), "e3069283");
  EXPECT_EQ(hex(digest_of(Algorithm::kCrc64Nvme, "123456789")), "ae8b14860a799888");
  EXPECT_EQ(hex(digest_of(Algorithm::kMd5, "123456789")), "25f9e794323b453885f5181f1b624d0b");
  EXPECT_EQ(hex(digest_of(Algorithm::kSha1, "123456789")),
            "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
}

TEST(Checksum, DoesNotMindWhereTheBytesAreCut) {
  const std::string text(1000, 'x');
  for (const auto algorithm : checksum_algorithms()) {
    const auto digest = Digest::make(algorithm);
    for (std::size_t at = 0, step = 1; at < text.size(); at += step, ++step)
      digest->update(std::string_view(text).substr(at, step));
    EXPECT_EQ(digest->finish(), digest_of(algorithm, text)) << name_of(algorithm);
  }
}

TEST(Checksum, OfAWholeFollowsFromItsParts) {
  const std::string text = "the quick brown fox jumps over the lazy dog, again and again";
  for (const auto algorithm : checksum_algorithms()) {
    std::vector<PartDigest> parts;
    for (const auto& part : {text.substr(0, 7), text.substr(7, 30), text.substr(37)})
      parts.push_back({digest_of(algorithm, part), part.size()});
    const auto whole = full_object_digest(algorithm, parts);
    const bool is_crc = name_of(algorithm).starts_with("CRC");
    EXPECT_EQ(whole.has_value(), is_crc) << name_of(algorithm);
    if (whole) {
      EXPECT_EQ(hex(*whole), hex(digest_of(algorithm, text))) << name_of(algorithm);
    }
  }
}

TEST(Checksum, CombinesAcrossLengthsThatOverflowABuffer) {
  // Of a and five thousand million zeros behind it: the same as stepping over them twice.
  constexpr std::uint64_t kHalf = 2'500'000'000;
  const auto half = Crc32::combine(0x12345678, 0, kHalf);
  EXPECT_EQ(Crc32::combine(half, 0, kHalf), Crc32::combine(0x12345678, 0, 2 * kHalf));
}

TEST(Checksum, IsNamedWhateverTheCase) {
  EXPECT_EQ(algorithm_named("crc64nvme"), Algorithm::kCrc64Nvme);
  EXPECT_EQ(algorithm_named("SHA256"), Algorithm::kSha256);
  EXPECT_FALSE(algorithm_named("XXHASH3"));
  EXPECT_EQ(member_of(Algorithm::kCrc32c), "ChecksumCRC32C");
}

}  // namespace
}  // namespace loopgate::s3
