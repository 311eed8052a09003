#include "codec/rules/event_pattern.h"

#include <gmock/gmock.h>

#include <string>

#include "base/json.h"

namespace loopgate::rules {
namespace {

using ::testing::StartsWith;

struct Case {
  const char* name;
  const char* pattern;
  const char* event;
  bool matches;
};

// After the tables of the two guides; rows "recorded" were seen on AWS (2023-02-27, LocalStack's
// test_sqs_event_filter). clang-format off: one case a line
const Case kCases[] = {
    {"recorded: one value", R"({"b":{"testItem":["test24"]}})", R"({"b":{"testItem":"test24"}})",
     true},
    {"recorded: another value", R"({"b":{"testItem":["test24"]}})",
     R"({"b":{"testItem":"tesWER"}})", false},
    {"recorded: two keys", R"({"b":{"a":["x","y"],"c":["go"]}})", R"({"b":{"a":"y","c":"go"}})",
     true},
    {"recorded: one of two keys", R"({"b":{"a":["x","y"],"c":["go"]}})",
     R"({"b":{"a":"x","c":"bad"}})", false},
    {"recorded: exists", R"({"b":{"t":[{"exists":true}]}})", R"({"b":{"t":"7411"}})", true},
    {"recorded: does not exist", R"({"b":{"t":[{"exists":true}]}})", R"({"b":{"u":"74545"}})",
     false},
    {"recorded: over", R"({"b":{"t":[{"numeric":[">",100]}]}})", R"({"b":{"t":105}})", true},
    {"recorded: of a text", R"({"b":{"t":[{"numeric":[">",100]}]}})",
     R"({"b":"this is a test string"})", false},
    {"recorded: range", R"({"b":{"t":[{"numeric":[">=",100,"<",200]}]}})", R"({"b":{"t":200}})",
     false},
    {"recorded: prefix", R"({"b":{"t":[{"prefix":"us-1"}]}})", R"({"b":{"t":"us-1-48454"}})", true},
    {"empty", "{}", R"({"a":1})", true},
    {"null", R"({"a":[null]})", R"({"a":null})", true},
    {"null is not absent", R"({"a":[null]})", "{}", false},
    {"absent", R"({"a":[{"exists":false}],"b":[1]})", R"({"b":1})", true},
    {"absent with all above it", R"({"a":{"c":[{"exists":false}]}})", R"({"b":1})", true},
    {"an object is no leaf", R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})", false},
    {"a list by any element", R"({"a":["x"]})", R"({"a":["y","x"]})", true},
    {"below a list, the same element", R"({"a":{"b":[1],"c":[2]}})",
     R"({"a":[{"b":1,"c":3},{"b":4,"c":2}]})", false},
    {"below a list, one element", R"({"a":{"b":[1],"c":[2]}})",
     R"({"a":[{"b":5,"c":2},{"b":1,"c":2}]})", true},
    {"or, first", R"({"$or":[{"a":[1]},{"b":[2]}]})", R"({"a":1,"b":3})", true},
    {"or, second", R"({"$or":[{"a":[1]},{"b":[2]}]})", R"({"a":0,"b":2})", true},
    {"or, none", R"({"$or":[{"a":[1]},{"b":[2]}]})", R"({"a":0,"b":0})", false},
    {"or below a key, and another", R"({"k":{"z":[0],"$or":[{"a":[1]},{"b":[2]}]}})",
     R"({"k":{"z":0,"b":2}})", true},
    {"or of one is a key", R"({"$or":["x"]})", R"({"$or":"x"})", true},
    {"anything but", R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"z"})", true},
    {"ignoring case", R"({"a":[{"equals-ignore-case":"AbC"}]})", R"({"a":"aBc"})", true},
    {"address", R"({"a":[{"cidr":"10.0.0.0/24"}]})", R"({"a":"10.0.0.77"})", true},
    {"wildcard", R"({"a":[{"wildcard":"*/x/*.png"}]})", R"({"a":"d/x/1.png"})", true},
    {"number as it is meant", R"({"a":[300]})", R"({"a":3.0e2})", true},
    {"text is no number", R"({"a":[300]})", R"({"a":"300"})", false},
    {"more keys than a policy of SNS may have",
     R"({"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1],"g":[1]})",
     R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1})", true},
};
// clang-format on

TEST(EventPattern, MatchesAsTheGuideSays) {
  for (const auto& c : kCases) {
    const auto pattern = EventPattern::parse(c.pattern);
    ASSERT_TRUE(pattern) << c.name << ": " << pattern.error();
    EXPECT_EQ(pattern->matches(*read_json(c.event)), c.matches) << c.name;
  }
}

TEST(EventPattern, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"x", "Unrecognized token"},
      {"null", "Event pattern must be a JSON object"},
      {"\"simple\"", "Event pattern must be a JSON object"},
      {R"({"eventSource":"aws:sqs"})", "\"eventSource\" must be an object or an array"},
      {R"({"eventSource":[]})", "Empty arrays are not allowed"},
      {R"({"a":{}})", "Empty objects are not allowed"},
      {R"({"a":[{"like":"x"}]})", "Unrecognized match type like"},
  };
  for (const auto& [text, reason] : cases) {
    const auto pattern = EventPattern::parse(text);
    ASSERT_FALSE(pattern) << text;
    EXPECT_THAT(pattern.error(), StartsWith(reason)) << text;
  }
}

TEST(EventPattern, IsBoundedInDepth) {
  std::string deep, event, end;
  for (int i = 0; i < 100; ++i) deep += R"({"a":)", event += R"({"a":[)", end += "]}";
  EXPECT_FALSE(EventPattern::parse(deep + "[1]" + std::string(100, '}')));
  const auto pattern = *EventPattern::parse(R"({"a":{"a":[1]}})");
  EXPECT_FALSE(pattern.matches(*read_json(event + "1" + end)));
}

}  // namespace
}  // namespace loopgate::rules
