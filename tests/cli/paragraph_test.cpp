#include "cli/paragraph.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace loopgate::cli {
namespace {

TEST(Paragraph, BreaksBetweenWordsAndGoesOnBelowItsIndent) {
  Paragraph paragraph;
  paragraph.add("one two three four");
  EXPECT_EQ(paragraph.laid_out({.width = 10}, 2), "one two\n  three\n  four\n");
  EXPECT_EQ(paragraph.laid_out({.width = 0}, 2), "one two three four\n");
}

TEST(Paragraph, BreaksAWordThatNoLineTakesAndLosesNothing) {
  Paragraph paragraph;
  paragraph.add("arn:aws:lambda:us-west-2 x");
  EXPECT_EQ(paragraph.laid_out({.width = 12}, 4), "arn:aws:lamb\n    da:us-we\n    st-2 x\n");
}

TEST(Paragraph, CountsColumnsNotBytes) {
  struct Case {
    const char* text;
    std::size_t columns;
  };
  for (const auto& [text, columns] :
       {Case{"abc", 3}, Case{"→ ✗", 3}, Case{"日本", 4}, Case{"e\u0301", 1}}) {
    EXPECT_EQ(columns_of(text), columns) << text;
  }
  Paragraph paragraph;
  paragraph.add("日本語 日本語");
  EXPECT_EQ(paragraph.laid_out({.width = 10}, 0), "日本語\n日本語\n");
}

TEST(Paragraph, PaintsWordsAndNotWhatIsBetweenLines) {
  Paragraph paragraph;
  paragraph.add("bad", Paint::kBad).add(" plain");
  EXPECT_EQ(paragraph.laid_out({.width = 0, .colours = true}, 0), "\x1b[31mbad\x1b[0m plain\n");
  EXPECT_EQ(paragraph.laid_out({.width = 0, .colours = false}, 0), "bad plain\n");
  EXPECT_EQ(paragraph.laid_out({.width = 5, .colours = true}, 0), "\x1b[31mbad\x1b[0m\nplain\n");
}

TEST(Paragraph, PadsToAColumnOrTwoBlanks) {
  Paragraph paragraph;
  paragraph.add("ab").pad_to(6).add("c").pad_to(3).add("d");
  EXPECT_EQ(paragraph.laid_out({}, 0), "ab    c  d\n");
}

TEST(Paragraph, WhatATerminalWouldObeyIsEscaped) {
  struct Case {
    std::string_view text;
    const char* shown;
  };
  for (const auto& [text, shown] :
       {Case{"plain <b>&\\", "plain <b>&\\"}, Case{"a\nb\tc\r", "a\\nb\\tc\\r"},
        Case{"\x1b[31m", "\\x1b[31m"}, Case{std::string_view("\0", 1), "\\x00"},
        Case{"\x7f", "\\x7f"}, Case{"\xff\xfe", "\\xff\\xfe"}, Case{"\xc2\x9b", "\\u{9b}"},
        Case{"\u202eabc", "\\u{202e}abc"}, Case{"\u200b", "\\u{200b}"}, Case{"é→日", "é→日"}}) {
    EXPECT_EQ(harmless(text), shown);
  }
  EXPECT_EQ(quoted("say \"hi\" \\ \n"), R"("say \"hi\" \\ \n")");
}

TEST(Paragraph, SizesAreReadable) {
  EXPECT_EQ(readable_size(0), "0 B");
  EXPECT_EQ(readable_size(9'999), "9999 B");
  EXPECT_EQ(readable_size(12'345), "12.3 KB");
  EXPECT_EQ(readable_size(3'085'600), "3.1 MB");
  EXPECT_EQ(readable_size(7'000'000'000), "7.0 GB");
}

// A test has no terminal.
TEST(Paragraph, AFileHasNeitherWidthNorColours) {
  ::unsetenv("COLUMNS");
  auto* file = std::tmpfile();
  const auto style = style_of(file);
  std::fclose(file);
  EXPECT_EQ(style.width, 0u);
  EXPECT_FALSE(style.colours);
}

}  // namespace
}  // namespace loopgate::cli
