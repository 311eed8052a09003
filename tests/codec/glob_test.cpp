#include "codec/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace loopgate::codec {
namespace {

struct Case {
  std::string_view pattern;
  std::string_view text;
  bool matches;
  GlobOptions options = {};
};

void expect_all(std::initializer_list<Case> cases) {
  for (const auto& c : cases) {
    EXPECT_EQ(glob_matches(c.pattern, c.text, c.options), c.matches) << c.pattern << " " << c.text;
  }
}

TEST(Glob, AStarStandsForAnyCharactersAndForNone) {
  expect_all({{"", "", true},
              {"", "a", false},
              {"a", "", false},
              {"*", "", true},
              {"**", "", true},
              {"*", "anything", true},
              {"a*", "a", true},
              {"a*", "b", false},
              {"*a*b", "xaxbxb", true},
              {"*a*b", "xaxbx", false},
              {"a*c*e", "abcde", true},
              {"abc", "abcd", false},
              {"abcd", "abc", false}});
}

TEST(Glob, WithoutOptionsEverythingElseIsItself) {
  expect_all({{"a?c", "abc", false},
              {"a?c", "a?c", true},
              {"\\*", "*", false},
              {"\\*", "\\x", true},
              {"A", "a", false}});
}

TEST(Glob, AQuestionMarkIsExactlyOneCharacter) {
  const GlobOptions options{.question_mark = true};
  expect_all({{"a?c", "abc", true, options},
              {"a?c", "ac", false, options},
              {"a??", "abc", true, options},
              {"?", "", false, options},
              {"*?", "", false, options},
              {"*?", "x", true, options}});
}

TEST(Glob, ABackslashTakesTheNextCharacterLiterally) {
  const GlobOptions options{.escapes = true};
  expect_all({{"a\\*c", "a*c", true, options},
              {"a\\*c", "abc", false, options},
              {"a\\\\*", "a\\bc", true, options},
              {"*\\*", "ab*", true, options},
              {"*\\*", "ab", false, options},
              {"a\\", "a\\", true, options}});
}

TEST(Glob, IgnoresTheCaseOfLettersOnEitherSide) {
  const GlobOptions options{.ignore_case = true};
  expect_all({{"SNS:*", "sns:publish", true, options},
              {"sns:pub*", "SNS:PUBLISH", true, options},
              {"[", "{", false, options}});
}

TEST(Glob, StaysQuickOnManyStars) {
  EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace loopgate::codec
