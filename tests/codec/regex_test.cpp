#include "codec/regex.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/limits.h"

namespace loopgate::codec {
namespace {

using enum Regex::Subject;

TEST(Regex, HoldsTheWholeTextToTheExpression) {
  const auto regex = Regex::compile("[a-z]+", kBytes);
  ASSERT_TRUE(regex) << regex.error().message;
  EXPECT_TRUE(regex->matches("abc").value());
  EXPECT_FALSE(regex->matches("abc1").value());
  EXPECT_FALSE(regex->matches("abc\n").value());
  EXPECT_FALSE(regex->matches("").value());
}

TEST(Regex, CountsCharactersOrBytes) {
  EXPECT_TRUE(Regex::compile("..", kUtf8)->matches("\u00e4\u00f6").value());
  EXPECT_TRUE(Regex::compile("....", kBytes)->matches("\u00e4\u00f6").value());
  EXPECT_TRUE(Regex::compile(".*", kBytes)->matches("\xff\xfe").value());
  EXPECT_FALSE(Regex::compile(".*", kUtf8)->matches("\xff\xfe"));
}

TEST(Regex, SaysWhatIsNoExpression) {
  const auto open = Regex::compile("a(b", kBytes);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().message, "missing closing parenthesis (character 3)");
  EXPECT_TRUE(Regex::compile(std::string(kMaxRegexBytes, 'a'), kBytes));
  const auto longer = Regex::compile(std::string(kMaxRegexBytes + 1, 'a'), kBytes);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message, "it is longer than 4096 bytes");
}

TEST(Regex, GivesUpWhatWouldTakeYears) {
  EXPECT_FALSE(Regex::compile("(a+)+[bc]", kUtf8)->matches(std::string(60, 'a')));
  EXPECT_FALSE(Regex::compile("(a|aa)+[bc]", kUtf8)->matches(std::string(4096, 'a')));
}

}  // namespace
}  // namespace loopgate::codec
