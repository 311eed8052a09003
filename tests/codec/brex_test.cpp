#include "codec/brex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/limits.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::brex {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view expression;
  std::string_view result;  // hexadecimal
};

void expect_all(std::span<const Case> cases, std::string_view payload) {
  for (const Case& c : cases) {
    const auto expression = Expression::parse(c.expression);
    ASSERT_TRUE(expression) << c.expression << ": " << expression.error().message;
    const auto bytes = expression->evaluate(from_hex(payload));
    ASSERT_TRUE(bytes) << c.expression << ": " << bytes.error();
    EXPECT_EQ(hex_encode_upper(*bytes), c.result) << c.expression;
  }
}

constexpr std::string_view kPayload = "00 01 02 03 04 05 06 07 08 09";

TEST(Brex, PicksRanges) {
  const Case cases[] = {
      {"[5]", "05"},
      {"[0]", "00"},
      {"[2, 4]", "02030405"},
      {"[0,10]", "00010203040506070809"},
      {"[2:6]", "02030405"},
      {"[7:]", "070809"},
      {"[:3]", "000102"},
      {"[:]", "00010203040506070809"},
      {"[]", ""},
      {" [ 2 : 4 ] ", "0203"},
      {"[3,0]", ""},
      {"[3:3]", ""},
      {"[6:2]", ""},
      {"[0x02:0x04]", "0203"},
  };
  expect_all(cases, kPayload);
}

TEST(Brex, GivesAsMuchAsThereIsPastTheEnd) {
  const Case cases[] = {
      {"[10]", ""},
      {"[9]", "09"},
      {"[8,4]", "0809"},
      {"[8:99]", "0809"},
      {"[10:12]", ""},
      {"[99:]", ""},
      {"u16be[9]", "09"},
      {"u16le[9]", "09"},
      {"u32be[10]", ""},
      {"u32be[7]", "070809"},
      {"[18446744073709551615]", ""},
      {"[1, 18446744073709551615]", "010203040506070809"},
  };
  expect_all(cases, kPayload);
}

TEST(Brex, KeepsTheWrittenWidthOfHexadecimalLiterals) {
  const Case cases[] = {{"0xFFFF", "FFFF"},
                        {"0x00fe", "00FE"},
                        {"0xF", "0F"},
                        {"0X0000000000000000AA", "0000000000000000AA"}};
  expect_all(cases, kPayload);
}

TEST(Brex, ReadsTypedNumbers) {
  const Case cases[] = {
      {"u8[3]", "03"},
      {"u16be[1]", "0102"},
      {"u16le[1]", "0201"},
      {"u32be[1]", "01020304"},
      {"u32le[1]", "04030201"},
      {"u64be[1]", "0102030405060708"},
      {"u64le[1]", "0807060504030201"},
  };
  expect_all(cases, kPayload);
}

TEST(Brex, CalculatesWithAWidthThatHoldsTheResult) {
  const Case cases[] = {
      {"u8[2] + 1", "03"},
      {"0xFF + 1", "0100"},
      {"u16be[1] - 0x0100", "0002"},
      {"2 + 3 * 4", "0E"},
      {"(2 + 3) * 4", "14"},
      {"10 - 2 - 3", "05"},
      {"0xFFFF * 0xFFFF", "FFFE0001"},
      {"[1,3] + 0", "010203"},
      {"255", "FF"},
      {"256", "0100"},
      {"65536", "00010000"},
      {"4294967296", "0000000100000000"},
      {"u8[0] + u16le[0]", "0100"},
  };
  expect_all(cases, kPayload);
}

// As published: offsets may be calculated.
TEST(Brex, CalculatesOffsets) {
  const Case cases[] = {{"[u8[1] + 1]", "02"},
                        {"[u16be[0] * 2, 4]", "02030405"},
                        {"[u8[1] + 1, 5] | [3]", "05"},
                        {"[[2]:[5]]", "020304"},
                        {"u8[u8[4]]", "04"},
                        {"[1, u8[2]]", "0102"}};
  expect_all(cases, kPayload);
}

