#include "codec/hex.h"

#include <gtest/gtest.h>

namespace loopgate::codec {
namespace {

TEST(Hex, EncodesTheVectorOfRfc4648InEitherCase) {
  EXPECT_EQ(hex_encode_upper(as_bytes("foobar")), "666F6F626172");  // RFC 4648 §10
  EXPECT_EQ(hex_encode_lower(as_bytes("foobar")), "666f6f626172");
  EXPECT_EQ(hex_encode_upper({}), "");
}

TEST(Hex, AppendsBehindWhatIsThere) {
  std::string out = "0x";
  hex_append_upper(out, as_bytes("\xFE\x01"));
  EXPECT_EQ(out, "0xFE01");
}

TEST(Hex, DecodesEitherCase) {
  EXPECT_EQ(hex_decode("dEaDbEeF"), to_bytes("\xDE\xAD\xBE\xEF"));
  EXPECT_EQ(hex_decode(""), Bytes());
}

TEST(Hex, RefusesWhatIsNotPairsOfDigits) {
  for (const auto* text : {"F", "FFF", "FG", "G0", "0x", "F F ", "\xC3\xA9"}) {
    EXPECT_FALSE(hex_decode(text)) << text;
  }
}

TEST(Hex, EveryByteComesBack) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
  EXPECT_EQ(hex_decode(hex_encode_upper(bytes)), bytes);
  EXPECT_EQ(hex_decode(hex_encode_lower(bytes)), bytes);
}

}  // namespace
}  // namespace loopgate::codec
