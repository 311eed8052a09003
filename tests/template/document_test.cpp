#include "template/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "template/limits.h"

namespace loopgate::cfn {
namespace {

struct Scalar {
  const char* name;
  const char* yaml;
  const char* json;
};

TEST(YamlDocument, ReadsScalarsAsCloudFormationDoes) {
  const Scalar table[] = {
      {"plain text", "hello", R"("hello")"},
      {"integer", "42", "42"},
      {"negative", "-7", "-7"},
      {"fraction", "0.05", "0.05"},
      {"quoted number stays a string", "'42'", R"("42")"},
      {"yes is true", "yes", "true"},
      {"off is false", "Off", "false"},
      {"quoted yes stays a string", "\"yes\"", R"("yes")"},
      {"a date stays a string", "2012-10-17", R"("2012-10-17")"},
      {"a duration stays a string", "1:00:00", R"("1:00:00")"},
      {"an account id keeps its leading zero", "012345678901", R"("012345678901")"},
      {"012 keeps its text", "012", R"("012")"},
      {"hexadecimal", "0x1F", "31"},
      {"y is text", "y", R"("y")"},
      {"null", "~", "null"},
      {"nothing", "", "null"},
      {"a fraction without a whole", "-.5", "-0.5"},
      {"a whole without a fraction", "1.", "1.0"},
      {"a version is text", "1.2.3", R"("1.2.3")"},
      {"block text", "|\n  a\n  b", R"("a\nb")"},
  };
  for (const auto& row : table) {
    const auto node = parse_yaml(std::string("v: ") + row.yaml, "t.yaml");
    ASSERT_TRUE(node) << row.name << ": " << node.error().to_string();
    EXPECT_EQ(to_json(*node->find("v")).dump(), row.json) << row.name;
  }
}

TEST(YamlDocument, WritesShortTagsOut) {
  const Scalar table[] = {
      {"Ref", "!Ref Queue", R"({"Ref":"Queue"})"},
      {"GetAtt dotted", "!GetAtt Queue.Arn", R"({"Fn::GetAtt":["Queue","Arn"]})"},
      {"GetAtt nested attribute", "!GetAtt Nested.Outputs.Url",
       R"({"Fn::GetAtt":["Nested","Outputs.Url"]})"},
      {"GetAtt list", "!GetAtt [Queue, Arn]", R"({"Fn::GetAtt":["Queue","Arn"]})"},
      {"Sub", "!Sub 'a-${B}'", R"({"Fn::Sub":"a-${B}"})"},
      {"If with tags inside", "!If [C, !Ref A, !Ref 'AWS::NoValue']",
       R"({"Fn::If":["C",{"Ref":"A"},{"Ref":"AWS::NoValue"}]})"},
      {"Condition", "!Condition C", R"({"Condition":"C"})"},
      {"Base64 of a number stays text", "!Base64 12", R"({"Fn::Base64":"12"})"},
  };
  for (const auto& row : table) {
    const auto node = parse_yaml(std::string("v: ") + row.yaml, "t.yaml");
    ASSERT_TRUE(node) << row.name << ": " << node.error().to_string();
    EXPECT_EQ(to_json(*node->find("v")).dump(), row.json) << row.name;
  }
}

TEST(YamlDocument, ExpandsAliasesAndMerges) {
  const auto node = parse_yaml("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\nc: *x\n", "t.yaml");
  ASSERT_TRUE(node) << node.error().to_string();
  EXPECT_EQ(to_json(*node->find("c")).dump(), R"({"k":1,"l":2})");
  EXPECT_EQ(to_json(*node->find("b")).dump(), R"({"k":1,"l":3})");
}

TEST(YamlDocument, WritesNumbersAsJsonDoes) {
  for (const auto& [yaml, text] : {std::pair{".5", "0.5"},
                                   {"-.5e3", "-0.5e3"},
                                   {"1.", "1.0"},
                                   {"1.e5", "1.0e5"},
                                   {"+2.5", "2.5"}}) {
    const auto node = parse_yaml(std::string("v: ") + yaml, "t.yaml");
    ASSERT_TRUE(node) << yaml;
    EXPECT_EQ(node->find("v")->text, text);
  }
}

TEST(YamlDocument, LetsAMapsOwnMembersGoBeforeMergedOnes) {
  const auto node = parse_yaml(
      "a: &x {k: 1, l: 2}\nb: &y {l: 3, m: 4}\nc: {own: 0, k: 5, <<: [*x, *y], m: 6}\n", "t.yaml");
  ASSERT_TRUE(node) << node.error().to_string();
  EXPECT_EQ(to_json(*node->find("c")).dump(), R"({"k":5,"l":2,"m":6,"own":0})");
  const auto twice = parse_yaml("a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n  k: 3\n", "t.yaml");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().to_string(),
            "t.yaml:5: the name 'k' stands here twice (first in line 4): remove one of them");
}

// A search for each name would take seconds.
TEST(Document, FindsANameThatStandsTwiceAmongFiftyThousand) {
  std::string json = "{";
  for (int i = 0; i < 50'000; ++i) json += fmt::format("\"k{}\": 1,\n", i);
  for (const std::string& text : {json + "\"k7\": 2}", json.substr(1) + "k7: 2\n"}) {
    const bool is_json = text.starts_with('{');
    const auto node = is_json ? parse_json(text, "t") : parse_yaml("{" + text + "}", "t");
    ASSERT_FALSE(node);
    EXPECT_EQ(node.error().to_string(),
              "t:50001: the name 'k7' stands here twice (first in line 8): remove one of them");
  }
}

struct Refusal {
  const char* name;
  std::string text;
  const char* error;
};

TEST(Document, RefusesWithFileAndLine) {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    std::string list;
    for (int j = 0; j < 10; ++j) list += fmt::format("{}*a{}", j ? "," : "", i - 1);
    laughs += fmt::format("a{}: &a{} [{}]\n", i, i, list);
  }
  const Refusal table[] = {
      {"empty", " \n", "t.yaml: the file is empty"},
      {"doubled key", "a: 1\nb: 2\na: 3\n",
       "t.yaml:3: the name 'a' stands here twice (first in line 1): remove one of them"},
      {"unknown tag", "a: 1\nb: !Reff x\n",
       "t.yaml:2: the tag '!Reff' is not a function of CloudFormation"},
      {"GetAtt without attribute", "\na: !GetAtt Queue\n",
       "t.yaml:2: !GetAtt Queue has no attribute: write !GetAtt Queue.Arn or the like"},
      {"two documents", "a: 1\n---\nb: 2\n",
       "t.yaml:3: a template is one YAML document: remove what follows '---'"},
      {"bad indentation", "a: 1\n  b: 2\n", "t.yaml:2: not YAML: illegal map value"},
      {"alias in its own anchor", "a: &x\n  b: *x\n",
       "t.yaml:2: an alias inside of its own anchor never ends"},
      {"list as a name", "? [a]\n: 1\n", "t.yaml:1: a name must be a string, not a list or a map"},
      {"billion laughs", laughs,
       "t.yaml:6: the document has too many values once its aliases are expanded"},
      {"not UTF-8", "a: \xC3\x28\n", "t.yaml: the file is not UTF-8 text"},
      {"too large", std::string(kMaxTemplateBytes + 1, 'a'),
       "t.yaml: the file is larger than the 1 MiB that a template may have"},
      {"JSON doubled key", "{\"a\": 1,\n\"b\": {\"c\": 1,\n\"c\": 2}}",
       "t.json:3: the name 'c' stands here twice (first in line 2): remove one of them"},
  };
  for (const auto& row : table) {
    const bool json = std::string_view(row.error).starts_with("t.json");
    const auto node = parse_document(row.text, json ? "t.json" : "t.yaml");
    ASSERT_FALSE(node) << row.name;
    EXPECT_EQ(node.error().to_string(), row.error) << row.name;
  }
}

TEST(Document, RefusesDeepNestingInBothLanguages) {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  const auto json = parse_json("{\"a\":" + deep + "}", "t.json");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().to_string(), "t.json:1: values are nested deeper than 64 levels");
  EXPECT_FALSE(parse_yaml("a: " + deep, "t.yaml"));
}

