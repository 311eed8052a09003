// Examples as the pages of AWS::LanguageExtensions and Fn::ForEach have them.
#include "template/language_extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;

constexpr const char* kHead = R"(
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'a,b'}
  Keep: {Type: String, Default: Retain}
Mappings:
  Sizes: {small: {n: '1', list: [x, y]}, large: {n: '2'}}
)";

struct Row {
  const char* name;
  const char* yaml;
  const char* sections;  // Conditions, Resources and Outputs of the processed template
};

std::string processed(const std::string& yaml) {
  World world;
  const auto plan = world.deployer().check(World::request(kHead + yaml));
  if (!plan) return plan.error().to_string();
  auto document = nlohmann::ordered_json::parse((*plan)->processed);
  for (const char* const name : {"Parameters", "Mappings"}) document.erase(name);
  return document.dump();
}

TEST(LanguageExtensions, WriteOut) {
  const Row table[] = {
      {"resources of a parameter",
       "Resources:\n  'Fn::ForEach::Topics':\n    - N\n    - !Ref Names\n    - 'Topic${N}':\n"
       "        Type: AWS::SNS::Topic\n        Properties: {TopicName: !Join ['.', [!Ref N, "
       "fifo]]}\n",
       R"({"Resources":{"Topica":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":{"Fn::Join":[".",["a","fifo"]]}}},)"
       R"("Topicb":{"Type":"AWS::SNS::Topic","Properties":{"TopicName":{"Fn::Join":[".",["b","fifo"]]}}}}})"},
      {"letters only in names",
       "Resources:\n  'Fn::ForEach::T':\n    - Ip\n    - [10.0, '10/1']\n    - 'T&{Ip}':\n"
       "        Type: AWS::SNS::Topic\n        Properties: {D: 'at ${Ip}'}\n",
       R"({"Resources":{"T100":{"Type":"AWS::SNS::Topic","Properties":{"D":"at 10.0"}},)"
       R"("T101":{"Type":"AWS::SNS::Topic","Properties":{"D":"at 10/1"}}}})"},
      {"loops in loops",
       "Resources:\n  'Fn::ForEach::A':\n    - X\n    - [P, Q]\n    - 'Fn::ForEach::B':\n"
       "        - Y\n        - [R, S]\n        - '${X}${Y}': {Type: AWS::SQS::Queue}\n",
       R"({"Resources":{"PR":{"Type":"AWS::SQS::Queue"},"PS":{"Type":"AWS::SQS::Queue"},)"
       R"("QR":{"Type":"AWS::SQS::Queue"},"QS":{"Type":"AWS::SQS::Queue"}}})"},
      {"properties",
       "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      First: 1\n"
       "      'Fn::ForEach::P':\n        - K\n        - [One, Two]\n        - 'Key${K}': !Sub "
       "'v-${K}'\n",
       R"({"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"First":1,"KeyOne":{"Fn::Sub":"v-One"},)"
       R"("KeyTwo":{"Fn::Sub":"v-Two"}}}}})"},
      {"conditions and outputs",
       "Conditions:\n  'Fn::ForEach::C':\n    - E\n    - [dev, prod]\n"
       "    - 'Is${E}': !Equals [!Ref E, prod]\n"
       "Resources:\n  Q: {Type: AWS::SQS::Queue, Condition: Isprod}\n"
       "Outputs:\n  'Fn::ForEach::O':\n    - A\n    - [Arn, QueueName]\n"
       "    - 'Q${A}': {Value: !GetAtt [Q, !Ref A]}\n",
       R"({"Conditions":{"Isdev":{"Fn::Equals":["dev","prod"]},"Isprod":{"Fn::Equals":["prod","prod"]}},)"
       R"("Resources":{"Q":{"Type":"AWS::SQS::Queue","Condition":"Isprod"}},)"
       R"("Outputs":{"QArn":{"Value":{"Fn::GetAtt":["Q","Arn"]}},"QQueueName":{"Value":{"Fn::GetAtt":["Q","QueueName"]}}}})"},
      {"a collection of a map",
       "Resources:\n  'Fn::ForEach::M':\n    - V\n    - !FindInMap [Sizes, small, list]\n"
       "    - 'Q${V}': {Type: AWS::SQS::Queue}\n",
       R"({"Resources":{"Qx":{"Type":"AWS::SQS::Queue"},"Qy":{"Type":"AWS::SQS::Queue"}}})"},
      {"policies",
       "Conditions: {Never: !Equals [a, b]}\n"
       "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: !Ref Keep\n"
       "    UpdateReplacePolicy: !If [Never, Retain, Delete]\n"
       "  R:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: !If [Never, Retain, !Ref "
       "AWS::NoValue]\n",
       R"({"Conditions":{"Never":{"Fn::Equals":["a","b"]}},"Resources":{"Q":{"Type":"AWS::SQS::Queue",)"
       R"("DeletionPolicy":"Retain","UpdateReplacePolicy":"Delete"},"R":{"Type":"AWS::SQS::Queue"}}})"},
      {"what is known early",
       "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      L: {'Fn::Length': !Ref "
       "Names}\n"
       "      D: !FindInMap [Sizes, huge, n, {DefaultValue: '9'}]\n"
       "      J: {'Fn::ToJsonString': {b: !Ref Names, a: 1}}\n"
       "      Late: {'Fn::ToJsonString': {q: !Ref T}}\n  T: {Type: AWS::SNS::Topic}\n",
       R"({"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"L":2,"D":"9","J":"{\"b\":[\"a\",\"b\"],\"a\":1}",)"
       R"("Late":{"Fn::ToJsonString":{"q":{"Ref":"T"}}}}},"T":{"Type":"AWS::SNS::Topic"}}})"},
      {"names that are made",
       "Resources:\n  Qa: {Type: AWS::SQS::Queue}\nOutputs:\n"
       "  A: {Value: !Ref {'Fn::Sub': ['Q${x}', {x: !Select [0, !Ref Names]}]}}\n"
       "  B: {Value: !GetAtt [!Join ['', [Q, a]], Arn]}\n",
       R"({"Resources":{"Qa":{"Type":"AWS::SQS::Queue"}},"Outputs":{"A":{"Value":{"Ref":"Qa"}},)"
       R"("B":{"Value":{"Fn::GetAtt":["Qa","Arn"]}}}})"},
  };
  for (const Row& row : table) EXPECT_EQ(processed(row.yaml), row.sections) << row.name;
}

