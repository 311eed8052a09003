#include "emulators/sns/filter_policy.h"

#include <ctime>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using Attributes = std::vector<aws::MessageAttribute>;

FilterPolicy policy(std::string_view text, FilterScope scope = FilterScope::kMessageAttributes) {
  auto parsed = FilterPolicy::parse(text, scope);
  EXPECT_TRUE(parsed.has_value()) << text << "\n" << parsed.error().message;
  if (!parsed) return *FilterPolicy::parse("{}", scope);
  return *parsed;
}

Attributes text(const std::string& value) {
  return {{"k", "String", value}};
}
Attributes number(const std::string& value) {
  return {{"k", "Number", value}};
}
Attributes array(const std::string& value) {
  return {{"k", "String.Array", value}};
}
const Attributes kNone;
const Attributes kOther = {{"other", "String", "x"}};

struct AttributeCase {
  const char* name;
  const char* policy;
  Attributes attributes;
  bool matches;
};

// Sources: "D" the developer guide's pages on string, numeric and key matching and on AND/OR logic;
// "R" the rule engine's own rules (github.com/aws/event-ruler); "S" observed at the service.
// clang-format off: one case a line
const AttributeCase kAttributeCases[] = {
    {"D exact", R"({"k":["rugby","tennis"]})", text("tennis"), true},
    {"D exact, another value", R"({"k":["rugby","tennis"]})", text("baseball"), false},
    {"D case counts", R"({"k":["rugby"]})", text("Rugby"), false},
    {"missing attribute", R"({"k":["rugby"]})", kOther, false},
    {"no attributes", R"({"k":["rugby"]})", kNone, false},
    {"D array, one element is enough", R"({"k":["rugby"]})", array(R"(["tennis","rugby"])"), true},
    {"D array, none", R"({"k":["rugby"]})", array(R"(["baseball"])"), false},
    {"array that is not JSON", R"({"k":["rugby"]})", array("rugby"), false},
    {"array with null", R"({"k":[null]})", array(R"([null])"), true},
    {"array with boolean", R"({"k":[false]})", array(R"([true,false])"), true},
    {"S null does not mean missing", R"({"k":[null,{"anything-but":"x"}]})", kNone, false},
    {"number is not a string", R"({"k":["100"]})", number("100"), false},
    {"string is not a number", R"({"k":[100]})", text("100"), false},
    {"number", R"({"k":[100]})", number("100.0"), true},
    {"D keys are and-ed", R"({"k":["a"],"other":["y"]})", {{"k", "String", "a"}, {"other", "String", "x"}}, false},
    {"all keys hold", R"({"k":["a"],"other":["x"]})", {{"k", "String", "a"}, {"other", "String", "x"}}, true},
    {"binary is ignored", R"({"k":[{"exists":true}]})", {{"k", "Binary", "a"}}, false},
    {"custom string type", R"({"k":["a"]})", {{"k", "String.color", "a"}}, true},
    {"custom number type", R"({"k":[{"numeric":[">",1]}]})", {{"k", "Number.int", "2"}}, true},

    {"D anything-but list", R"({"k":[{"anything-but":["rugby","tennis"]}]})", text("football"), true},
    {"D anything-but listed", R"({"k":[{"anything-but":["rugby","tennis"]}]})", text("rugby"), false},
    {"D anything-but array with another", R"({"k":[{"anything-but":["rugby","tennis"]}]})", array(R"(["rugby","baseball"])"), true},
    {"D anything-but array of listed only", R"({"k":[{"anything-but":["rugby","tennis"]}]})", array(R"(["rugby"])"), false},
    {"anything-but single", R"({"k":[{"anything-but":"rugby"}]})", text("rugby"), false},
    {"anything-but needs the key", R"({"k":[{"anything-but":"rugby"}]})", kOther, false},
    {"D anything-but with exists false", R"({"k":[{"anything-but":"rugby"},{"exists":false}]})", kOther, true},
    {"D anything-but numbers", R"({"k":[{"anything-but":[100,500]}]})", number("101"), true},
    {"D anything-but numbers, equal", R"({"k":[{"anything-but":[100,500]}]})", number("1e2"), false},
    {"D anything-but Number.Array", R"({"k":[{"anything-but":[100,500]}]})", {{"k", "Number.Array", "[100, 50]"}}, true},
    {"D anything-but prefix", R"({"k":[{"anything-but":{"prefix":"order-"}}]})", text("data-entry"), true},
    {"D anything-but prefix, has it", R"({"k":[{"anything-but":{"prefix":"order-"}}]})", text("order-cancelled"), false},
    {"R anything-but suffix", R"({"k":[{"anything-but":{"suffix":"ball"}}]})", text("rugby"), true},
    {"R anything-but suffix, has it", R"({"k":[{"anything-but":{"suffix":"ball"}}]})", text("football"), false},
    {"R anything-but suffixes", R"({"k":[{"anything-but":{"suffix":["ball","by"]}}]})", text("rugby"), false},
    {"R anything-but ignoring case", R"({"k":[{"anything-but":{"equals-ignore-case":["Tennis"]}}]})", text("TENNIS"), false},
    {"R anything-but ignoring case, other", R"({"k":[{"anything-but":{"equals-ignore-case":["Tennis"]}}]})", text("rugby"), true},
    {"R anything-but wildcard", R"({"k":[{"anything-but":{"wildcard":"*ball"}}]})", text("rugby"), true},
    {"R anything-but wildcard, hit", R"({"k":[{"anything-but":{"wildcard":"*ball"}}]})", text("baseball"), false},

    {"D prefix", R"({"k":[{"prefix":"bas"}]})", text("baseball"), true},
    {"D prefix, other", R"({"k":[{"prefix":"bas"}]})", text("rugby"), false},
    {"prefix of array element", R"({"k":[{"prefix":"bas"}]})", array(R"(["x","basketball"])"), true},
    {"D suffix", R"({"k":[{"suffix":"ball"}]})", text("football"), true},
    {"D suffix, other", R"({"k":[{"suffix":"ball"}]})", text("ballroom"), false},
    {"D ignoring case", R"({"k":[{"equals-ignore-case":"tennis"}]})", text("TeNNis"), true},
    {"ignoring case is still whole", R"({"k":[{"equals-ignore-case":"tennis"}]})", text("tennis2"), false},
    {"wildcard", R"({"k":[{"wildcard":"*ball"}]})", text("baseball"), true},
    {"wildcard in the middle", R"({"k":[{"wildcard":"b*l*"}]})", text("baseball"), true},
    {"wildcard for nothing", R"({"k":[{"wildcard":"base*ball"}]})", text("baseball"), true},
    {"wildcard returns", R"({"k":[{"wildcard":"*aab"}]})", text("aaaab"), true},
    {"wildcard, no match", R"({"k":[{"wildcard":"b*x"}]})", text("baseball"), false},
    {"wildcard escaped", R"({"k":[{"wildcard":"a\\*b"}]})", text("a*b"), true},
    {"wildcard escaped is literal", R"({"k":[{"wildcard":"a\\*b"}]})", text("axb"), false},
    {"D cidr v4", R"({"k":[{"cidr":"10.0.0.0/24"}]})", text("10.0.0.255"), true},
    {"D cidr v4, outside", R"({"k":[{"cidr":"10.0.0.0/24"}]})", text("10.1.1.0"), false},
    {"cidr v6", R"({"k":[{"cidr":"2001:db8::/32"}]})", text("2001:db8:1::1"), true},
    {"cidr v6, outside", R"({"k":[{"cidr":"2001:db8::/32"}]})", text("2001:db9::1"), false},
    {"cidr, no address", R"({"k":[{"cidr":"10.0.0.0/24"}]})", text("ten"), false},

    {"D numeric =", R"({"k":[{"numeric":["=",301.5]}]})", number("3.015e2"), true},
    {"D numeric <", R"({"k":[{"numeric":["<",0]}]})", number("-1"), true},
    {"D numeric range", R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("150"), true},
    {"numeric range, low end out", R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("0"), false},
    {"numeric range, above", R"({"k":[{"numeric":[">",0,"<=",150]}]})", number("150.00001"), false},
    {"numeric at five digits", R"({"k":[{"numeric":["=",0.00001]}]})", number("0.00002"), false},
    {"numeric beyond five digits", R"({"k":[{"numeric":["=",1]}]})", number("1.000001"), true},
    {"numeric out of range value", R"({"k":[{"numeric":[">",0]}]})", number("1000000001"), false},
    {"numeric on a string", R"({"k":[{"numeric":["=",1]}]})", text("1"), false},
    {"numeric on no number", R"({"k":[{"numeric":["=",1]}]})", number("one"), false},

    {"D exists", R"({"k":[{"exists":true}]})", text("x"), true},
    {"D exists, missing", R"({"k":[{"exists":true}]})", kOther, false},
    {"D exists, empty array", R"({"k":[{"exists":true}]})", array("[]"), false},
    {"D exists false", R"({"k":[{"exists":false}]})", kOther, true},
    {"D exists false, is there", R"({"k":[{"exists":false}]})", text("x"), false},
    {"D exists false needs something else", R"({"k":[{"exists":false}]})", kNone, false},

    {"D $or, first", R"({"s":["cw"],"$or":[{"k":["a"]},{"n":["b"]}]})", {{"s", "String", "cw"}, {"k", "String", "a"}}, true},
    {"D $or, second", R"({"s":["cw"],"$or":[{"k":["a"]},{"n":["b"]}]})", {{"s", "String", "cw"}, {"n", "String", "b"}}, true},
    {"D $or, none", R"({"s":["cw"],"$or":[{"k":["a"]},{"n":["b"]}]})", {{"s", "String", "cw"}, {"n", "String", "a"}}, false},
    {"D $or is and-ed", R"({"s":["cw"],"$or":[{"k":["a"]},{"n":["b"]}]})", text("a"), false},
    {"D $or of one object is a key", R"({"$or":["a"]})", {{"$or", "String", "a"}}, true},
    {"R $or of operators is a key", R"({"$or":[{"prefix":"a"},{"suffix":"b"}]})", {{"$or", "String", "ab"}}, true},
    {"$or in $or", R"({"$or":[{"k":["a"]},{"s":["b"],"$or":[{"n":["c"]},{"m":["d"]}]}]})", {{"s", "String", "b"}, {"m", "String", "d"}}, true},
    {"one key beside and inside $or", R"({"k":[{"prefix":"a"}],"$or":[{"k":[{"suffix":"x"}]},{"k":[{"suffix":"y"}]}]})", text("a-y"), true},
    {"one key beside and inside $or, half", R"({"k":[{"prefix":"a"}],"$or":[{"k":[{"suffix":"x"}]},{"k":[{"suffix":"y"}]}]})", text("b-y"), false},
    {"nothing filters nothing", "{}", kNone, true},
};
// clang-format on

