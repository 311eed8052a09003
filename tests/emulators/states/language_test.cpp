#include <gmock/gmock.h>

#include "emulators/states/language/items.h"
#include "emulators/states/language/timestamp.h"
#include "tests/emulators/states/host.h"

namespace loopgate::states {
namespace {

struct PathCase {
  const char* path;
  const char* document;
  const char* value;  // or, in Jayway's words, why there is none
};

// Of missing members and wildcards as recorded on AWS (base/test_json_path_array…,
// scenarios/test_invalid_jsonpath, test_escape_sequence_parsing); the rest as Jayway's readme has
// it.
constexpr PathCase kPaths[] = {
    {"$", R"({"a":1})", R"({"a":1})"},
    {"$.a.b", R"({"a":{"b":null}})", "null"},
    {"$['a b'].c", R"({"a b":{"c":2}})", "2"},
    {"$.a[0]", R"({"a":[7,8]})", "7"},
    {"$.a[-1]", R"({"a":[7,8]})", "8"},
    {"$.a[0,2]", R"({"a":[7,8,9]})", "[7,9]"},
    {"$.a[1:]", R"({"a":[7,8,9]})", "[8,9]"},
    {"$.a[:-1]", R"({"a":[7,8,9]})", "[7,8]"},
    {"$.a[*].b", R"({"a":[{"b":1},{"c":2},{"b":3}]})", "[1,3]"},
    {"$.items[*]", "{}", "[]"},
    {"$.item.items[1:5]", "{}", "[]"},
    {"$..b", R"({"a":{"b":1},"b":2})", "[2,1]"},
    {"$.a[?(@.p < 10 && @.q)].p", R"({"a":[{"p":1},{"p":2,"q":0},{"p":20,"q":0}]})", "[2]"},
    {"$.a[?(@.s == 'x' || !@.s)]", R"({"a":[{"s":"x"},{"s":"y"},{}]})", R"([{"s":"x"},{}])"},
    {"$.a.length()", R"({"a":[1,2,3]})", "3"},
    {"$.a.sum()", R"({"a":[1,2,3.5]})", "6.5"},
    {"$.no", "{}", "No results for path: $['no']"},
    {"$.no.such", "{}", "Missing property in path $['no']"},
};

TEST(JsonPath, ReadsAsRecorded) {
  for (const auto& test : kPaths) {
    SCOPED_TRACE(test.path);
    const auto path = JsonPath::compile(test.path);
    ASSERT_TRUE(path);
    const auto value = path->read(*read_ordered_json(test.document));
    EXPECT_EQ(value ? write_json(*value) : value.error(), test.value);
  }
}

TEST(JsonPath, RefusesWhatIsNone) {
  for (const char* text : {"", "a", "$a b", "$.", "$[", "$['a", "$[?(@.a == )]", "$.a.nothing()"}) {
    EXPECT_FALSE(JsonPath::compile(text)) << text;
  }
}

// Otherwise a document of 256 KiB would be looked at its square times.
TEST(JsonPath, IsBounded) {
  Json wide = Json::array();
  for (int i = 0; i < 2000; ++i) wide.push_back(Json::array({i}));
  const auto path = JsonPath::compile("$..*..*..*");
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->read(Json::array({wide, wide})));
}

struct FunctionCase {
  const char* call;
  const char* input;
  const char* value;
};
// intrinsic_functions/* of the recordings.
constexpr FunctionCase kFunctions[] = {
    {"States.MathAdd($.a, $.b)", R"({"a":1.5,"b":0})", "2"},
    {"States.MathAdd($.a, $.b)", R"({"a":-1.5,"b":0})", "-1"},
    {"States.MathAdd($.a, $.b)", R"({"a":-0.5,"b":0})", "0"},
    {"States.Format('{} and {}', $.a, $.b)", R"({"a":{"x":1,"y":[]},"b":null})",
     R"("{x=1, y=[]} and null")"},
    {R"(States.Format('\{\} {} \'q\'', $.a))", R"({"a":"v"})", R"("{} v 'q'")"},
    {"States.StringSplit($.a, '.+')", R"({"a":"x.y+z.."})", R"(["x","y","z"])"},
    {"States.StringToJson($.a)", R"({"a":" "})", "null"},
    {"States.StringToJson($.a)", R"({"a":"-0"})", "0"},
    {"States.ArrayPartition($.a, 2)", R"({"a":[0,1,2]})", "[[0,1],[2]]"},
    {"States.ArrayRange(1, 9, 4)", "{}", "[1,5,9]"},
    {"States.ArrayUnique($.a)", R"({"a":[1,1.0,"1",{"b":1},{"b":1}]})", R"([1,"1",{"b":1}])"},
    {"States.ArrayGetItem(States.Array(1, 'b', null), 1)", "{}", R"("b")"},
    {"States.Base64Encode('Data')", "{}", R"("RGF0YQ==")"},
    {"States.Hash($.a, 'MD5')", R"({"a":"input data"})", R"("812f45842bc6d66ee14572ce20db8e86")"},
    {"States.JsonMerge($.a, $.b, false)", R"({"a":{"x":{"p":1}},"b":{"x":{"q":2}}})",
     R"({"x":{"q":2}})"},
};

TEST(Intrinsics, AnswerAsRecorded) {
  auto random = Random::from_seed(1);
  const Variables variables;
  for (const auto& test : kFunctions) {
    SCOPED_TRACE(test.call);
    const auto query = Query::compile(test.call);
    ASSERT_TRUE(query);
    const auto input = Datum::of_text(test.input);
    const auto value = query->read({.input = input,
                                    .context = [] { return Datum(); },
                                    .variables = variables,
                                    .random = random});
    ASSERT_TRUE(value) << value.error();
    EXPECT_EQ(write_json(*value), test.value);
  }
}

TEST(Intrinsics, RefuseWhatIsNoCall) {
  for (const char* text :
       {"States.Nothing()", "States.UUID(1)", "States.Format()", R"(States.Format('\"'))",
        "States.Format('a'", "States.MathAdd(1, 'a)"}) {
    EXPECT_FALSE(Query::compile(text)) << text;
  }
}

struct Wrong {
  const char* definition;
  const char* diagnostics;
};
// api/validation and others of the recordings.
constexpr Wrong kWrong[] = {
    {"{}", "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"},
    {R"({"StartAt":"A"})", "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"},
    {R"({"StartAt":"A","QueryLanguage":"JSONata","States":{"A":{"Type":"Pass","QueryLanguage":"JSONPath","End":true}}})",
     "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
     "whole "
     "state machine at /States/A"},
    {R"({"StartAt":"A","States":{"A":{"Type":"Wait","Timestamp":"2016-12-05T21:29:29","End":true}}})",
     "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/A/Timestamp"},
    {R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"b.$":"x"},"End":true}}})",
     "SCHEMA_VALIDATION_FAILED: The value for the field 'b.$' must be a valid JSONPath or a valid "
     "intrinsic function call at /States/A/Parameters"},
    {R"({"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":[],"End":true}}})",
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/A/Branches"},
    {R"({"StartAt":"B","States":{"A":{"Type":"Pass","End":true}}})",
     "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt"},
};

