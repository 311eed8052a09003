#include "template/nested_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "template/nested_templates.h"
#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kParent = R"(
Parameters: {Name: {Type: String, Default: first}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: parts/inner.yaml
      Parameters: {Name: !Ref Name, Topic: !Ref Topic}
  Topic: {Type: AWS::SNS::Topic}
  User: {Type: AWS::SQS::Queue, Properties: {Of: !GetAtt Inner.Outputs.Queue}}
)";
constexpr const char* kInner = R"(
Parameters: {Name: {Type: String}, Topic: {Type: String}}
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Of: !Ref Topic, V: !Ref Name}}}
Outputs: {Queue: {Value: !Ref Q}}
)";

class NestedStack : public testing::Test {
 protected:
  NestedStack() { world_.files["/folder/parts/inner.yaml"] = kInner; }

  const StackRecord& inner() {
    const auto* const parent = world_.stack();
    return *world_.stack(parent->find_resource("Inner")->physical_id);
  }
  DeployRequest named(const std::string& name) {
    DeployRequest request = World::request(kParent);
    request.parameters["Name"] = name;
    return request;
  }

  World world_;
};

TEST_F(NestedStack, IsMadeWithItsParentWhichReadsItsOutputs) {
  DeployRequest request = named("first");
  request.tags.emplace()["team"] = "a";
  ASSERT_TRUE(world_.deploy(std::move(request)));
  EXPECT_THAT(world_.take_log(), ElementsAre("create Topic", "create Q", "create User"));
  EXPECT_EQ(world_.plain.made_["User"]["Of"], "phys-Q");
  EXPECT_EQ(world_.plain.made_["Q"]["Of"], "phys-Topic");
  EXPECT_EQ(world_.plain.folders_["Q"].front(), "/folder/parts");
  EXPECT_EQ(inner().parent_id, world_.stack()->id);
  EXPECT_EQ(inner().root_id, world_.stack()->id);
  EXPECT_EQ(inner().tags.at("team"), "a");
  EXPECT_TRUE(inner().name.starts_with("demo-Inner-")) << inner().name;
}

TEST_F(NestedStack, IsUpdatedAndRemovedWithItsParent) {
  ASSERT_TRUE(world_.deploy(named("first")));
  const std::string id = inner().id;
  world_.take_log();
  ASSERT_TRUE(world_.deploy(named("second")));
  EXPECT_THAT(world_.take_log(), ElementsAre("update Q"));
  EXPECT_EQ(inner().id, id);
  EXPECT_EQ(inner().status, StackStatus::kUpdateComplete);
  ASSERT_TRUE(world_.remove());
  EXPECT_THAT(world_.take_log(),
              ElementsAre("remove phys-User", "remove phys-Q", "remove phys-Topic"));
  EXPECT_EQ(world_.stack(id)->status, StackStatus::kDeleteComplete);
}

TEST_F(NestedStack, ChangesWhenItsTemplateDoes) {
  ASSERT_TRUE(world_.deploy(named("first")));
  world_.take_log();
  world_.files["/folder/parts/inner.yaml"] = std::string(kInner) + "# the same\n";
  ASSERT_TRUE(world_.deploy(named("first")));
  EXPECT_THAT(world_.take_log(), ElementsAre());
  EXPECT_EQ(inner().status, StackStatus::kUpdateComplete);
  EXPECT_THAT(inner().template_text, HasSubstr("# the same"));
}

TEST_F(NestedStack, ThatFailsLeavesNothing) {
  world_.plain.failures_["Q"] = "no room";
  const auto failed = world_.deploy(named("first"));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message,
              HasSubstr("was not successfully created: Q (AWS::SQS::Queue): "
                        "no room"));
  EXPECT_EQ(world_.stack()->status, StackStatus::kRollbackComplete);
  for (const auto* const stack : world_.deployer().list()) {
    if (stack->parent_id.empty()) continue;
    EXPECT_EQ(stack->status, StackStatus::kDeleteComplete);
  }
}