TEST(FilterPolicy, MatchesAttributesAsDocumented) {
  for (const auto& c : kAttributeCases) {
    EXPECT_EQ(policy(c.policy).matches(c.attributes, "body"), c.matches) << c.name;
  }
}

struct BodyCase {
  const char* name;
  const char* policy;
  const char* body;
  bool matches;
};

constexpr const char* kRecords =
    R"({"Records":{"s3":{"object":{"key":[{"prefix":"auto-"}]}},"eventName":[{"prefix":"ObjectCreated:"}]}})";
constexpr const char* kNestedOr =
    R"({"$or":[{"metricName":["CPUUtilization","ReadLatency"]},{"namespace":["AWS/EC2","AWS/ES"]}],)"
    R"("detail":{"scope":["Service"],"$or":[{"source":["aws.cloudwatch"]},{"type":["Change"]}]}})";

// clang-format off: one case a line
const BodyCase kBodyCases[] = {
    {"D exact", R"({"k":["rugby"]})", R"({"k":"rugby"})", true},
    {"D array", R"({"k":[{"anything-but":["rugby","tennis"]}]})", R"({"k":["rugby","baseball"]})", true},
    {"S arrays route", R"({"headers":{"route-to":["queue1"]}})", R"({"headers":{"route-to":["queue1","queue2"]}})", true},
    {"S arrays route elsewhere", R"({"headers":{"route-to":["queue1"]}})", R"({"headers":{"route-to":["queue3"]}})", false},
    {"D number", R"({"k":[{"numeric":["=",301.5]}]})", R"({"k":3.015e2})", true},
    {"boolean", R"({"k":[true]})", R"({"k":true})", true},
    {"boolean is not a string", R"({"k":[true]})", R"({"k":"true"})", false},
    {"null", R"({"k":[null]})", R"({"k":null})", true},
    {"S nested", R"({"object":{"key":[{"prefix":"auto-"}]}})", R"({"object":{"key":"auto-test"}})", true},
    {"S dotted policy, nested body", R"({"a.b.c":["x"]})", R"({"a":{"b.c":"x"}})", true},
    {"S dotted policy, dotted body", R"({"a.b.c":["x"]})", R"({"a.b":{"c":"x"}})", true},
    {"nested policy, dotted body", R"({"a":{"b":["x"]}})", R"({"a.b":"x"})", true},
    {"S records, two of them and lists of lists", kRecords, R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":[[{"key":"auto-1"}]]}},{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"home-1"}}}]})", true},
    {"S records, wrong event", kRecords, R"({"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"auto-1"}}}]})", false},
    {"R records, halves in different elements", kRecords, R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"home-1"}}},{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"auto-1"}}}]})", false},
    {"R independent arrays need not agree", R"({"a":{"x":["1"]},"b":{"y":["2"]}})", R"({"a":[{"x":"0"},{"x":"1"}],"b":[{"y":"2"}]})", true},
    {"D exists on a leaf", R"({"a":{"b":[{"exists":true}]}})", R"({"a":{"b":1}})", true},
    {"D exists does not work above leaves", R"({"a":[{"exists":true}]})", R"({"a":{"b":1}})", false},
    {"D exists, null", R"({"k":[{"exists":true}]})", R"({"k":null})", false},
    {"D exists, empty text", R"({"k":[{"exists":true}]})", R"({"k":""})", false},
    {"exists false", R"({"k":[{"exists":false}]})", R"({"other":1})", true},
    {"exists false in an empty body", R"({"k":[{"exists":false}]})", "{}", false},
    {"S nested $or, passes", kNestedOr, R"({"metricName":"CPUUtilization","detail":{"scope":"Service","type":"Change"}})", true},
    {"S nested $or, other branch", kNestedOr, R"({"namespace":"AWS/ES","detail":{"scope":"Service","source":"aws.cloudwatch"}})", true},
    {"S nested $or, scope missing", kNestedOr, R"({"metricName":"CPUUtilization","detail":{"type":"Change"}})", false},
    {"S nested $or, no inner branch", kNestedOr, R"({"metricName":"CPUUtilization","detail":{"scope":"Service"}})", false},
    {"not JSON", R"({"k":[{"anything-but":"x"}]})", "k=rugby", false},
    {"JSON, no object", R"({"k":["a"]})", R"(["a"])", false},
    {"nothing filters nothing", "{}", "not JSON", true},
};
// clang-format on

