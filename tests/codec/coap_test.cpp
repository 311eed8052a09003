#include "codec/coap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/limits.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::coap {
namespace {

using ::testing::HasSubstr;

struct Golden {
  const char* name;
  std::string_view bytes;
  Message message;
};

const Golden kGolden[] = {
    // RFC 7252 appendix A, figure 16: a confirmable request and its piggybacked response.
    {"GET /temperature",
     "40 01 7D34 BB 74656D7065726174757265",
     {Type::kConfirmable, 0x01, 0x7D34, {}, {{11, to_bytes("temperature")}}, {}}},
    {"2.05 Content",
     "60 45 7D34 FF 32322E332043",
     {Type::kAcknowledgement, 0x45, 0x7D34, {}, {}, to_bytes("22.3 C")}},
    // Figure 17: the same with a token.
    {"GET /temperature with token 0x20",
     "41 01 7D35 20 BB 74656D7065726174757265",
     {Type::kConfirmable, 0x01, 0x7D35, from_hex("20"), {{11, to_bytes("temperature")}}, {}}},
    {"Empty", "70 00 0001", {Type::kReset, 0, 1, {}, {}, {}}},
    // §3.1: delta and length in the nibble up to 12, one more byte from 13, two more from 269.
    {"extended deltas",
     "50 02 0000 C0 D0 00 E0 0000 E0 FCE5",
     {Type::kNonConfirmable, 2, 0, {}, {{12, {}}, {25, {}}, {294, {}}, {65304, {}}}, {}}},
    {"the greatest number",
     "40 01 0000 E0 FEF2",
     {Type::kConfirmable, 1, 0, {}, {{65535, {}}}, {}}},
    {"length 13 in one byte",
     "40 01 0000 1D 00 41414141414141414141414141",
     {Type::kConfirmable, 1, 0, {}, {{1, to_bytes("AAAAAAAAAAAAA")}}, {}}},
    {"a repeated option",
     "40 01 0000 B1 61 01 62",
     {Type::kConfirmable, 1, 0, {}, {{11, to_bytes("a")}, {11, to_bytes("b")}}, {}}},
};

TEST(Coap, ParsesGoldenMessages) {
  for (const auto& c : kGolden) {
    const auto message = parse(from_hex(c.bytes));
    ASSERT_TRUE(message) << c.name << ": " << message.error();
    EXPECT_EQ(*message, c.message) << c.name;
  }
}

TEST(Coap, SerializesGoldenMessages) {
  for (const auto& c : kGolden) EXPECT_EQ(serialize(c.message), from_hex(c.bytes)) << c.name;
}

TEST(Coap, SortsOptionsAndKeepsTheOrderWithinOneNumber) {
  const Message message{Type::kConfirmable,
                        1,
                        0,
                        {},
                        {{15, to_bytes("q")}, {11, to_bytes("b")}, {11, to_bytes("a")}},
                        {}};
  EXPECT_EQ(serialize(message), from_hex("40 01 0000 B1 62 01 61 41 71"));
}

TEST(Coap, LongestOptionValuesComeBack) {
  for (const std::size_t size : {12U, 13U, 268U, 269U, 65000U}) {
    const Message message{Type::kConfirmable, 1, 0, {}, {{2000, Bytes(size, std::byte{7})}}, {}};
    const auto back = parse(serialize(message));
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(*back, message) << size;
  }
}

TEST(Coap, SaysWhyADatagramIsNoMessage) {
  struct Case {
    std::string_view bytes;
    const char* why;
  };
  const Case cases[] = {
      {"", "shorter than the 4 bytes"},
      {"40 01 00", "shorter than the 4 bytes"},
      {"00 01 0000", "version 0 is not 1"},
      {"80 01 0000", "version 2 is not 1"},
      {"49 01 0000 010203040506070809", "token length 9 is reserved"},
      {"42 01 0000 01", "token is cut off"},
      {"40 00 0000 FF 01", "(Empty) with bytes"},
      {"41 00 0000 01", "(Empty) with bytes"},
      {"40 01 0000 FF", "payload marker without a payload"},
      {"40 01 0000 F0", "delta 15 is reserved"},
      {"40 01 0000 1F", "length 15 is reserved"},
      {"40 01 0000 D0", "delta is cut off"},
      {"40 01 0000 E0 00", "delta is cut off"},
      {"40 01 0000 1D", "length is cut off"},
      {"40 01 0000 B2 61", "option 11 says 2 bytes, 1 are left"},
      {"40 01 0000 E0 FFFF", "option number is over 65535"},
      {"40 01 0000 E0 FEF3", "option number is over 65535"},  // 65536
  };
  for (const Case& c : cases) {
    const auto message = parse(from_hex(c.bytes));
    ASSERT_FALSE(message) << c.bytes;
    EXPECT_THAT(message.error(), HasSubstr(c.why)) << c.bytes;
  }
}

TEST(Coap, BoundsTheNumberOfOptions) {
  Bytes bytes = from_hex("40 01 0000");
  bytes.resize(bytes.size() + kMaxCoapOptions);
  EXPECT_TRUE(parse(bytes));
  bytes.push_back(std::byte{0});
  const auto message = parse(bytes);
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error(), HasSubstr("more than 1024 options"));
}

}  // namespace
}  // namespace loopgate::codec::coap
