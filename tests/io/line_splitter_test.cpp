#include "io/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loopgate::io {
namespace {

struct Case {
  const char* name;
  std::vector<std::string> fed;
  std::vector<std::string> lines;
};

class LineSplitterTest : public testing::TestWithParam<Case> {};

TEST_P(LineSplitterTest, GivesWholeLines) {
  LineSplitter splitter(4);
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
  for (const auto& bytes : GetParam().fed) splitter.feed(bytes, sink);
  splitter.finish(sink);
  EXPECT_THAT(lines, testing::ElementsAreArray(GetParam().lines));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, LineSplitterTest,
    testing::Values(Case{"Nothing", {}, {}}, Case{"OneLine", {"ab\n"}, {"ab"}},
                    Case{"TwoInOne", {"a\nb\n"}, {"a", "b"}},
                    Case{"EmptyLines", {"\n\n"}, {"", ""}},
                    Case{"LastWithoutNewline", {"a\nb"}, {"a", "b"}},
                    Case{"InParts", {"a", "b", "\n", "c\n"}, {"ab", "c"}},
                    Case{"ExactlyTheLimit", {"abcd\ne\n"}, {"abcd", "e"}},
                    Case{"OverTheLimit", {"abcdefghi\nj\n"}, {"abcd", "efgh", "i", "j"}},
                    Case{"OverTheLimitInParts", {"abc", "def", "\n"}, {"abcd", "ef"}},
                    Case{"ExactlyTheLimitInParts", {"abcd", "\ne"}, {"abcd", "e"}},
                    Case{"CarriageReturnsAreKept", {"a\r\n"}, {"a\r"}}),
    [](const auto& test) { return test.param.name; });

TEST(LineSplitterLimit, StopsAtSoManyLinesAndGoesOnFromThere) {
  LineSplitter splitter(100);
  std::vector<std::string> lines;
  const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
  const std::string_view bytes = "a\nb\nc\nd";
  EXPECT_EQ(splitter.feed(bytes, sink, 2), 4u);
  EXPECT_THAT(lines, testing::ElementsAre("a", "b"));
  EXPECT_EQ(splitter.feed(bytes.substr(4), sink, 2), 3u);
  EXPECT_THAT(lines, testing::ElementsAre("a", "b", "c"));
  splitter.finish(sink);
  EXPECT_EQ(lines.back(), "d");
}

}  // namespace
}  // namespace loopgate::io
