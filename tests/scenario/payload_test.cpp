#include "scenario/payload.h"

#include <gmock/gmock.h>

#include "codec/hex.h"

namespace loopgate::scenario {
namespace {

Node yaml(const std::string& text) {
  return *cfn::parse_yaml(text, "test.yaml");
}

struct Case {
  const char* name;
  const char* yaml;
  const char* hex;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class PayloadNotation : public testing::TestWithParam<Case> {};

TEST_P(PayloadNotation, IsTheseBytes) {
  const Node node = yaml(GetParam().yaml);
  Fields fields(node, "send");
  const auto bytes = parse_payload(fields).load("");
  ASSERT_TRUE(fields.finish()) << fields.finish().error().message;
  EXPECT_EQ(codec::hex_encode_lower(*bytes), GetParam().hex);
}

TEST_P(PayloadNotation, MatchesItselfAndNothingElse) {
  const Node node = yaml(GetParam().yaml);
  Fields fields(node, "expect");
  const auto matcher = parse_matcher(fields);
  const Bytes same = *codec::hex_decode(GetParam().hex);
  Bytes other = same;
  other.push_back(std::byte{1});
  EXPECT_TRUE(*matcher.matches(same, ""));
  EXPECT_FALSE(*matcher.matches(other, "")) << matcher.expected();
}

INSTANTIATE_TEST_SUITE_P(
    Table, PayloadNotation,
    testing::Values(Case{"text", "{text: ping}", "70696e67"},
                    Case{"number", "{text: 007}", "303037"}, Case{"empty", "{text: ''}", ""},
                    Case{"hex", "{hex: '00 fF'}", "00ff"},
                    Case{"base64", "{base64: cGluZw==}", "70696e67"},
                    Case{"repeated", "{text: ab, size: 5}", "6162616261"},
                    // RFC 7252 appendix A, figure 16: header 0x40017d34, Uri-Path "temperature"
                    // (option 11, length 11).
                    Case{"rfc7252", "{coap: {type: CON, code: GET, id: 32052, path: /temperature}}",
                         "40017d34bb74656d7065726174757265"},
                    // Figure 16's answer: 0x60457d34, payload marker, "22.3 C".
                    Case{"rfc7252 answer",
                         "{coap: {type: ACK, code: '2.05', id: 32052, payload: 22.3 C}}",
                         "60457d34ff32322e332043"}));

// What is written is read as the same bytes.
TEST(WritePayload, IsReadAgain) {
  for (const auto* hex : {"", "70696e67", "220a5c09", "00ff", "c3a4", "c328", "7f", "6162"}) {
    const auto bytes = *codec::hex_decode(hex);
    const Node node = yaml("{" + write_payload(bytes) + "}");
    Fields fields(node, "send");
    EXPECT_EQ(*parse_payload(fields).load(""), bytes) << write_payload(bytes);
    EXPECT_TRUE(fields.finish());
  }
}

TEST(WriteCoap, IsReadAgainOrIsNot) {
  // The message, and whether the notation has it.
  const std::pair<const char*, bool> cases[] = {
      {"40017d34bb74656d7065726174757265", true},  // RFC 7252 figure 16
      {"60457d34ff32322e332043", true},
      {"4102000101b872656164696e6773ff7b7d", true},
      {"6144000101c132ff00ff", true},  // an option, a binary payload
      {"40010001b3612f62", false},     // a segment with a slash
      {"40010001b0", false},           // an empty segment
      {"70000001", true},              // a reset
      {"ffff", false},
  };
  for (const auto& [hex, has] : cases) {
    const auto bytes = *codec::hex_decode(hex);
    const auto written = write_coap(bytes);
    EXPECT_EQ(written.has_value(), has) << hex;
    if (!written) continue;
    const Node node = yaml("{" + *written + "}");
    Fields fields(node, "send");
    EXPECT_EQ(codec::hex_encode_lower(*parse_payload(fields).load("")), hex) << *written;
    EXPECT_TRUE(fields.finish()) << *written;
  }
}

TEST(PayloadMatcher, ComparesOnlyWhatIsWrittenOfCoap) {
  const Node node = yaml("{coap: {code: '2.05'}}");
  Fields fields(node, "expect");
  const auto matcher = parse_matcher(fields);
  EXPECT_TRUE(*matcher.matches(*codec::hex_decode("60457d34ff32322e332043"), ""));
  EXPECT_FALSE(*matcher.matches(*codec::hex_decode("60847d34"), ""));
  EXPECT_FALSE(*matcher.matches(as_bytes("no CoAP"), ""));
  EXPECT_EQ(matcher.expected(), "coap: {code: 2.05}");
  EXPECT_EQ(matcher.describe(*codec::hex_decode("60847d34")),
            "coap: {type: ACK, code: 4.04, id: 32052, token: \"\"}");
}

TEST(PayloadMatcher, MatchesAPatternAsAWhole) {
  const Node node = yaml("{matching: 'count [0-9]+'}");
  Fields fields(node, "expect");
  const auto matcher = parse_matcher(fields);
  EXPECT_TRUE(*matcher.matches(as_bytes("count 12"), ""));
  EXPECT_FALSE(*matcher.matches(as_bytes("count 12 and more"), ""));
}

TEST(PayloadMatcher, GivesAPatternUpThatWouldTakeYears) {
  const Node node = yaml("{matching: '(a|aa)+[bc]'}");
  Fields fields(node, "expect");
  const auto matched = parse_matcher(fields).matches(as_bytes(std::string(65'000, 'a')), "");
  ASSERT_FALSE(matched);
  EXPECT_EQ(matched.error().message,
            "matching: '(a|aa)+[bc]' cannot be tried on 65000 bytes: heap limit exceeded");
}

TEST(PayloadMatcher, SaysWhatCameInTheNotationOfTheExpectation) {
  const Node node = yaml("{hex: 'FF'}");
  Fields fields(node, "expect");
  EXPECT_EQ(parse_matcher(fields).describe(as_bytes("a\n")), "hex: \"610A\"");
  EXPECT_EQ(describe_payload(as_bytes("a\n")), "text: \"a\\n\"");
  EXPECT_EQ(describe_payload(*codec::hex_decode("00ff")), "hex: \"00FF\"");
}

struct Wrong {
  const char* yaml;
  const char* message;
};
class WrongPayload : public testing::TestWithParam<Wrong> {};

TEST_P(WrongPayload, IsRefused) {
  const Node node = yaml(GetParam().yaml);
  Fields fields(node, "send");
  parse_matcher(fields);
  const auto status = fields.finish();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().to_string(), testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongPayload,
    testing::Values(Wrong{"{hex: 0x1}", "hex cannot be decoded"},
                    Wrong{"{base64: 'cGluZw'}", "base64 cannot be decoded"},
                    Wrong{"{text: a, hex: '00'}", "both 'text' and 'hex'"},
                    Wrong{"{matching: '('}", "matching: missing closing parenthesis (character 1)"},
                    Wrong{"{txet: a}", "did you mean 'text'?"},
                    Wrong{"{coap: {type: MAYBE}}", "type is none of"},
                    Wrong{"{coap: {code: '9.99'}}", "code is neither"},
                    Wrong{"{coap: {token: 001122334455667788}}", "at most 8 bytes"},
                    Wrong{"{coap: {options: [{text: a}]}}", "needs its number"}));

}  // namespace
}  // namespace loopgate::scenario