TEST(FilterPolicy, MatchesBodiesAsDocumented) {
  for (const auto& c : kBodyCases) {
    EXPECT_EQ(policy(c.policy, FilterScope::kMessageBody).matches({}, c.body), c.matches) << c.name;
  }
}

TEST(FilterPolicy, AttributesDoNotCountInTheBodyScope) {
  EXPECT_FALSE(policy(R"({"k":["a"]})", FilterScope::kMessageBody).matches(text("a"), "{}"));
}

struct Refusal {
  const char* policy;
  const char* message;
};

// Recorded from the service, without the parser's position that it appends to some.
// clang-format off: one case a line
const Refusal kRefusals[] = {
    {"{", "failed to parse JSON."},
    {"[]", "Filter policy must be a JSON object"},
    {R"({"k":"value_one"})", R"("k" must be an object or an array)"},
    {R"({"k":{"suffix":"value"}})", R"("suffix" must be an object or an array)"},
    {R"({"k":[]})", "Empty arrays are not allowed"},
    {R"({"k":{}})", "Empty objects are not allowed"},
    {R"({"k":[{}]})", "Empty objects are not allowed"},
    {R"({"k":[["value"]]})", "Match value must be String, number, true, false, or null"},
    {R"({"k":[{"wrong-operator":true}]})", "Unrecognized match type wrong-operator"},
    {R"({"k":[{"suffix":"value","prefix":"value2"}]})", "Only one key allowed in match expression"},
    {R"({"k":[{"suffix":100}]})", "suffix match pattern must be a string"},
    {R"({"k":[{"suffix":["a"]}]})", "suffix match pattern must be a string"},
    {R"({"k":[{"equals-ignore-case":null}]})", "equals-ignore-case match pattern must be a string"},
    {R"({"k":[{"exists":null}]})", "exists match pattern must be either true or false."},
    {R"({"k":[{"exists":"no"}]})", "exists match pattern must be either true or false."},
    {R"({"k":[{"anything-but":{"wrong-operator":null}}]})", "Unsupported anything-but pattern: wrong-operator"},
    {R"({"k":[{"anything-but":{"exists":false}}]})", "Unsupported anything-but pattern: exists"},
    {R"({"k":[{"anything-but":{"prefix":false}}]})", "prefix match pattern must be a string"},
    {R"({"k":[{"anything-but":{}}]})", "Empty objects are not allowed"},
    {R"({"k":[{"anything-but":[]}]})", "Empty arrays are not allowed"},
    {R"({"k":[{"anything-but":true}]})", "Value of anything-but must be an array or single string/number value."},
    {R"({"k":[{"anything-but":[null]}]})", "Inside anything but list, start|null|boolean is not supported."},
    {R"({"k":[{"anything-but":["a",1]}]})", "Inside anything but list, either all values are number or string, mixed type is not supported"},
    {R"({"k":[{"numeric":[]}]})", "Invalid member in numeric match: ]"},
    {R"({"k":[{"numeric":1}]})", "Value of numeric must be an array."},
    {R"({"k":[{"numeric":["operator"]}]})", "Unrecognized numeric range operator: operator"},
    {R"({"k":[{"numeric":[1,"<="]}]})", "Invalid member in numeric match: 1"},
    {R"({"k":[{"numeric":["=","000"]}]})", "Value of equals must be numeric"},
    {R"({"k":[{"numeric":[">="]}]})", "Value of >= must be numeric"},
    {R"({"k":[{"numeric":["<",100,">",10]}]})", "Too many elements in numeric expression"},
    {R"({"k":[{"numeric":[">=",1,">",2]}]})", "Bad numeric range operator: >"},
    {R"({"k":[{"numeric":[">",3,"<",1]}]})", "Bottom must be less than top"},
    {R"({"k":[{"numeric":[">",20,"<="]}]})", "Value of <= must be numeric"},
    {R"({"k":[{"numeric":[">",20,30]}]})", "Bad value in numeric range: 30"},
    {R"({"k":[{"numeric":[">",20,"test"]}]})", "Bad numeric range operator: test"},
    {R"({"k":[{"numeric":[">",20,"<","30"]}]})", "Value of < must be numeric"},
    {R"({"k":[{"numeric":[">",20,"<",30,"<",50]}]})", "Too many terms in numeric range expression"},
    {R"({"k":[{"numeric":[">",1000000001]}]})", "Value must be between -1.0E9 and 1.0E9, inclusive"},
    {R"({"k":[{"cidr":1}]})", "prefix match pattern must be a string"},
    {R"({"k":[{"cidr":"10.0.0.0"}]})", "Malformed CIDR, one '/' required"},
    {R"({"k":[{"cidr":"10.0.0.0/xx"}]})", "Malformed CIDR, mask bits must be an integer"},
    {R"({"k":[{"cidr":"10.0.0.0/33"}]})", "IPv4 mask bits must be <= 32"},
    {R"({"k":[{"cidr":"bad-filter/24"}]})", "Nonstandard IP address: bad-filter"},
    {R"({"k":[{"wildcard":"a**b"}]})", "Consecutive wildcard characters at pos 1"},
    {R"({"k":[{"wildcard":"a\\b"}]})", "Invalid escape character at pos 1"},
    {R"({"k":[{"wildcard":"*a*b*c*"}]})", "A single pattern must not contain more than 3 wildcards"},
    {R"({"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]})", "Filter policy can not have more than 5 keys"},
    {R"({"source":["1","2","3","4"],"$or":[{"metricName":["1","2","3","4","5","6"]},{"metricType":["1","2","3","4"],"$or":[{"metricId":[1,2,3,4]},{"spaceId":[1,2,3,4]}]}]})", "Filter policy is too complex"},
};
// clang-format on

