// How AWS words that a filter policy is none: the sentence, and where its parser stood. Rows with a
// day were recorded (https://github.com/localstack/localstack, tests/aws/services/sns); the others
// follow from how Jackson reads (ReaderBasedJsonParser) and the rule engine asks it
// (github.com/aws/event-ruler, JsonRuleCompiler).
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "emulators/sns/filter_policy.h"

namespace loopgate::sns {
namespace {

std::string refusal(const std::string& policy,
                    FilterScope scope = FilterScope::kMessageAttributes) {
  const auto parsed = FilterPolicy::parse(policy, scope);
  return parsed ? "accepted" : parsed.error().message;
}

struct Case {
  const char* recorded;
  std::string policy;
  std::string sentence;
  std::size_t column = 0;  // 0: the sentence stands alone
};

// clang-format off: one case a line
const Case kCases[] = {
    {"2024-05-14 error-condition-list", R"({"key":[["value"]]})", "Match value must be String, number, true, false, or null", 10},
    {"2024-05-14 error-condition-operator", R"({"key":[{"wrong-operator":true}]})", "Unrecognized match type wrong-operator", 31},
    {"2024-05-14 error-condition-two-operators", R"({"key":[{"suffix":"value","prefix":"value2"}]})", "Only one key allowed in match expression", 37},
    {"2024-05-15 error-condition-is-numeric", R"({"key":[{"suffix":100}]})", "suffix match pattern must be a string", 22},
    {"2024-05-15 error-condition-is-none", R"({"key":[{"suffix":null}]})", "suffix match pattern must be a string", 23},
    {"2024-05-15 error-condition-is-not-list-and-operator", R"({"key":{"suffix":"value"}})", R"("suffix" must be an object or an array)", 19},
    {"2024-05-15 error-condition-empty-list", R"({"key":[{"suffix":[]}]})", "suffix match pattern must be a string", 20},
    {"2024-05-15 error-condition-list-wrong-type", R"({"key":[{"suffix":["test","test2"]}]})", "suffix match pattern must be a string", 20},
    {"2024-05-15 error-condition-is-not-list-two-ops", R"({"key":{"suffix":"value","prefix":"value"}})", R"("suffix" must be an object or an array)", 19},
    {"2024-05-15 error-condition-is-not-list-and-no-operator", R"({"key":{"not-an-operator":"value"}})", R"("not-an-operator" must be an object or an array)", 28},
    {"2024-05-14 error-numeric-empty", R"({"key":[{"numeric":[]}]})", "Invalid member in numeric match: ]", 22},
    {"2024-05-14 error-numeric-wrong-operator", R"({"key":[{"numeric":["operator"]}]})", "Unrecognized numeric range operator: operator", 32},
    {"2024-05-14 error-numeric-operator-order", R"({"key":[{"numeric":[1,"<="]}]})", "Invalid member in numeric match: 1", 22},
    {"2024-05-14 error-numeric-type", R"({"key":[{"numeric":["=","000"]}]})", "Value of equals must be numeric", 26},
    {"2024-05-14 error-numeric-missing-value", R"({"key":[{"numeric":[">="]}]})", "Value of >= must be numeric", 26},
    {"2024-05-14 error-numeric-wrong-range-order", R"({"key":[{"numeric":["<",100,">",10]}]})", "Too many elements in numeric expression", 30},
    {"2024-05-14 error-numeric-wrong-range-operators", R"({"key":[{"numeric":[">=",1,">",2]}]})", "Bad numeric range operator: >", 31},
    {"2024-05-14 error-numeric-wrong-value-order", R"({"key":[{"numeric":[">",3,"<",1]}]})", "Bottom must be less than top", 33},
    {"2024-05-14 error-numeric-missing-range-value", R"({"key":[{"numeric":[">",20,"<="]}]})", "Value of <= must be numeric", 33},
    {"2024-05-14 error-numeric-missing-range-operator", R"({"key":[{"numeric":[">",20,30]}]})", "Bad value in numeric range: 30", 30},
    {"2024-05-14 error-numeric-wrong-second-range-operator", R"({"key":[{"numeric":[">",20,"test"]}]})", "Bad numeric range operator: test", 34},
    {"2024-05-14 error-numeric-wrong-range-value-1-type", R"({"key":[{"numeric":[">","20","<","30"]}]})", "Value of > must be numeric", 26},
    {"2024-05-14 error-numeric-wrong-range-value-2-type", R"({"key":[{"numeric":[">",20,"<","30"]}]})", "Value of < must be numeric", 33},
    {"2024-05-14 error-numeric-too-many-range", R"({"key":[{"numeric":[">",20,"<",30,"<",50]}]})", "Too many terms in numeric range expression", 36},
    {"2024-05-14 error-condition-none", R"({"key":[{"exists":null}]})", "exists match pattern must be either true or false.", 23},
    {"2024-05-14 error-condition-string", R"({"key":[{"exists":"no"}]})", "exists match pattern must be either true or false.", 20},
    {"2024-05-14 sub-filter-policy-rule-no-list", R"({"key_a":"value_one"})", R"("key_a" must be an object or an array)", 11},
    {"2024-05-15 error-condition-wrong-operator", R"({"key":[{"anything-but":{"wrong-operator":null}}]})", "Unsupported anything-but pattern: wrong-operator", 47},
    {"2024-05-15 error-condition-anything-but-exists", R"({"key":[{"anything-but":{"exists":false}}]})", "Unsupported anything-but pattern: exists", 40},
    {"2024-05-15 error-condition-anything-but-prefix-wrong-type", R"({"key":[{"anything-but":{"prefix":false}}]})", "prefix match pattern must be a string", 40},
    {"2024-05-14 error-complexity-too-many-fields", R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]})", "Filter policy can not have more than 5 keys"},
    {"of two the first that is read", R"({"z":[[]],"a":"x"})", "Match value must be String, number, true, false, or null", 8},
    {"of two the first that is read", R"({"b":"x","a":"y"})", R"("b" must be an object or an array)", 7},
    {"an empty list", R"({"key":[]})", "Empty arrays are not allowed", 10},
    {"an empty object", R"({"key":{}})", "Empty objects are not allowed", 10},
    {"an expression without a name", R"({"key":[{}]})", "Match expression name not found", 11},
    {"behind blanks", R"({ "key" : [ { "suffix" : 1 } ] })", "suffix match pattern must be a string", 27},
    {"beyond ASCII a column is a UTF-16 unit", "{\"k\u00e9\U0001F600\":\"x\"}", "\"k\u00e9\U0001F600\" must be an object or an array", 10},
    {"in a branch", R"({"$or":[{"a":["x"]},{"b":"y"}]})", R"("b" must be an object or an array)", 27},
    {"a fault of a text has no place", R"({"key":[{"cidr":"10.0.0.0/33"}]})", "IPv4 mask bits must be <= 32"},
};
// clang-format on

