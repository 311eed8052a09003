#include "template/intrinsics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "template/conditions.h"
#include "template/dynamic_reference.h"

namespace loopgate::cfn {
namespace {

constexpr std::string_view kHead = R"(
Mappings: {M: {east: {size: small, list: [x, y]}}}
Conditions:
  Is: !Equals [!Ref P, value]
  Isnt: !Not [!Condition Is]
  Both: !And [!Condition Is, !Or [!Condition Isnt, !Condition Is]]
)";

class Intrinsics : public testing::Test {
 protected:
  Intrinsics() : head_(*parse_yaml(kHead, "head.yaml")), conditions_(head_.find("Conditions")) {
    parameters_["P"] = Node::string("value", {});
    parameters_["L"] = Node::list({Node::string("a", {}), Node::string("b", {})}, {});
    scope_.stack = {"demo", "arn:stack", "123456789012", "us-west-2"};
    scope_.parameters = &parameters_;
    scope_.mappings = head_.find("Mappings");
    scope_.conditions = &conditions_;
    scope_.resource = [](const std::string& id, const std::string& attribute,
                         const Origin& at) -> Result<Node> {
      if (id != "Queue") return fail("there is no '" + id + "'", at.place());
      if (attribute == "Later") return unresolved_value("Queue.Later", at);
      return Node::string(attribute.empty() ? "queue-1" : "queue-1:" + attribute, at);
    };
    scope_.import_value = [](const std::string& name, const Origin&) -> Result<std::string> {
      return "imported " + name;
    };
  }

  Result<Node> evaluate(const std::string& yaml) {
    const auto node = parse_yaml("v: " + yaml, "t.yaml");
    if (!node) return node;
    auto out = Evaluator(scope_).evaluate(*node);
    if (!out) return out;
    const Node* const value = out->find("v");
    return value ? *value : Node::absent({});
  }

