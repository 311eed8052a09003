#include "emulators/s3/chunked.h"

#include <gtest/gtest.h>

namespace loopgate::s3 {
namespace {

struct Read {
  bool is_good = true;
  bool is_complete = false;
  std::string bytes;
  std::vector<aws::Header> trailers;
};

Read read(std::string_view text, std::size_t step) {
  Read out;
  ChunkedReader reader;
  for (std::size_t at = 0; at < text.size() && out.is_good; at += step) {
    out.is_good =
        reader.read(text.substr(at, step), [&](std::string_view part) { out.bytes += part; });
  }
  out.is_complete = reader.is_complete();
  out.trailers = reader.trailers();
  return out;
}

// The forms of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html.
TEST(Chunked, IsReadHoweverItIsCut) {
  const std::string_view body =
      "5;chunk-signature=ad80c7\r\nhello\r\n6;chunk-signature=00\r\n\r\nbye!\r\n"
      "0;chunk-signature=b6c6ea\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n"
      "x-amz-trailer-signature:63bddb\r\n\r\n";
  for (const std::size_t step : {1, 2, 3, 7, 1000}) {
    const auto out = read(body, step);
    EXPECT_TRUE(out.is_good && out.is_complete) << step;
    EXPECT_EQ(out.bytes, "hello\r\nbye!");
    ASSERT_EQ(out.trailers.size(), 1U);
    EXPECT_EQ(out.trailers[0].name, "x-amz-checksum-crc32c");
    EXPECT_EQ(out.trailers[0].value, "sOO8/Q==");
  }
}

TEST(Chunked, MayEndWithoutItsLastLine) {
  EXPECT_TRUE(read("1\r\nx\r\n0\r\n", 4).is_complete);
  const auto out = read("0\r\nX-Amz-Checksum-Crc32:AAAAAA==", 5);
  ASSERT_EQ(out.trailers.size(), 1U);
  EXPECT_EQ(out.trailers[0].value, "AAAAAA==");
}

TEST(Chunked, RefusesWhatHasNoSuchForm) {
  for (const std::string_view body :
       {"hello", "g\r\nx\r\n", "\r\n", "5\nhello\r\n", "1\r\nxy\r\n0\r\n\r\n", "-1\r\n",
        "0x1\r\na\r\n", "ffffffffffffffffff\r\n", "0\r\n\r\nmore"}) {
    const auto out = read(body, 3);
    EXPECT_FALSE(out.is_good && out.is_complete) << body;
  }
  EXPECT_FALSE(read(std::string(ChunkedReader::kMostLineBytes + 1, '0'), 100).is_good);
}

}  // namespace
}  // namespace loopgate::s3
