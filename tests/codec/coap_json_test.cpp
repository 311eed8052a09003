#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "codec/coap.h"
#include "codec/limits.h"
#include "tests/codec/from_hex.h"

namespace loopgate::codec::coap {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string inbound(std::string_view hex) {
  const auto message = parse(from_hex(hex));
  EXPECT_TRUE(message) << message.error();
  return message ? to_inbound_json(*message) : "";
}

TEST(CoapInbound, DescribesARequest) {
  EXPECT_EQ(inbound("42 01 7D35 2021 BB 74656D7065726174757265 05 6F75743D63 FF 31"),
            R"({"Version":1,"Type":0,"Code":1,"MessageId":32053,"Token":"ICE=","Method":"GET",)"
            R"("Path":"/temperature/out=c","Options":[{"Number":11,"Value":"dGVtcGVyYXR1cmU="},)"
            R"({"Number":11,"Value":"b3V0PWM="}],"Payload":"MQ=="})");
}

TEST(CoapInbound, LeavesOutWhatAMessageLacks) {
  EXPECT_EQ(inbound("70 00 0001"),
            R"({"Version":1,"Type":3,"Code":0,"MessageId":1,"Token":"","Path":"/","Options":[]})");
  EXPECT_EQ(
      inbound("60 45 7D34 FF 32322E332043"),
      R"({"Version":1,"Type":2,"Code":69,"MessageId":32052,"Token":"","Path":"/","Options":[],)"
      R"("Payload":"MjIuMyBD"})");
}

TEST(CoapInbound, NamesEveryRegisteredMethod) {
  const char* names[] = {"GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"};
  for (std::uint8_t code = 1; code <= 7; ++code) {
    const auto document =
        nlohmann::json::parse(to_inbound_json({Type::kConfirmable, code, 0, {}, {}, {}}));
    EXPECT_EQ(document["Method"], names[code - 1]);
  }
  EXPECT_THAT(inbound("40 08 0000"), ::testing::Not(HasSubstr("Method")));
}

TEST(CoapInbound, StaysJsonWhateverThePathHolds) {
  // Uri-Path segments: a quote, a line break, a byte that is not UTF-8, nothing.
  const auto document = nlohmann::json::parse(inbound("40 01 0000 B1 22 01 0A 01 FF 00"));
  EXPECT_EQ(document["Path"], "/\"/\n/\xEF\xBF\xBD/");
  EXPECT_EQ(document["Options"].size(), 4U);
  EXPECT_EQ(document["Options"][3]["Value"], "");
}

TEST(CoapOutbound, EncodesAnAnswer) {
  const auto message = from_outbound_json(
      R"({"Type":2,"Code":"2.05","MessageId":32053,"Token":"ICE=",
          "Options":[{"Number":12,"Value":"Kg=="},{"Number":4}],"Payload":"MjIuMyBD"})");
  ASSERT_TRUE(message) << message.error();
  // Sorted: ETag (4) without a value, Content-Format (12) 42.
  EXPECT_EQ(serialize(*message), from_hex("62 45 7D35 2021 40 81 2A FF 32322E332043"));
}

TEST(CoapOutbound, EncodesEmptyToFourBytes) {
  const auto message = from_outbound_json(R"({"Type":2,"Code":"0.00","MessageId":513})");
  ASSERT_TRUE(message) << message.error();
  EXPECT_EQ(serialize(*message), from_hex("60 00 0201"));
}

TEST(CoapOutbound, AcceptsAnIntegerCodeAndNullForAbsent) {
  const auto message = from_outbound_json(
      R"({"Type":1,"Code":69,"MessageId":0,"Token":null,"Options":null,"Payload":null,"Method":"GET"})");
  ASSERT_TRUE(message) << message.error();
  EXPECT_EQ(serialize(*message), from_hex("50 45 0000"));
}

TEST(CoapOutbound, TakesTheInboundDocumentItself) {
  const Bytes bytes = from_hex("42 01 7D35 2021 BB 74656D7065726174757265 05 6F75743D63 FF 31");
  const auto message = from_outbound_json(to_inbound_json(*parse(bytes)));
  ASSERT_TRUE(message) << message.error();
  EXPECT_EQ(serialize(*message), bytes);
}

TEST(CoapOutbound, NamesTheMemberThatIsWrong) {
  struct Case {
    std::string_view json;
    const char* starts;
  };
  const Case cases[] = {
      {"", "document:"},
      {"[]", "document:"},
      {"{\"Type\":0", "document:"},
      {R"({"Code":"2.05","MessageId":1})", "Type: missing"},
      {R"({"Type":4,"Code":"2.05","MessageId":1})", "Type: not an integer from 0 to 3"},
      {R"({"Type":-1,"Code":"2.05","MessageId":1})", "Type:"},
      {R"({"Type":"0","Code":"2.05","MessageId":1})", "Type:"},
      {R"({"Type":0,"MessageId":1})", "Code: missing"},
      {R"({"Type":0,"Code":"2.5","MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":"8.00","MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":"2.32","MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":256,"MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":2.05,"MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":null,"MessageId":1})", "Code:"},
      {R"({"Type":0,"Code":"2.05"})", "MessageId: missing"},
      {R"({"Type":0,"Code":"2.05","MessageId":65536})", "MessageId:"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Token":7})", "Token: not a string"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Token":"!"})", "Token: not base64"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Token":"AAAAAAAAAAAA"})", "Token: 9 bytes"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Options":{}})", "Options: not a list"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Options":[{"Number":1},7]})",
       "Options[1]: not an object"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Options":[{}]})", "Options[0].Number: missing"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Options":[{"Number":65536}]})",
       "Options[0].Number:"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Options":[{"Number":1,"Value":"?"}]})",
       "Options[0].Value: not base64"},
      {R"({"Type":0,"Code":"2.05","MessageId":1,"Payload":"22.3 C"})", "Payload: not base64"},
      {R"({"Type":0,"Code":"0.00","MessageId":1,"Payload":"MQ=="})", "Code: 0.00 (Empty)"},
  };
  for (const Case& c : cases) {
    const auto message = from_outbound_json(c.json);
    ASSERT_FALSE(message) << c.json;
    EXPECT_THAT(message.error(), StartsWith(c.starts)) << c.json;
  }
}

TEST(CoapOutbound, RefusesWhatDoesNotFitIntoADatagram) {
  const std::string payload(88000, 'A');
  const auto message =
      from_outbound_json(R"({"Type":0,"Code":"2.05","MessageId":1,"Payload":")" + payload + "\"}");
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error(), StartsWith("Payload: the message does not fit"));
  const auto document = from_outbound_json(std::string(kMaxCoapJsonBytes + 1, '['));
  ASSERT_FALSE(document);
  EXPECT_THAT(document.error(), StartsWith("document: over"));
}

TEST(CoapOutbound, SurvivesDeepNesting) {
  EXPECT_FALSE(from_outbound_json(std::string(500'000, '[')));
  EXPECT_FALSE(from_outbound_json(std::string(250'000, '[') + std::string(250'000, ']')));
}

}  // namespace
}  // namespace loopgate::codec::coap