TEST(JsonDocument, KnowsTheLineOfEveryValue) {
  const auto node = parse_document(
      "\xEF\xBB\xBF{\n\t\"a\": 1,\n\t\"b\": [\n2\n,\n\"x\"],\n\"c\": 123456789012345678901\n}",
      "t.json");
  ASSERT_TRUE(node) << node.error().to_string();
  EXPECT_EQ(node->find("a")->place().line, 2);
  EXPECT_EQ(node->find("b")->items[0].place().line, 4);
  EXPECT_EQ(node->find("b")->items[1].place().line, 6);
  EXPECT_EQ(node->find_member("c")->origin.line, 7);
  EXPECT_EQ(node->find("c")->origin.line, 7);
}

TEST(JsonDocument, RefusesWhatIsNotJsonWithItsLine) {
  const auto node = parse_document("{\n\"a\": 1,\n\"b\": }\n", "t.json");
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().where, (SourcePlace{"t.json", 3}));
}

TEST(Document, FindsThePlaceOfAPointerOrItsNearestParent) {
  const auto node =
      parse_yaml("Destinations:\n  - Name: a\n    Role:\n      Arn: x\n  - Name: b\n", "t.yaml");
  ASSERT_TRUE(node);
  EXPECT_EQ(place_of(*node, "/Destinations/1/Name").line, 5);
  EXPECT_EQ(place_of(*node, "/Destinations/0/Role/Arn").line, 4);
  EXPECT_EQ(place_of(*node, "/Destinations/0/Batching/Count").line, 2);
  EXPECT_EQ(place_of(*node, "/Destinations/9").line, 1);
}

}  // namespace
}  // namespace loopgate::cfn