  Node head_;
  ConditionTable conditions_;
  std::map<std::string, Node> parameters_;
  Scope scope_;
};

struct Row {
  const char* yaml;
  const char* json;
};

TEST_F(Intrinsics, GiveTheirValues) {
  const Row table[] = {
      {"!Ref P", R"("value")"},
      {"!Ref L", R"(["a","b"])"},
      {"!Ref Queue", R"("queue-1")"},
      {"!Ref AWS::Region", R"("us-west-2")"},
      {"!Ref AWS::AccountId", R"("123456789012")"},
      {"!Ref AWS::Partition", R"("aws")"},
      {"!Ref AWS::URLSuffix", R"("amazonaws.com")"},
      {"!Ref AWS::StackName", R"("demo")"},
      {"!Ref AWS::StackId", R"("arn:stack")"},
      {"!GetAtt Queue.Arn", R"("queue-1:Arn")"},
      {"{'Fn::GetAtt': Queue.Arn}", R"("queue-1:Arn")"},
      {"!Sub '${P}-${AWS::Region}-${Queue.Arn}-${!Literal}'",
       R"("value-us-west-2-queue-1:Arn-${Literal}")"},
      {"!Sub ['${X}/${P}', {X: !Join ['+', !Ref L]}]", R"("a+b/value")"},
      {"!Join [',', [a, !Ref P, !Ref 'AWS::NoValue', 3]]", R"("a,value,3")"},
      {"!Join ['', !Split [':', 'a:b:c']]", R"("abc")"},
      {"!Select [1, !Ref L]", R"("b")"},
      {"!Select ['0', [x, y]]", R"("x")"},
      {"!Split [',', 'a,,b']", R"(["a","","b"])"},
      {"!FindInMap [M, east, size]", R"("small")"},
      {"!FindInMap [M, east, list]", R"(["x","y"])"},
      {"!FindInMap [M, west, size, {DefaultValue: !Ref P}]", R"("value")"},
      {"!If [Is, 1, 2]", "1"},
      {"!If [Isnt, 1, 2]", "2"},
      {"!If [Both, 1, 2]", "1"},
      {"[a, !If [Isnt, b, !Ref 'AWS::NoValue'], c]", R"(["a","c"])"},
      {"{a: !Ref 'AWS::NoValue', b: 1}", R"({"b":1})"},
      {"!ImportValue net", R"("imported net")"},
      {"!Base64 'hello'", R"("aGVsbG8=")"},
      {"{'Fn::Length': !Ref L}", "2"},
      {"{'Fn::ToJsonString': {b: 1, a: [true, 'q\"']}}", R"("{\"b\":1,\"a\":[true,\"q\\\"\"]}")"},
      {"!GetAZs ''", R"(["us-west-2a","us-west-2b","us-west-2c"])"},
      {"!GetAZs eu-west-1", R"(["eu-west-1a","eu-west-1b","eu-west-1c"])"},
      {"!Cidr [10.0.0.0/16, 3, 8]", R"(["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"])"},
      {"!Cidr [10.0.0.0/24, 3, 4]", R"(["10.0.0.0/28","10.0.0.16/28","10.0.0.32/28"])"},
      {"!Select [1, !Cidr ['2001:db8::/56', 2, 64]]", R"("2001:db8:0:1::/64")"},
      // An IAM policy's own Condition is no function.
      {"{Condition: {StringEquals: {a: b}}}", R"({"Condition":{"StringEquals":{"a":"b"}}})"},
  };
  for (const Row& row : table) {
    const auto value = evaluate(row.yaml);
    ASSERT_TRUE(value) << row.yaml << ": " << value.error().to_string();
    EXPECT_EQ(to_json(*value).dump(), row.json) << row.yaml;
  }
}

TEST_F(Intrinsics, RefuseMistakesWithFileAndLine) {
  const Row table[] = {
      {"!Ref AWS::Regoin",
       "t.yaml:1: there is no pseudo parameter 'AWS::Regoin': did you mean 'AWS::Region'?"},
      {"\n  !Ref Nobody", "t.yaml:2: there is no 'Nobody'"},
      {"!Sub 'a ${P'", "t.yaml:1: Fn::Sub: '${' is not closed by '}'"},
      {"!Sub '${}'", "t.yaml:1: Fn::Sub: '${}' names nothing"},
      {"!Sub '${L}'", "t.yaml:1: Fn::Sub: '${L}' is a list, not a string: use Fn::Join"},
      {"!Join [',', P]", "t.yaml:1: Fn::Join joins a list, not a string"},
      {"!Join [',', [[a]]]", "t.yaml:1: Fn::Join joins strings, but element 0 is a list"},
      {"!Select [2, !Ref L]", "t.yaml:1: Fn::Select: there is no element 2 in a list of 2"},
      {"!Select [x, !Ref L]", "t.yaml:1: the index of Fn::Select is a number from 0, not 'x'"},
      {"!FindInMap [N, east, size]", "t.yaml:1: Mappings has no 'N': did you mean 'M'?"},
      {"!FindInMap [M, eats, size]",
       "t.yaml:1: the mapping 'M' has no 'eats': did you mean 'east'?"},
      {"!FindInMap [M, east, sice]",
       "t.yaml:1: the mapping 'M.east' has no 'sice': did you mean 'size'?"},
      {"!If [Both2, 1, 2]", "t.yaml:1: there is no condition 'Both2': did you mean 'Both'?"},
      {"!Equals [a, b]",
       "t.yaml:1: Fn::Equals can be used in Conditions only: name a condition there, and use "
       "Fn::If here"},
      {"{'Fn::Joim': [a]}", "t.yaml:1: there is no function 'Fn::Joim': did you mean 'Fn::Join'?"},
      {"{'Fn::Sub': a, b: 1}", "t.yaml:1: Fn::Sub must be the only member of its map"},
      {"!Cidr [10.0.0.0/30, 5, 1]",
       "t.yaml:1: Fn::Cidr: 10.0.0.0/30 has no room for 5 blocks of 1 host bits"},
      {"!Cidr [ten, 5, 1]", "t.yaml:1: Fn::Cidr: 'ten' is not a network such as 10.0.0.0/16"},
      {"!Transform {Name: Mine}",
       "t.yaml:1: the transform 'Mine' is not supported here; AWS::Include is"},
  };
  for (const Row& row : table) {
    const auto value = evaluate(row.yaml);
    ASSERT_FALSE(value) << row.yaml;
    EXPECT_EQ(value.error().to_string(), row.json) << row.yaml;
  }
}

TEST_F(Intrinsics, MarkWhatDoesNotExistYet) {
  for (const char* const yaml :
       {"!GetAtt Queue.Later", "!Sub 'arn:${Queue.Later}'", "!Join ['-', [a, !GetAtt Queue.Later]]",
        "!Select [0, !GetAtt Queue.Later]", "!Split [':', !GetAtt Queue.Later]",
        "!Base64 {'Fn::GetAtt': [Queue, Later]}"}) {
    const auto value = evaluate(yaml);
    ASSERT_TRUE(value) << yaml << ": " << value.error().to_string();
    EXPECT_TRUE(value->text.starts_with("${unresolved:")) << yaml << " gives " << value->text;
  }
}

TEST_F(Intrinsics, StopTextThatMultiplies) {
  std::string yaml = "x";
  for (int i = 0; i < 12; ++i) {
    yaml = fmt::format(
        "{{'Fn::Sub': ['${{V}}${{V}}${{V}}${{V}}${{V}}${{V}}${{V}}${{V}}${{V}}${{V}}', {{V: "
        "{}}}]}}",
        yaml);
  }
  const auto value = evaluate(yaml);
  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message.find("8 MiB"), std::string::npos) << value.error().message;
}

TEST(Conditions, RefuseACircle) {
  const auto section = parse_yaml("A: !Not [!Condition B]\nB: !Not [!Condition A]\n", "t.yaml");
  ConditionTable table(&*section);
  const auto ok = table.evaluate_all(Scope{});
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().to_string(), "t.yaml:2: the condition 'A' depends on itself");
}