TEST(FilterPolicy, RefusesInTheWordsOfAws) {
  for (const auto& c : kRefusals) {
    const auto parsed = FilterPolicy::parse(c.policy, FilterScope::kMessageAttributes);
    ASSERT_FALSE(parsed.has_value()) << c.policy;
    EXPECT_EQ(parsed.error().code, "InvalidParameter");
    EXPECT_EQ(parsed.error().message, std::string("Invalid parameter: FilterPolicy: ") + c.message);
    EXPECT_EQ(as_subscribe_error(parsed.error()).message,
              std::string("Invalid parameter: Attributes Reason: FilterPolicy: ") + c.message);
  }
}

TEST(FilterPolicy, RefusesNestingInTheAttributeScope) {
  const auto parsed =
      FilterPolicy::parse(R"({"object":{"key":["x"]}})", FilterScope::kMessageAttributes);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message,
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested "
            "filter policy");
}

std::string values(std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list += (i ? ",\"v" : "\"v") + std::to_string(i) + '"';
  return list + "]";
}

struct ComplexityCase {
  const char* name;
  std::string policy;
  FilterScope scope;
  bool accepted;
};

TEST(FilterPolicy, CountsCombinationsAsAws) {
  constexpr auto kFlat = FilterScope::kMessageAttributes;
  constexpr auto kBody = FilterScope::kMessageBody;
  const ComplexityCase cases[] = {
      {"150 values", R"({"k":)" + values(150) + "}", kFlat, true},
      {"151 values", R"({"k":)" + values(151) + "}", kFlat, false},
      {"100 by 51", R"({"a":)" + values(100) + R"(,"b":)" + values(51) + "}", kFlat, false},
      // 3·4·2·3 = 72
      {"nested", R"({"a":{"b":{"c":)" + values(4) + R"(}},"d":{"e":)" + values(3) + "}}", kBody,
       true},
      // 3·4·2·3·1·3 = 216
      {"nested and flat",
       R"({"a":{"b":{"c":)" + values(4) + R"(}},"d":{"e":)" + values(3) + R"(},"f":)" + values(3) +
           "}",
       kBody, false},
      // (3·6) + (3·4·4) + (3·4·7) = 150
      {"branches, 150",
       R"({"s":)" + values(3) + R"(,"$or":[{"n":)" + values(6) + R"(},{"t":)" + values(4) +
           R"(,"$or":[{"i":)" + values(4) + R"(},{"j":)" + values(7) + "}]}]}",
       kFlat, true},
      // (3 + 2) · (2·2) · (1·2 + 3·2) = 160
      {"branches in a nested object",
       R"({"$or":[{"m":)" + values(3) + R"(},{"n":)" + values(2) + R"(}],"d":{"s":)" + values(2) +
           R"(,"$or":[{"x":)" + values(1) + R"(},{"y":)" + values(3) + "}]}}",
       kBody, false},
      {"one key in many branches counts once",
       R"({"$or":[{"k":["1"]},{"k":["2"]},{"k":["3"]},{"k":["4"]},{"k":["5"]},{"k":["6"]}]})",
       kFlat, true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FilterPolicy::parse(c.policy, c.scope).has_value(), c.accepted) << c.name;
  }
}

