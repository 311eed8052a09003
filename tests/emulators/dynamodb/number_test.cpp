#include "emulators/dynamodb/expressions/number.h"

#include <gtest/gtest.h>

namespace loopgate::dynamodb {
namespace {

std::string normal(std::string_view text) {
  const auto number = Number::parse(text);
  return number ? number->to_string() : number.error();
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
TEST(Number, HasAwsNormalForm) {
  const std::pair<std::string_view, std::string> cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"00012", "12"},
      {"1.500", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"+7", "7"},
      {"-0.10", "-0.1"},
      {"1e3", "1000"},
      {"1.23E+2", "123"},
      {"12e-3", "0.012"},
      {"100", "100"},
      {"0e99999999", "0"},
      {"1E-130", "0." + std::string(129, '0') + "1"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
  };
  for (const auto& [given, wanted] : cases) EXPECT_EQ(normal(given), wanted) << given;
}

TEST(Number, RefusesWhatCannotBeStored) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "The parameter cannot be converted to a numeric value"},
      {"b", "The parameter cannot be converted to a numeric value: b"},
      {"1e", "The parameter cannot be converted to a numeric value: 1e"},
      {" 1", "The parameter cannot be converted to a numeric value:  1"},
      {"NaN", "The parameter cannot be converted to a numeric value: NaN"},
      {"1E126",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
      {"-1E-131",
       "Number underflow. Attempting to store a number with magnitude smaller than supported "
       "range"},
      {"123456789012345678901234567890123456789",
       "Attempting to store more than 38 significant digits in a Number"},
  };
  for (const auto& [given, wanted] : cases) EXPECT_EQ(normal(given), wanted) << given;
}

TEST(Number, KeysHaveTheOrderOfTheNumbers) {
  const std::string_view ascending[] = {
      "-9.9e125", "-1e100",  "-123.45", "-123.4", "-123",   "-12", "-1.01", "-1",
      "-0.5",     "-1e-130", "0",       "1e-130", "0.09",   "0.1", "0.11",  "0.5",
      "1",        "1.01",    "1.1",     "9",      "9.9",    "10",  "10.5",  "99",
      "100",      "101",     "1e20",    "1.1e20", "9.9e125"};
  std::string last;
  for (const auto text : ascending) {
    const auto number = Number::parse(text);
    ASSERT_TRUE(number) << text;
    const auto key = number->to_key();
    EXPECT_LT(last, key) << text;
    last = key;
  }
}

TEST(Number, AddsExactly) {
  struct Case {
    std::string_view a, b, sum;
  };
  const Case cases[] = {
      {"1", "2", "3"},
      {"0.1", "0.2", "0.3"},
      {"-1", "1", "0"},
      {"5", "-8", "-3"},
      {"-5", "8", "3"},
      {"999", "1", "1000"},
      {"1e30", "1", "1000000000000000000000000000001"},
      {"0", "-7.5", "-7.5"},
      {"100", "-0.01", "99.99"},
      {"1e38", "1", "Attempting to store more than 38 significant digits in a Number"},
  };
  for (const auto& [a, b, wanted] : cases) {
    const auto sum = Number::parse(a)->plus(*Number::parse(b));
    EXPECT_EQ(sum ? sum->to_string() : sum.error(), wanted) << a << " + " << b;
  }
}

// Two digits a byte, counted from the point, and one more; below zero one more still.
TEST(Number, HasTheSizeThatAwsCounts) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"0", 1}, {"1", 2}, {"12", 2}, {"123", 3}, {"-1", 3}, {"100", 2}, {"1.5", 3}, {"0.5", 2}};
  for (const auto& [text, size] : cases) EXPECT_EQ(Number::parse(text)->size(), size) << text;
}

}  // namespace
}  // namespace loopgate::dynamodb
