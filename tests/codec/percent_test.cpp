#include "codec/percent.h"

#include <gtest/gtest.h>

#include <vector>

namespace loopgate::codec {
namespace {

TEST(Percent, DecodesEscapesOfEitherCase) {
  EXPECT_EQ(percent_decode("a%2Fb%3a%00", Plus::kItself), std::string("a/b:\0", 5));
  EXPECT_EQ(percent_decode("", Plus::kItself), "");
  EXPECT_EQ(percent_decode("%ff", Plus::kItself), "\xff");
}

TEST(Percent, APlusIsABlankInAQueryAlone) {
  EXPECT_EQ(percent_decode("a+b%2B", Plus::kBlank), "a b+");
  EXPECT_EQ(percent_decode("a+b%2B", Plus::kItself), "a+b+");
}

TEST(Percent, RefusesWhatIsNotAnEscape) {
  for (const auto* text : {"%", "a%", "%2", "%2g", "%g2", "%%41", "%+1", "% 1", "%-1"}) {
    EXPECT_EQ(percent_decode(text, Plus::kBlank), std::nullopt) << text;
  }
}

TEST(Percent, EncodesAllButTheUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode(" /+%\xC3\xA9"), "%20%2F%2B%25%C3%A9");
}

TEST(Percent, WhatWasEncodedComesBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(percent_decode(percent_encode(all), Plus::kBlank), all);
  EXPECT_EQ(percent_decode(percent_encode(all), Plus::kItself), all);
}

TEST(QueryFields, AreSplitAtTheFirstEqualsSign) {
  std::string_view query = "a=1&b&=2&&c=x=y&d=";
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  while (!query.empty()) {
    const auto field = next_query_field(query);
    fields.emplace_back(field.name, field.value);
  }
  const decltype(fields) expected = {{"a", "1"}, {"b", ""},    {"", "2"},
                                     {"", ""},   {"c", "x=y"}, {"d", ""}};
  EXPECT_EQ(fields, expected);
}

}  // namespace
}  // namespace loopgate::codec