TEST(DynamicReferences, AreAnsweredFromLocalValues) {
  const DynamicReferences values{{"ssm:/a/b", "one"},
                                 {"ssm:/a/b:3", "three"},
                                 {"psk", "plain"},
                                 {"secretsmanager:db", R"({"user":"u","port":5})"},
                                 {"secretsmanager:arned", "via arn"}};
  const Row table[] = {
      {"{{resolve:ssm:/a/b}}", "one"},
      {"{{resolve:ssm:/a/b:3}}", "three"},
      {"{{resolve:ssm:/a/b:4}}", "one"},
      {"{{resolve:ssm-secure:/a/b:1}}", "one"},
      {"x-{{resolve:secretsmanager:psk:SecretString}}-{{resolve:ssm:/a/b}}", "x-plain-one"},
      {"{{resolve:secretsmanager:db:SecretString:user}}", "u"},
      {"{{resolve:secretsmanager:db:SecretString:port::}}", "5"},
      {"{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:secret:arned-AbCdEf:"
       "SecretString}}",
       "via arn"},
      {"{{not:a:reference}}", "{{not:a:reference}}"},
  };
  for (const Row& row : table) {
    Node node = Node::string(row.yaml, {});
    const auto ok = resolve_dynamic_references(node, values);
    ASSERT_TRUE(ok) << row.yaml << ": " << ok.error().to_string();
    EXPECT_EQ(node.text, row.json) << row.yaml;
  }
}

TEST(DynamicReferences, AreAskedOfTheAccountBehindExactNames) {
  DynamicReferences values{{"ssm:/given", "flag"}, {"loose", "last"}, {"/both", "last"}};
  std::vector<std::string> asked;
  values.stored = [&](const StoredReference& reference) -> Result<std::optional<std::string>> {
    asked.push_back(fmt::format("{} {} {} {}", reference.service, reference.id, reference.stage,
                                reference.version));
    if (reference.id == "/secure") return fail("of a type that cannot be read");
    if (reference.id == "loose") return std::nullopt;
    return R"({"key": "stored"})";
  };
  const Row table[] = {
      {"{{resolve:ssm:/given}}", "flag"},
      {"{{resolve:ssm:loose}}", "last"},
      {"{{resolve:ssm:/both:2}}", R"({"key": "stored"})"},
      {"{{resolve:secretsmanager:db:SecretString:key:AWSPREVIOUS}}", "stored"},
      {"{{resolve:secretsmanager:db:SecretString:key::id}}", "stored"},
  };
  for (const Row& row : table) {
    Node node = Node::string(row.yaml, {});
    const auto ok = resolve_dynamic_references(node, values);
    ASSERT_TRUE(ok) << row.yaml << ": " << ok.error().to_string();
    EXPECT_EQ(node.text, row.json) << row.yaml;
  }
  EXPECT_EQ(asked,
            (std::vector<std::string>{"ssm loose  ", "ssm /both:2  ",
                                      "secretsmanager db AWSPREVIOUS ", "secretsmanager db  id"}));
  Node node = Node::string("{{resolve:ssm:/secure}}", {});
  EXPECT_EQ(resolve_dynamic_references(node, values).error().message,
            "of a type that cannot be read");
}

TEST(DynamicReferences, RefuseWhatHasNoLocalValue) {
  Node node = Node::string("{{resolve:secretsmanager:nope:SecretString}}",
                           {std::make_shared<const std::string>("t.yaml"), 9});
  const auto ok = resolve_dynamic_references(node, {});
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().to_string(),
            "t.yaml:9: {{resolve:secretsmanager:nope}} has no local value: give one with "
            "--resolve secretsmanager:nope=VALUE, or in the file of --resolve-file");
}

}  // namespace
}  // namespace loopgate::cfn