// What the parent fails at later takes the nested stack back to the template and values before.
TEST_F(NestedStack, GoesBackWithItsParent) {
  ASSERT_TRUE(world_.deploy(named("first")));
  world_.files["/folder/parts/inner.yaml"] = std::string(kInner) + "# other\n";
  world_.plain.failures_["Last"] = "no room";
  DeployRequest request = named("second");
  request.template_text += "  Last: {Type: AWS::SQS::Queue, DependsOn: [Inner, User]}\n";
  ASSERT_FALSE(world_.deploy(std::move(request)));
  EXPECT_EQ(world_.stack()->status, StackStatus::kUpdateRollbackComplete);
  EXPECT_EQ(inner().template_text, kInner);
  EXPECT_EQ(inner().parameters.front().value, "first");
  EXPECT_EQ(world_.plain.made_["Q"]["V"], "first");
}

TEST_F(NestedStack, IsAnApplicationOfSam) {
  ASSERT_TRUE(world_.deploy(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Inner:
    Type: AWS::Serverless::Application
    Properties: {Location: parts/inner.yaml, Parameters: {Name: n, Topic: t}, Tags: {a: b}}
)"));
  EXPECT_EQ(inner().tags.at("a"), "b");
  EXPECT_EQ(world_.plain.made_["Q"]["V"], "n");
}

TEST_F(NestedStack, IsCheckedBeforeAnythingIsMade) {
  const auto refusal = [&](const std::string& properties) {
    const auto made = world_.deploy(
        "Resources:\n  Inner: {Type: AWS::CloudFormation::Stack, "
        "Properties: {" +
        properties + "}}\n");
    return made ? "" : made.error().to_string();
  };
  world_.files["/folder/self.yaml"] =
      "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: self.yaml}}}";
  world_.files["/folder/bad.yaml"] = "Resources: {Q: {Type: AWS::SQS::Queue, Colour: red}}";
  EXPECT_THAT(refusal("TemplateURL: parts/inner.yaml"),
              HasSubstr("no value for the parameters Name, Topic"));
  EXPECT_THAT(refusal("TemplateURL: bad.yaml"), HasSubstr("/folder/bad.yaml:1: "));
  EXPECT_THAT(refusal("TemplateURL: nothing.yaml"), HasSubstr("'Inner': nothing.yaml: "));
  EXPECT_THAT(refusal("TemplateURL: 'https://s3.test/b/k'"), HasSubstr("is a path beside"));
  EXPECT_THAT(refusal("TemplateURL: self.yaml"), HasSubstr("nested more than 10 deep"));
  EXPECT_TRUE(world_.take_log().empty());
}

TEST_F(NestedStack, OutlivesARestart) {
  ASSERT_TRUE(world_.deploy(named("first")));
  world_.start();
  world_.deployer().restore();
  world_.take_log();
  ASSERT_TRUE(world_.deploy(named("second")));
  EXPECT_EQ(world_.plain.made_["Q"]["V"], "second");
  ASSERT_TRUE(world_.remove());
  for (const auto* const stack : world_.deployer().list())
    EXPECT_EQ(stack->status, StackStatus::kDeleteComplete);
}

TEST(LocalAssets, AreUsedWhereTheCdkSaysTheyLie) {
  auto document = parse_document(R"(
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Code: {S3Bucket: !Sub 'cdk-assets-${AWS::AccountId}', S3Key: a.zip}}
    Metadata: {'aws:asset:path': asset.abc, 'aws:asset:property': Code}
  N:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: !Join ['', [https, x]]}
    Metadata: {'aws:asset:path': n.nested.template.json, 'aws:asset:property': TemplateURL}
  I:
    Type: AWS::Lambda::Function
    Properties: {Code: {ImageUri: x}}
    Metadata: {'aws:asset:path': asset.d, 'aws:asset:property': Code.ImageUri, 'aws:asset:dockerfile-path': D}
)",
                                 "app.yaml");
  ASSERT_TRUE(document);
  use_local_assets(*document);
  const auto& resources = *document->find("Resources");
  EXPECT_EQ(to_json_text(*resources.find("F")->find("Properties")),
            R"({"Code":{"LocalPath":"asset.abc"}})");
  EXPECT_EQ(to_json_text(*resources.find("N")->find("Properties")),
            R"({"TemplateURL":"n.nested.template.json"})");
  EXPECT_EQ(to_json_text(*resources.find("I")->find("Properties")), R"({"Code":{"ImageUri":"x"}})");
}

}  // namespace
}  // namespace loopgate::cfn
