#include "template/pattern.h"

#include <gtest/gtest.h>

namespace loopgate::cfn {
namespace {

TEST(Pattern, ReadsWhatJavaReads) {
  const struct {
    const char* name;
    const char* java;
    const char* matching;
    const char* other;
  } table[] = {
      {"the whole value", "[a-z]+", "abc", "abc1"},
      {"anchors of its own", "^[a-z]+$", "abc", "1abc"},
      {"a hyphen after a class", R"([\w-.]+)", "a-b.c", "a+b"},
      {"a hyphen after a property", R"([\p{Alpha}-.]+)", "a-b.c", "a1"},
      {"a bracket that comes first", R"([]a-z]+)", "a]", "["},
      {"flags", "(?i)yes|no", "YES", "maybe"},
      {"POSIX classes", R"(\p{Alnum}+\P{Alnum})", "ab1-", "ab1c"},
      {"POSIX classes in a class", R"([\p{Lower}\p{Digit}_]+)", "a_1", "A"},
      {"Unicode properties", R"(\p{Lu}\p{L}*)", "Übung", "übung"},
      {"code units", R"(a\u0020b)", "a b", "a0020b"},
      {"code units in a class", R"([\u00e0-\u00ff]+)", "é", "e"},
      {"ends of the text", R"(\A[a-z]+\z)", "abc", "abc\n"},
      {"quoted text", R"(\Q[a]\E+)", "[a]]", "a"},
      {"looking ahead", R"((?!aws)[a-z]+)", "gateway", "awsome"},
      {"possessive", "a++b", "aab", "aa"},
      {"characters, not bytes", "...", "äöü", "äö"},
  };
  for (const auto& row : table) {
    const auto pattern = compile_java_pattern(row.java);
    ASSERT_TRUE(pattern) << row.name << ": " << pattern.error().message;
    EXPECT_TRUE(pattern->matches(row.matching).value()) << row.name;
    EXPECT_FALSE(pattern->matches(row.other).value()) << row.name;
  }
}

TEST(Pattern, SaysWhatItCannotRead) {
  const struct {
    const char* java;
    const char* error;
  } table[] = {
      {"[a-z", "missing terminating ] for character class (character 4)"},
      {"[a-z&&[^b]]", "it intersects classes (&&)"},
      {"[a[bc]]", "it has a class inside of a class"},
      {R"(\u12)", "\\u needs four hexadecimal digits"},
      {R"(\p{Alpha)", "a \\p{ has no }"},
  };
  for (const auto& row : table) {
    const auto pattern = compile_java_pattern(row.java);
    ASSERT_FALSE(pattern) << row.java;
    EXPECT_EQ(pattern.error().message, row.error);
  }
}

}  // namespace
}  // namespace loopgate::cfn