TEST(FilterPolicy, RefusesWhatIsTooLargeOrTooDeep) {
  const std::string large = R"({"k":[")" + std::string(kMaxFilterPolicyBytes, 'x') + R"("]})";
  EXPECT_FALSE(FilterPolicy::parse(large, FilterScope::kMessageAttributes).has_value());

  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += R"({"a":)";
  EXPECT_FALSE(
      FilterPolicy::parse(deep + R"(["x"])" + std::string(1000, '}'), FilterScope::kMessageBody)
          .has_value());
  std::string branches = R"({"a":["x"]})";
  for (int i = 0; i < 40; ++i) branches = R"({"$or":[)" + branches + R"(,{"b":["y"]}]})";
  EXPECT_FALSE(FilterPolicy::parse(branches, FilterScope::kMessageBody).has_value());
}

TEST(FilterPolicy, SurvivesABodyNestedWithoutEnd) {
  const std::string body = R"({"k":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_FALSE(policy(R"({"k":["x"]})", FilterScope::kMessageBody).matches({}, body));
}

// One element of `r` has to hold all four keys. The first has a thousand values for each of three
// of them, the second the fourth: whoever tries the choices one after the other tries a thousand
// million.
TEST(FilterPolicy, StaysQuickWhereEveryElementMatchesHalf) {
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += i == 0 ? R"({"x":1})" : R"(,{"x":1})";
  std::string half;
  for (const char key : std::string("abc"))
    half += std::string(half.empty() ? "" : ",") + '"' + key + R"(":[)" + thousand + "]";
  const auto wanted = policy(R"({"r":{"a":{"x":[1]},"b":{"x":[1]},"c":{"x":[1]},"d":{"x":[1]}}})",
                             FilterScope::kMessageBody);
  const auto begin = std::clock();
  EXPECT_EQ(wanted.mismatch({}, R"({"r":[{)" + half + R"(},{"d":[{"x":1}]}]})"),
            "no element of the array matches all keys at once");
  EXPECT_TRUE(wanted.matches({}, R"({"r":[{"d":[]},{)" + half + R"(,"d":[{"x":0},{"x":1}]}]})"));
  // Time of this process's processor, so that a busy machine does not decide: it is some
  // milliseconds.
  EXPECT_LT(std::clock() - begin, 3 * CLOCKS_PER_SEC);
}

TEST(FilterPolicy, SaysWhichKeyDidNotMatch) {
  const auto region = policy(R"({"EgressRegion":["us-west-2"]})");
  EXPECT_EQ(region.mismatch({}, ""), "EgressRegion: missing");
  EXPECT_EQ(region.mismatch({{"EgressRegion", "String", "eu-north-1"}}, ""),
            "EgressRegion: no value of the policy's matches");
  EXPECT_EQ(region.mismatch({{"EgressRegion", "String", "us-west-2"}}, ""), std::nullopt);
  EXPECT_EQ(policy(R"({"k":["a"]})", FilterScope::kMessageBody).mismatch({}, "hello"),
            "the body is not a JSON object");
}

}  // namespace
}  // namespace loopgate::sns