TEST(Definition, SaysWhatIsWrong) {
  for (const auto& test : kWrong) {
    const auto reading = reading_of(test.definition);
    EXPECT_FALSE(reading.definition);
    EXPECT_EQ(to_string(reading.diagnostics), test.diagnostics);
  }
}

TEST(Timestamp, NeedsDateTimeAndZone) {
  EXPECT_EQ(parse_timestamp("2026-01-01T00:00:00Z"), kStart);
  EXPECT_EQ(parse_timestamp("2026-01-01T01:30:00.000000001+01:30"), kStart + Duration(1));
  for (const char* text : {"2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z",
                           "2026-01-01T25:00:00Z", "2026-02-29T00:00:00Z", "26-01-01T00:00:00Z",
                           "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Items, OfFiles) {
  ItemReader csv{.resource = "", .input_type = "CSV"};
  auto items = read_items(csv, "a,b\r\n1,\"x,\"\"y\"\"\"\n2,3,4\n5\n", 0);
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ((*items)[0].text(), R"({"a":"1","b":"x,\"y\""})");
  EXPECT_EQ((*items)[1].text(), R"({"a":"2","b":"3"})");
  EXPECT_EQ((*items)[2].text(), R"({"a":"5","b":""})");
  EXPECT_EQ(read_items(csv, "a,a\n1,2", 0).error(), "CSV headers cannot contain duplicates.");
  ItemReader lines{.resource = "", .input_type = "JSONL"};
  EXPECT_EQ(read_items(lines, "{\"a\":1}\n\n2\n3", 2)->size(), 2U);
  ItemReader json{.resource = "", .input_type = "JSON"};
  EXPECT_FALSE(read_items(json, "{}", 0));
}

}  // namespace
}  // namespace loopgate::states
