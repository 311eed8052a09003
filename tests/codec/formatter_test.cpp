#include "codec/formatter.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/codec/from_hex.h"

namespace loopgate::codec {
namespace {

constexpr Formatter kAll[] = {Formatter::kBase64, Formatter::kHex, Formatter::kUtf8,
                              Formatter::kAscii, Formatter::kCoap};

TEST(Formatter, HasTheNamesOfTheTemplate) {
  for (const Formatter formatter : kAll) EXPECT_EQ(parse_formatter(name(formatter)), formatter);
  EXPECT_EQ(name(Formatter::kBase64), "base64");
  EXPECT_EQ(name(Formatter::kCoap), "coap");
  for (const auto* other : {"", "Base64", "base-64", "raw"})
    EXPECT_FALSE(parse_formatter(other)) << other;
}

struct Case {
  Formatter formatter;
  std::string_view payload_hex;
  std::string_view text;
  std::string_view escaped;
  bool lossy;
};
const Case kCases[] = {
    {Formatter::kBase64, "70696E670A", "cGluZwo=", "cGluZwo=", false},
    {Formatter::kBase64, "", "", "", false},
    {Formatter::kHex, "DEADBEEF", "DEADBEEF", "DEADBEEF", false},
    {Formatter::kUtf8, "C3A9220A", "é\"\n", "é\\\"\\n", false},
    {Formatter::kUtf8, "41FF0A", "A\xEF\xBF\xBD\n", "A\xEF\xBF\xBD\\n", true},
    {Formatter::kAscii, "415C7F", "A\\\x7F", "A\\\\\x7F", false},
    {Formatter::kAscii, "C3A90A", "??\n", "??\\n", true},
    {Formatter::kCoap, "70000001",
     R"({"Version":1,"Type":3,"Code":0,"MessageId":1,"Token":"","Path":"/","Options":[]})",
     R"({\"Version\":1,\"Type\":3,\"Code\":0,\"MessageId\":1,\"Token\":\"\",\"Path\":\"/\",\"Options\":[]})",
     false},
};

TEST(Formatter, FormatsPayloads) {
  for (const Case& c : kCases) {
    bool lossy = !c.lossy;
    EXPECT_EQ(format(c.formatter, from_hex(c.payload_hex), &lossy), c.text) << c.text;
    EXPECT_EQ(lossy, c.lossy) << c.text;
  }
}

TEST(Formatter, AppendsTheSameEscapedForJson) {
  for (const Case& c : kCases) {
    bool lossy = !c.lossy;
    std::string out = "\"";
    ASSERT_TRUE(format_append(c.formatter, from_hex(c.payload_hex), out, &lossy));
    EXPECT_EQ(out, "\"" + std::string(c.escaped));
    EXPECT_EQ(lossy, c.lossy) << c.text;
    EXPECT_EQ(nlohmann::json::parse(out + "\"").get<std::string>(), c.text);
  }
}

TEST(Formatter, LeavesTheBufferAloneWhenThePayloadIsNotCoap) {
  std::string out = "kept";
  EXPECT_FALSE(format_append(Formatter::kCoap, as_bytes("ping\n"), out));
  EXPECT_EQ(out, "kept");
  EXPECT_FALSE(format(Formatter::kCoap, as_bytes("ping\n")));
}

TEST(Formatter, EveryByteComesBackThroughBase64AndHex) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::byte>(i));
  for (const Formatter formatter : {Formatter::kBase64, Formatter::kHex}) {
    EXPECT_EQ(unformat(formatter, *format(formatter, bytes)).value(), bytes);
  }
}

TEST(Formatter, DecodesRepliesAndSaysWhatIsWrongWithThem) {
  EXPECT_EQ(unformat(Formatter::kHex, "deADbeef").value(), from_hex("DEADBEEF"));
  EXPECT_EQ(unformat(Formatter::kUtf8, "é").value(), from_hex("C3A9"));
  EXPECT_EQ(unformat(Formatter::kAscii, "ok").value(), to_bytes("ok"));
  EXPECT_EQ(unformat(Formatter::kCoap, R"({"Type":2,"Code":"0.00","MessageId":1})").value(),
            from_hex("60000001"));
  EXPECT_EQ(unformat(Formatter::kBase64, "ping").value(), from_hex("A629E0"));
  EXPECT_EQ(unformat(Formatter::kBase64, "pin").error(), "not base64 (standard alphabet, padded)");
  EXPECT_EQ(unformat(Formatter::kHex, "abc").error(), "not an even number of hexadecimal digits");
  EXPECT_EQ(unformat(Formatter::kAscii, "é").error(), "a character over 0x7F is not ASCII");
  EXPECT_EQ(unformat(Formatter::kCoap, R"({"Type":2,"MessageId":1})").error(), "Code: missing");
}

}  // namespace
}  // namespace loopgate::codec
