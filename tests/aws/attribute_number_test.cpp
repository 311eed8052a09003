#include "aws/attribute_number.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace loopgate::aws {
namespace {

TEST(AttributeNumber, HasThirtyEightDigitsAndABoundedSize) {
  const std::string digits(38, '9');
  const std::vector<std::string> numbers = {
      "0",           "00.00", "-0",    "+1",           "1.",     ".5",         digits,
      "0." + digits, "1e5",   "1e126", digits + "000", "1E-128", "0e999999999"};
  for (const auto& text : numbers) EXPECT_EQ(fault_of_number(text), NumberFault::kNone) << text;
  const struct {
    std::string text;
    NumberFault fault;
  } others[] = {{"", NumberFault::kNotANumber},
                {"-", NumberFault::kNotANumber},
                {".", NumberFault::kNotANumber},
                {"e5", NumberFault::kNotANumber},
                {"1e", NumberFault::kNotANumber},
                {"1e+-5", NumberFault::kNotANumber},
                {"1 ", NumberFault::kNotANumber},
                {"--1", NumberFault::kNotANumber},
                {"1_000", NumberFault::kNotANumber},
                {"0x10", NumberFault::kNotANumber},
                {"NaN", NumberFault::kNotANumber},
                {"Infinity", NumberFault::kNotANumber},
                {digits + "9", NumberFault::kTooPrecise},
                {"1." + digits, NumberFault::kTooPrecise},
                {"1e127", NumberFault::kOutOfRange},
                {"1e-129", NumberFault::kOutOfRange},
                {"10e126", NumberFault::kOutOfRange},
                {"1e99999999999999999999", NumberFault::kOutOfRange}};
  for (const auto& row : others) EXPECT_EQ(fault_of_number(row.text), row.fault) << row.text;
}

}  // namespace
}  // namespace loopgate::aws