TEST(Brex, PipesTheLeftBytesIntoTheRight) {
  const Case cases[] = {{"[2:8] | [1]", "03"},
                        {"[0:9] | [2:8] | [1]", "03"},
                        {"u32le[0] | [0:2]", "0302"},
                        {"[2:4] | [0] == 2 ? 0xAA : 0xBB", "AA"},
                        {"([2:4] | [0]) == 0x02 ? 0xAA : 0xBB", "AA"},
                        {"[1] == 0x01 ? [2:8] | [5] : []", "07"},
                        {"[20:] | [0]", ""}};
  expect_all(cases, kPayload);
}

TEST(Brex, ComparesBytesByWidthAndNumbersByValue) {
  const Case cases[] = {
      {"[1] == 0x01", "01"},      {"[1] = 0x01", "01"},
      {"[1] == 0x0001", "00"},    {"[1] == 1", "01"},
      {"u16be[0] == 0x01", "01"}, {"[1] != 0x01", "00"},
      {"[1] != 0x02", "01"},      {"[0:4] == 0x00010203", "01"},
      {"[2] < 3", "01"},          {"[2] <= 2", "01"},
      {"[2] > 2", "00"},          {"[2] >= 2", "01"},
      {"[10] == 0", "00"},        {"[10] != 0", "01"},
      {"[10] == []", "01"},       {"[10] < 1", "00"},
      {"[:] == 0", "00"},
  };
  expect_all(cases, kPayload);
}

TEST(Brex, DecidesWithoutAskingTheOtherSide) {
  const Case cases[] = {
      {"[1] == 1 && [2] == 2", "01"}, {"[1] == 1 && [2] == 3", "00"},
      {"[1] == 9 || [2] == 2", "01"}, {"[1] == 9 || [2] == 9", "00"},
      {"0 && [10] + 1", "00"},        {"1 || [10] + 1", "01"},
      {"0 || 0 && 1 || 2", "01"},     {"[0] ? [10] + 1 : 0xAA", "AA"},
  };
  expect_all(cases, kPayload);
}

// From a public template: the device's address in either MAVLink version, or a group of its own.
TEST(Brex, EvaluatesTheExpressionInTheWild) {
  constexpr std::string_view kText = "[0] == 0xFE ? [3:5] : ([0] == 0xFD ? [5:7] : 0xFFFF)";
  const Case mavlink1[] = {{kText, "0301"}};
  expect_all(mavlink1, "FE 09 00 03 01 00 AA BB");
  const Case mavlink2[] = {{kText, "0102"}};
  expect_all(mavlink2, "FD 09 00 00 07 01 02 00");
  const Case other[] = {{kText, "FFFF"}};
  expect_all(other, "70 69 6E 67");
  expect_all(other, "");
  const Case cut_off[] = {{kText, ""}};
  expect_all(cut_off, "FE 09");
}

TEST(Brex, NestsTheElseOfAConditionWithoutParentheses) {
  const Case cases[] = {{"[1] == 0 ? 0x0A : [1] == 1 ? 0x0B : 0x0C", "0B"},
                        {"1 ? 0 ? 0x0A : 0x0B : 0x0C", "0B"}};
  expect_all(cases, kPayload);
}

TEST(Brex, TrueIsWhatIsNeitherEmptyNorZero) {
  struct Truth {
    std::string_view expression;
    bool expected;
  };
  const Truth cases[] = {{"[1]", true},       {"[0]", false},      {"[]", false},
                         {"[0:2]", true},     {"0x0000", false},   {"[99]", false},
                         {"1", true},         {"0", false},        {"[1] == 1", true},
                         {"[1] == 2", false}, {"[99] + 1", false}, {"0 - 1", false}};
  for (const Truth& c : cases) {
    EXPECT_EQ(Expression::parse(c.expression)->truth(from_hex(kPayload)).value_or(false),
              c.expected)
        << c.expression;
  }
}

