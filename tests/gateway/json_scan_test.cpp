#include "gateway/json_scan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopgate::gateway {
namespace {

// Strings are looked at in blocks: what ends one, or is wrong in one, may stand anywhere in a
// block.
TEST(JsonScan, ReadsStringsAsTheParserDoesWhereverTheSpecialCharacterStands) {
  const char* const specials[] = {"\"", "\\n", "\\u00e9", "\xC3\xA9", "\\", "\n", "\x1f", ""};
  for (const char* special : specials) {
    for (std::size_t before = 0; before < 70; ++before) {
      for (const std::size_t after : {0, 1, 40}) {
        const auto text = '"' + std::string(before, 'a') + special + std::string(after, 'z') + '"';
        const auto wanted = nlohmann::json::parse(text, nullptr, false);
        JsonScan scan(text);
        const auto got = scan.string();
        ASSERT_EQ(got && scan.at_end(), !wanted.is_discarded()) << text;
        if (got && scan.at_end()) {
          ASSERT_EQ(*got, wanted.get<std::string>());
        }
      }
    }
  }
}

TEST(JsonScan, AStringThatDoesNotEndIsRefused) {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto text = '"' + std::string(size, 'a');
    EXPECT_FALSE(JsonScan(text).string()) << size;
  }
}

}  // namespace
}  // namespace loopgate::gateway
