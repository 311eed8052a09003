#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace loopgate {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::StartsWith;

std::string nested(std::size_t levels, char open = '[', char close = ']') {
  return std::string(levels, open) + std::string(levels, close);
}

std::string nested_objects(std::size_t levels) {
  std::string out;
  for (std::size_t i = 0; i < levels; ++i) out += "{\"a\":";
  return out + "1" + std::string(levels, '}');
}

TEST(Json, ReadsWhatItWrites) {
  const auto text = R"({"a":[1,-2,3.5,true,false,null,"\"ü\n"],"b":{}})";
  const auto value = read_json(text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(write_json(*value), text);
  const auto ordered = read_ordered_json(R"({"z":1,"a":2})");
  ASSERT_TRUE(ordered);
  EXPECT_EQ(write_json(*ordered), R"({"z":1,"a":2})");
  EXPECT_TRUE(check_json(text));
}

TEST(Json, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* name;
    std::string text;
    const char* place;
    const char* what;
  };
  const Case cases[] = {
      {"nothing", "", "line 1, column 1: ", "unexpected end of input"},
      {"a word", "[1,\n 2, x]", "line 2, column 5: ", "invalid literal"},
      {"not closed", "{\"a\":\n\n[1", "line 3, column 2: ", "unexpected end of input"},
      {"rubbish behind", "{} x", "line 1, column 4: ", "invalid literal"},
      {"two documents", "1 2", "line 1, column 3: ", "expected end of input"},
      {"not UTF-8", "\"\xff\"", "line 1, column 2: ", "ill-formed UTF-8"},
      {"too large a number", "1e999", "line 1, column 5: ", "number overflow"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto value = read_json(c.text);
    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().message, StartsWith(c.place));
    EXPECT_THAT(value.error().message, HasSubstr(c.what));
    EXPECT_THAT(value.error().message, testing::Not(HasSubstr("json.exception")));
    EXPECT_FALSE(check_json(c.text));
    EXPECT_FALSE(read_ordered_json(c.text));
  }
}

TEST(Json, RefusesWhatNestsTooDeepInsteadOfOverflowingTheStack) {
  for (const auto& text : {nested(kMaxJsonDepth), nested_objects(kMaxJsonDepth)}) {
    const auto value = read_json(text);
    ASSERT_TRUE(value);
    const auto copy = *value;  // by recursion
    EXPECT_EQ(write_json(copy), text);
    EXPECT_TRUE(check_json(text));
  }
  for (const auto levels : {kMaxJsonDepth + 1, std::size_t{60'000}, std::size_t{5'000'000}}) {
    for (const auto& text : {nested(levels), nested(levels, '[', ' '), nested_objects(levels)}) {
      const auto value = read_json(text);
      ASSERT_FALSE(value);
      EXPECT_EQ(value.error().message, "it nests too deep: more than 512 levels");
      EXPECT_FALSE(check_json(text));
      EXPECT_FALSE(read_ordered_json(text));
    }
  }
  // Beside each other they may be as many as they like.
  EXPECT_TRUE(read_json("[" + nested(500) + "," + nested(500) + "]"));
  EXPECT_FALSE(read_json("[[]]", {.depth = 1}));
  EXPECT_TRUE(read_json("[]", {.depth = 1}));
  EXPECT_TRUE(read_json("7", {.depth = 0}));
}

TEST(Json, RefusesMoreBytesThanAllowed) {
  EXPECT_TRUE(read_json("[1,2]", {.bytes = 5}));
  const auto value = read_json("[1,23]", {.bytes = 5});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "it has 6 bytes, more than 5");
}

TEST(Json, OfANameThatStandsTwiceTheLastValueIsTaken) {
  EXPECT_EQ(read_json(R"({"a":1,"a":2})").value(), (json{{"a", 2}}));
}

TEST(Json, WritesWhatIsNotUtf8) {
  EXPECT_EQ(write_json(json{{"a\xff", "b\xc3"}}), "{\"a\uFFFD\":\"b\uFFFD\"}");
  EXPECT_EQ(write_json(ordered_json{{"a", "\xf0\x9f"}}), "{\"a\":\"\uFFFD\"}");
  EXPECT_EQ(write_json(json("ü\x01"), JsonText::kAscii), R"("\u00fc\u0001")");
  EXPECT_EQ(quote_json("a\"\xff"), "\"a\\\"\uFFFD\"");
}

// What we build ourselves out of two deep documents.
TEST(Json, WritesNullForWhatNestsTooDeepToBeWritten) {
  auto deep = json::array();
  for (std::size_t i = 0; i < 2 * kMaxJsonDepth + 10; ++i) deep = json::array({std::move(deep)});
  const auto text = write_json(deep);
  EXPECT_EQ(text,
            std::string(2 * kMaxJsonDepth, '[') + "null" + std::string(2 * kMaxJsonDepth, ']'));
}

}  // namespace
}  // namespace loopgate
