#include "codec/base64.h"

#include <gtest/gtest.h>

#include "tests/codec/from_hex.h"

namespace loopgate::codec {
namespace {

struct Vector {
  std::string_view plain;
  std::string_view encoded;
};
// RFC 4648 §10.
constexpr Vector kRfc4648[] = {{"", ""},
                               {"f", "Zg=="},
                               {"fo", "Zm8="},
                               {"foo", "Zm9v"},
                               {"foob", "Zm9vYg=="},
                               {"fooba", "Zm9vYmE="},
                               {"foobar", "Zm9vYmFy"}};

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  for (const auto& [plain, encoded] : kRfc4648) EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
}

TEST(Base64, DecodesTheVectorsOfRfc4648) {
  for (const auto& [plain, encoded] : kRfc4648) {
    const auto bytes = base64_decode(encoded);
    ASSERT_TRUE(bytes) << encoded;
    EXPECT_EQ(as_text(*bytes), plain);
  }
}

TEST(Base64, UsesTheStandardAlphabet) {
  EXPECT_EQ(base64_encode(from_hex("FBFFBF")), "+/+/");
  EXPECT_EQ(base64_decode("+/+/"), from_hex("FBFFBF"));
  EXPECT_FALSE(base64_decode("-_-_"));
}

TEST(Base64, AppendsBehindWhatIsThere) {
  std::string out = "\"Data\":\"";
  base64_append(out, as_bytes("foobar"));
  EXPECT_EQ(out, "\"Data\":\"Zm9vYmFy");
  Bytes bytes = to_bytes("foo");
  EXPECT_TRUE(base64_decode_append("YmFy", bytes));
  EXPECT_EQ(as_text(bytes), "foobar");
}

TEST(Base64, LeavesTheBufferAloneWhenTheTextIsNotBase64) {
  Bytes bytes = to_bytes("kept");
  EXPECT_FALSE(base64_decode_append("Zm9v!m9vZm9v", bytes));
  EXPECT_EQ(as_text(bytes), "kept");
}

TEST(Base64, DecodesToText) {
  EXPECT_EQ(base64_decode_text("AGZvbw=="), std::string("\0foo", 4));
  EXPECT_EQ(base64_decode_text(""), "");
  EXPECT_EQ(base64_decode_text("Zm9v\n"), std::nullopt);
}

TEST(Base64, DecodesIntoAPlaceOfExactlyItsSize) {
  std::array<std::byte, 4> place{};
  EXPECT_TRUE(base64_decode_into("Zm9vYg==", place));
  EXPECT_EQ(as_text(place), "foob");
  for (const auto* text : {"Zm9v", "Zm9vYmE=", "Zm9vYh==", "Zm9vYg=", "", "Zm!vYg=="}) {
    EXPECT_FALSE(base64_decode_into(text, place)) << text;
  }
}

TEST(Base64, EverySizeAndByteComesBack) {
  Bytes bytes;
  for (int i = 0; i < 600; ++i) {
    const auto text = base64_encode(bytes);
    EXPECT_EQ(text.size(), base64_size(bytes.size()));
    EXPECT_EQ(base64_decode(text), bytes);
    bytes.push_back(static_cast<std::byte>(i * 37));
  }
}

TEST(Base64, RefusesWhatIsNoDigitInEveryPlace) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t place = 0; place < 8; ++place) {
    for (int c = 0; c < 256; ++c) {
      std::string text = "Zm9vYmFy";
      text[place] = static_cast<char>(c);
      const bool padded = c == '=' && place == 7;
      const bool stray = padded && (kDigits.find(text[6]) & 3) != 0;
      EXPECT_EQ(base64_decode(text).has_value(),
                kDigits.contains(text[place]) || (padded && !stray))
          << place << ": " << c;
    }
  }
}

TEST(Base64, RefusesWhatIsNotStrict) {
  struct Case {
    const char* name;
    std::string_view text;
  };
  const Case cases[] = {
      {"no padding", "Zg"},
      {"too little padding", "Zg="},
      {"only padding", "===="},
      {"three padding characters", "Z==="},
      {"padding in the middle", "Zg==Zg=="},
      {"padding before a digit", "Zg=g"},
      {"stray bits after one byte", "Zh=="},
      {"stray bits after two bytes", "Zm9="},
      {"line break", "Zm9v\nZm9v"},
      {"trailing space", "Zm9vYg== "},
      {"a byte over 0x7F", "Zm9\xC3"},
      {"a zero byte", std::string_view("Zm9\0Zm9v", 8)},
  };
  for (const Case& c : cases) EXPECT_FALSE(base64_decode(c.text)) << c.name;
}

}  // namespace
}  // namespace loopgate::codec