TEST(LanguageExtensions, RefuseMistakesWithTheirPlace) {
  const auto loop = [](const std::string& arguments) {
    return "Resources:\n  'Fn::ForEach::L': " + arguments + "\n";
  };
  const std::pair<std::string, std::string> table[] = {
      {loop("[X, [a], {'Q': {Type: AWS::SQS::Queue}}]"),
       "app.yaml:9: 'Q' must have the loop's identifier in it"},
      {loop("[X, [a-, a+], {'Q&{X}': {Type: AWS::SQS::Queue}}]"),
       "app.yaml:9: 'Qa' is there twice after Fn::ForEach was written out"},
      {loop("[X, text, {'Q${X}': {Type: AWS::SQS::Queue}}]"),
       "app.yaml:9: Fn::ForEach::L: its collection must be a list"},
      {loop("[X, [a]]"),
       "app.yaml:9: Fn::ForEach::L: it takes [identifier, collection, {key: value}]"},
      {loop("[X, !Ref Queue, {'Q${X}': {Type: AWS::SQS::Queue}}]"),
       "app.yaml:9: 'Queue' is not a parameter"},
      {"Resources:\n  'Fn::ForEach::a-b': [X, [a], {'Q${X}': {Type: AWS::SQS::Queue}}]\n",
       "app.yaml:9: Fn::ForEach::a-b: its name is Fn::ForEach:: and letters and digits"},
  };
  for (const auto& [yaml, error] : table) EXPECT_EQ(processed(yaml), error) << yaml;
}

TEST(LanguageExtensions, AreBoundInDepthAndSize) {
  std::string nested = "{'Q${A}': {Type: AWS::SQS::Queue}}";
  for (int depth = 0; depth < 6; ++depth) nested = "{'Fn::ForEach::L': [A, [x], " + nested + "]}";
  EXPECT_EQ(processed("Resources: " + nested + "\n"),
            "app.yaml:8: Fn::ForEach::L: loops are nested 5 deep at most");
  std::string many = "[";
  for (int i = 0; i < 60; ++i) many += "v" + std::to_string(i) + ",";
  many.back() = ']';
  EXPECT_THAT(processed("Resources: {'Fn::ForEach::A': [A, " + many + ", {'Fn::ForEach::B': [B, " +
                        many + ", {'Fn::ForEach::C': [C, " + many +
                        ", {'Q${A}${B}${C}': {Type: AWS::SQS::Queue}}]}]}]}\n"),
              testing::HasSubstr("Fn::ForEach makes too many parts"));
}

TEST(LanguageExtensions, AreRefusedWithoutTheTransform) {
  const std::pair<const char*, const char*> table[] = {
      {"Resources: {'Fn::ForEach::A': [A, [b], {'Q${A}': {Type: AWS::SQS::Queue}}]}",
       "app.yaml:1: Fn::ForEach::A needs the transform AWS::LanguageExtensions"},
      {"Resources: {Q: {Type: AWS::SQS::Queue, Properties: {L: {'Fn::Length': [a]}}}}",
       "app.yaml:1: Fn::Length needs the transform AWS::LanguageExtensions"},
      {"Resources: {Q: {Type: AWS::SQS::Queue, DeletionPolicy: !Ref AWS::Region}}",
       "app.yaml:1: resource 'Q': DeletionPolicy is Delete, Retain, RetainExceptOnCreate or "
       "Snapshot"},
  };
  for (const auto& [yaml, error] : table) {
    World world;
    const auto plan = world.deployer().check(World::request(yaml));
    ASSERT_FALSE(plan) << yaml;
    EXPECT_EQ(plan.error().to_string(), error);
  }
}

}  // namespace
}  // namespace loopgate::cfn
