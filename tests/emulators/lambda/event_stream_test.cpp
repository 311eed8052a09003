#include "emulators/lambda/event_stream.h"

#include <gtest/gtest.h>

namespace loopgate::lambda {
namespace {

TEST(Crc32, GivesTheCheckValueOfItsCatalogue) {
  // "CRC-32/ISO-HDLC", https://reveng.sourceforge.io/crc-catalogue/17plus.htm
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32("6789", crc32("12345")), 0xCBF43926U);
}

// The framing's own vectors, from the AWS SDKs' common test suite for event streams
// (aws-sdk-go-v2/aws/protocol/eventstream/testdata): prelude CRC 05c248eb for an empty message.
TEST(EventStream, FramesAnEmptyPreludeAsTheSdksDo) {
  EXPECT_EQ(crc32(std::string_view("\x00\x00\x00\x10\x00\x00\x00\x00", 8)), 0x05C248EBU);
}

TEST(EventStream, FramesAChunk) {
  using namespace std::string_view_literals;
  const auto message = payload_chunk("hi");
  std::string expected;
  expected += "\x00\x00\x00\x6c\x00\x00\x00\x5a"sv;  // 108 in all, 90 of headers
  const auto prelude_crc = crc32(expected);
  for (const int shift : {24, 16, 8, 0})
    expected.push_back(static_cast<char>(prelude_crc >> shift));
  expected += "\x0b:event-type\x07\x00\x0cPayloadChunk"sv;
  expected +=
      "\x0d:content-type\x07\x00\x18"
      "application/octet-stream"sv;
  expected +=
      "\x0d:message-type\x07\x00\x05"
      "event"sv;
  expected += "hi";
  const auto crc = crc32(expected);
  for (const int shift : {24, 16, 8, 0}) expected.push_back(static_cast<char>(crc >> shift));
  EXPECT_EQ(message, expected);
}

TEST(EventStream, EndsWithErrorAndLog) {
  InvocationOutcome outcome;
  EXPECT_NE(invoke_complete(outcome).find("{}"), std::string::npos);
  outcome.function_error = "Unhandled";
  outcome.payload = "{}";
  outcome.log_tail = "log";
  EXPECT_NE(invoke_complete(outcome).find(
                R"({"ErrorCode":"Unhandled","ErrorDetails":"{}","LogResult":"bG9n"})"),
            std::string::npos);
}

}  // namespace
}  // namespace loopgate::lambda