TEST(RecordedFilter, E_FaultsOfAPolicyAreToldWithTheirPlace) {
  for (const auto& c : kCases) {
    std::string expected = "Invalid parameter: FilterPolicy: " + c.sentence;
    if (c.column > 0) {
      expected += "\n at [Source: (String)\"" + c.policy +
                  "\"; line: 1, column: " + std::to_string(c.column) + "]";
    }
    EXPECT_EQ(refusal(c.policy), expected) << c.recorded;
  }
}

TEST(RecordedFilter, E_LinesAreCounted) {
  const std::string policy = "{\n  \"a\": [\"x\"],\r\n  \"b\": 1\n}";
  EXPECT_EQ(refusal(policy),
            "Invalid parameter: FilterPolicy: \"b\" must be an object or an array\n at [Source: "
            "(String)\"" +
                policy + "\"; line: 3, column: 9]");
}

TEST(RecordedFilter, E_OfALongPolicyTheBeginningIsShown) {
  const std::string policy = "{\"" + std::string(600, 'k') + "\":1}";
  EXPECT_EQ(refusal(policy), "Invalid parameter: FilterPolicy: \"" + std::string(600, 'k') +
                                 "\" must be an object or an array\n at [Source: (String)\"" +
                                 policy.substr(0, 500) +
                                 "\"[truncated 106 chars]; line: 1, column: 606]");
}

// clang-format off: one case a line
const Case kSyntaxCases[] = {
    {"2025-10-06 invalid-json-filter-policy", "{invalidjson}", "Unexpected character ('i' (code 105)): was expecting double-quote to start field name", 2},
    {"2025-10-06 subscribe-invalid-filter-policy", "invalid filter policy", "Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", 8},
    {"no colon", R"({"a" ["x"]})", "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value", 6},
    {"no comma in an object", R"({"a":["x"] "b":["y"]})", "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 12},
    {"no comma in a list", R"({"a":["x" "y"]})", "Unexpected character ('\"' (code 34)): was expecting comma to separate Array entries", 11},
    {"a comma too many in an object", R"({"a":["x"],})", "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 12},
    {"a comma too many in a list", R"({"a":["x",]})", "Unexpected character (']' (code 93)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", 11},
    {"a word", R"({"a":[tru]})", "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", 10},
    {"a quote of another kind", R"({'a':["x"]})", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 2},
    {"the wrong bracket", R"({"a":["x"}})", "Unexpected close marker '}': expected ']' (for Array starting at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 6])", 11},
    {"it ends in a list", R"({"a":["x")", "Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 6])", 10},
    {"it ends behind a comma", R"({"a":["x"],)", "Unexpected end-of-input within/between Object entries", 12},
    {"it ends in a text", R"({"a":["x)", "Unexpected end-of-input: was expecting closing quote for a string value", 9},
    {"it ends in a name", R"({"a)", "Unexpected end-of-input in field name", 4},
    {"an escape", R"({"a":["\x"]})", "Unrecognized character escape 'x' (code 120)", 9},
    {"a control character", "{\"a\":[\"\t\"]}", "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value", 9},
    {"zeros in front", R"({"a":[007]})", "Invalid numeric value: Leading zeroes not allowed", 8},
};
// clang-format on

TEST(RecordedFilter, E_ATextThatIsNoJsonIsToldInTheParsersWords) {
  for (const auto& c : kSyntaxCases) {
    EXPECT_EQ(refusal(c.policy),
              "Invalid parameter: FilterPolicy: failed to parse JSON. " + c.sentence +
                  "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
                  "disabled); line: 1, column: " +
                  std::to_string(c.column) + "]")
        << c.recorded;
  }
  for (const auto* only_ours : {"{\"a\":[\"\xff\"]}", R"({"a":[1e999]})", R"({"a":["\ud800"]})"}) {
    EXPECT_TRUE(refusal(only_ours).starts_with("Invalid parameter: FilterPolicy: failed to parse "))
        << only_ours;
  }
}

TEST(RecordedFilter, OfAKeyThatStandsTwiceTheLastCounts) {
  const auto policy =
      FilterPolicy::parse(R"({"a":["x"],"a":["y"]})", FilterScope::kMessageAttributes);
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->matches({{"a", "String", "y"}}, ""));
  EXPECT_FALSE(policy->matches({{"a", "String", "x"}}, ""));
}

}  // namespace
}  // namespace loopgate::sns
