#include "codec/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/codec/from_hex.h"

namespace loopgate::codec {
namespace {

std::string replacements(int count, std::string_view then = "") {
  std::string out;
  for (int i = 0; i < count; ++i) out += "\xEF\xBF\xBD";
  return out.append(then);
}

struct Replacement {
  const char* name;
  std::string_view bytes;
  std::string expected;
};

// Unicode 15.0 §3.9, tables 3-8 to 3-11, and the ends of what is allowed.
const Replacement kReplacements[] = {
    {"table 3-8, non-shortest forms", "C0 AF E0 80 BF F0 81 82 41", replacements(8, "A")},
    {"table 3-9, surrogates", "ED A0 80 ED BF BF ED AF 41", replacements(8, "A")},
    {"table 3-10, other ill-formed sequences", "F4 91 92 93 FF 41 80 BF 42",
     replacements(5, "A") + replacements(2, "B")},
    {"table 3-11, truncated sequences", "E1 80 E2 F0 91 92 F1 BF 41", replacements(4, "A")},
    {"truncated at the end", "41 E2 82", "A" + replacements(1)},
    {"a lead byte alone", "F0", replacements(1)},
    {"behind eight ASCII bytes", "30 31 32 33 34 35 36 37 FF 38",
     "01234567" + replacements(1, "8")},
};

TEST(Utf8, ReplacesEachMaximalSubpartOnce) {
  for (const auto& c : kReplacements) {
    bool replaced = false;
    EXPECT_EQ(utf8_from_bytes(from_hex(c.bytes), &replaced), c.expected) << c.name;
    EXPECT_TRUE(replaced) << c.name;
    EXPECT_FALSE(is_valid_utf8(from_hex(c.bytes))) << c.name;
  }
}

TEST(Utf8, KeepsWhatIsWellFormed) {
  const std::string_view sequences[] = {"",
                                        "00",
                                        "7F",
                                        "C2 80",
                                        "DF BF",
                                        "E0 A0 80",
                                        "ED 9F BF",
                                        "EE 80 80",
                                        "EF BF BF",
                                        "F0 90 80 80",
                                        "F4 8F BF BF",
                                        "30 31 32 33 34 35 36 37 E2 82 AC 30 31 32 33 34 35 36 37"};
  for (const auto sequence : sequences) {
    const Bytes bytes = from_hex(sequence);
    bool replaced = true;
    EXPECT_TRUE(is_valid_utf8(bytes)) << sequence;
    EXPECT_EQ(utf8_from_bytes(bytes, &replaced), as_text(bytes)) << sequence;
    EXPECT_FALSE(replaced) << sequence;
  }
}

TEST(Utf8, AgreesOnValidityForEveryTwoAndThreeByteStart) {
  for (unsigned i = 0; i < 0x10000; ++i) {
    const Bytes bytes = {static_cast<std::byte>(i >> 8), static_cast<std::byte>(i),
                         std::byte{0x80}};
    bool replaced = false;
    const std::string text = utf8_from_bytes(bytes, &replaced);
    ASSERT_EQ(is_valid_utf8(bytes), !replaced) << i;
    ASSERT_TRUE(is_valid_utf8(as_bytes(text))) << i;
  }
}

TEST(Ascii, ShowsAQuestionMarkForBytesOver7F) {
  EXPECT_EQ(ascii_from_bytes(from_hex("41 7F 80 FF 00 42")), std::string("A\x7F??\0B", 6));
}

TEST(Ascii, RefusesCharactersOver7F) {
  EXPECT_EQ(ascii_to_bytes("ping\n\x7F"), to_bytes("ping\n\x7F"));
  EXPECT_FALSE(ascii_to_bytes("caf\xC3\xA9"));
  EXPECT_FALSE(ascii_to_bytes("01234567\x80"));
}

TEST(JsonEscape, EscapesControlCharactersQuotesAndBackslashes) {
  std::string out = "<";
  json_escape_append(out, std::string_view("a\"b\\c\b\f\n\r\t\x01\x1F\x7F/\0é", 17));
  EXPECT_EQ(out, R"(<a\"b\\c\b\f\n\r\t\u0001\u001f)"
                 "\x7F/"
                 R"(\u0000é)");
}

TEST(JsonEscape, ReadsBackAsTheSameText) {
  std::string text;
  for (int i = 0; i < 128; ++i) text.push_back(static_cast<char>(i));
  text += "é€😀";
  std::string json = "\"";
  json_escape_append(json, text);
  json += '"';
  EXPECT_EQ(nlohmann::json::parse(json).get<std::string>(), text);
}

TEST(JsonEscape, FindsEveryByteAtEveryPlace) {
  for (int c = 0; c < 128; ++c) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text = "0123456789\xC3\xA9 \x7F~!#[]";
      text.insert(std::min(place, text.size()), 1, static_cast<char>(c));
      std::string json = "\"";
      json_escape_append(json, text);
      json += '"';
      const auto parsed = nlohmann::json::parse(json, nullptr, false);
      // Inside é, the text is not UTF-8 and no JSON.
      if (place == 11) continue;
      ASSERT_EQ(parsed, text) << c << " at " << place;
    }
  }
}

struct CodePointCase {
  const char* name;
  std::string_view bytes;
  std::int32_t value;
  std::size_t size;
};

TEST(CodePoints, AreReadOneByOne) {
  const CodePointCase cases[] = {
      {"ASCII", "41 42", 'A', 1},
      {"least of two bytes", "C2 80", 0x80, 2},
      {"most of two bytes", "DF BF", 0x7FF, 2},
      {"least of three bytes", "E0 A0 80", 0x800, 3},
      {"last before the surrogates", "ED 9F BF", 0xD7FF, 3},
      {"most of three bytes", "EF BF BF", 0xFFFF, 3},
      {"least of four bytes", "F0 90 80 80", 0x10000, 4},
      {"the last one", "F4 8F BF BF", 0x10FFFF, 4},
      {"overlong", "C0 80", -1, 1},
      {"a surrogate", "ED A0 80", -1, 1},
      {"over the last one", "F4 90 80 80", -1, 1},
      {"cut off", "F0 90 80", -1, 1},
      {"a continuation alone", "80", -1, 1},
  };
  for (const auto& c : cases) {
    const auto point = first_code_point(as_text(from_hex(c.bytes)));
    EXPECT_EQ(point.value, c.value) << c.name;
    EXPECT_EQ(point.size, c.size) << c.name;
  }
}

TEST(Case, IsThatOfAsciiLettersAlone) {
  EXPECT_EQ(lower("AZ@[az\xC3\x89"), "az@[az\xC3\x89");
  EXPECT_TRUE(equal_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equal_ignoring_case("Content-Type", "Content-Typ"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

}  // namespace
}  // namespace loopgate::codec
