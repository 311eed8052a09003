#include "codec/rules/json_tokens.h"

#include <gtest/gtest.h>

namespace loopgate::rules {
namespace {

TEST(JsonTokens, FindsAFaultWhereThereIsOne) {
  for (const auto* good : {"{}", "[]", "null", "true", " 1 ", "-0.5e+7", R"("\u00e9\"")",
                           R"({"a":{"b":[1,{"c":null}]},"d":"e"})"}) {
    EXPECT_FALSE(find_json_fault(good)) << good;
  }
  for (const auto* bad : {"{",           "}",   "[1",    "[1,]", "{\"a\"}", "{\"a\":", "1 2",
                          "-",           "1.",  "1e",    "\"",   "\"\\",    "\"\\u",   "\"\\u12",
                          "\"\\u12g4\"", "nul", "truex", "{} x", "[}",      ":",       ","}) {
    EXPECT_TRUE(find_json_fault(bad)) << bad;
  }
}

}  // namespace
}  // namespace loopgate::rules