TEST(Brex, SaysWhichOperationFailed) {
  struct Failing {
    std::string_view expression;
    const char* why;
  };
  const Failing cases[] = {
      {"0 - 1", "below zero or over 64 bits"},
      {"u64be[1] * 0xFFFFFFFF", "below zero or over 64 bits"},
      {"18446744073709551615 + 1", "below zero or over 64 bits"},
      {"[99] + 1", "an operand is not a number"},
      {"[0:9] + 1", "an operand is not a number"},
      {"[[99]]", "a position is not a number"},
  };
  for (const Failing& c : cases) {
    const auto bytes = Expression::parse(c.expression)->evaluate(from_hex(kPayload));
    ASSERT_FALSE(bytes) << c.expression;
    EXPECT_THAT(bytes.error(), HasSubstr(c.why)) << c.expression;
  }
}

TEST(Brex, PointsAtTheColumnThatIsWrong) {
  struct Wrong {
    std::string_view expression;
    const char* message;
  };
  const Wrong cases[] = {
      {"",
       "BREX, column 1: expected a range such as [0:4], a read such as u16be[0], a literal or '(', "
       "found the end"},
      {"[0", "column 3: expected ']', ',' or ':', found the end"},
      {"[0;1]", "column 3: expected ']', ',' or ':', found ';'"},
      {"[0:1", "column 5: expected ']', found the end"},
      {"[0,]", "column 4: expected a range"},
      {"[0] [1]", "column 5: expected the end or an operator, found '['"},
      {"[0] == ", "column 8: expected a range"},
      {"[0] == 1 == 1", "column 10: expected the end or an operator"},
      {"[0] ? 1", "column 8: expected ':', found the end"},
      {"(1", "column 3: expected ')', found the end"},
      {"u24be[0]", "column 1: expected u8, u16le"},
      {"u8", "column 3: expected '[', found the end"},
      {"0x", "column 3: expected hexadecimal digits"},
      {"0xZZ", "column 3: expected hexadecimal digits, found 'Z'"},
      {"18446744073709551616", "column 1: expected a number of at most 64 bits"},
      {"1 & 1", "column 3: expected the end or an operator, found '&'"},
      {"[-1]", "column 2: expected a range"},
      {"\xFF", "found '\\xff'"},
      {"| [0]", "column 1: expected a range"},
  };
  for (const Wrong& c : cases) {
    const auto expression = Expression::parse(c.expression);
    ASSERT_FALSE(expression) << c.expression;
    EXPECT_THAT(expression.error().message, HasSubstr(c.message)) << c.expression;
  }
}

TEST(Brex, BoundsLengthAndDepth) {
  const std::string deep(kMaxBrexDepth + 1, '(');
  EXPECT_THAT(Expression::parse(deep).error().message, HasSubstr("nested deeper than 32"));
  EXPECT_THAT(Expression::parse(std::string(500, '[')).error().message,
              HasSubstr("nested deeper than 32"));
  std::string choices;
  for (int i = 0; i <= kMaxBrexDepth; ++i) choices += "0?0:";
  EXPECT_THAT(Expression::parse(choices + "0").error().message, HasSubstr("nested deeper than 32"));
  EXPECT_THAT(Expression::parse(std::string(kMaxBrexBytes + 1, ' ')).error().message,
              HasSubstr("1025 characters"));
  std::string sum = "0";
  while (sum.size() + 2 <= kMaxBrexBytes) sum += "+1";
  EXPECT_EQ(Expression::parse(sum)->evaluate({}).value(), from_hex("01FF"));  // 511 ones
}

TEST(Brex, CopiesKeepWorkingWhenTheOriginalIsGone) {
  std::optional<Expression> original(*Expression::parse("[1:] | 0xAABB"));
  const Expression copy = *original;
  original.reset();
  EXPECT_EQ(copy.evaluate({}).value(), from_hex("AABB"));
  EXPECT_EQ(copy.text(), "[1:] | 0xAABB");
}

}  // namespace
}  // namespace loopgate::codec::brex
