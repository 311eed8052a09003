#include "emulators/cloudformation/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulators/cloudformation/stack_table.h"
#include "tests/template/support.h"

namespace loopgate::cloudformation {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kTemplate = R"(
Description: A demo
Parameters:
  Secret: {Type: String, NoEcho: true, Default: hush}
  Open: {Type: String, Default: text}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {Open: !Ref Open}}
Outputs:
  Url: {Value: !Ref Queue, Description: where, Export: {Name: demo-url}}
)";

class CloudFormation : public testing::Test {
 protected:
  http::ApiResult call(std::string operation, json params = json::object(),
                       std::string region = "us-west-2") {
    EXPECT_TRUE(service_.has(operation)) << operation;
    http::ApiResult out = aws::refuse(aws::internal_failure("no reply"));
    service_.call(
        {std::move(operation), std::move(params), {"123456789012", std::move(region), "", ""}},
        [&](http::ApiResult r) { out = std::move(r); });
    world_.run();
    return out;
  }
  json good(std::string operation, json params = json::object()) {
    auto out = call(operation, std::move(params));
    EXPECT_TRUE(out) << operation << ": " << (out ? "" : out.error().message);
    return out.value_or(json::object());
  }
  void create() { good("CreateStack", {{"StackName", "demo"}, {"TemplateBody", kTemplate}}); }

  cfn::test::World world_;
  CloudFormationService service_{world_.deployer(), world_.clock, world_.random};
};

TEST_F(CloudFormation, DescribesAStackWithItsOutputs) {
  create();
  const json stack = good("DescribeStacks", {{"StackName", "demo"}})["Stacks"][0];
  EXPECT_EQ(stack["StackStatus"], "CREATE_COMPLETE");
  EXPECT_EQ(stack["Description"], "A demo");
  EXPECT_THAT(stack["StackId"].get<std::string>(),
              testing::StartsWith("arn:aws:cloudformation:us-west-2:123456789012:stack/demo/"));
  EXPECT_EQ(
      stack["Outputs"][0].dump(),
      R"({"Description":"where","ExportName":"demo-url","OutputKey":"Url","OutputValue":"phys-Queue"})");
  EXPECT_EQ(stack["Parameters"][0]["ParameterValue"], "****");
  EXPECT_EQ(stack["Parameters"][1]["ParameterValue"], "text");
  EXPECT_EQ(good("DescribeStacks", {{"StackName", stack["StackId"]}})["Stacks"].size(), 1U);
}

TEST_F(CloudFormation, SaysThatAnUnknownStackDoesNotExist) {
  create();
  for (const auto& result : {call("DescribeStacks", {{"StackName", "nope"}}),
                             call("GetTemplate", {{"StackName", "nope"}}),
                             call("DescribeStackEvents", {{"StackName", "nope"}})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "ValidationError");
    EXPECT_EQ(result.error().message, "Stack with id nope does not exist");
  }
  EXPECT_FALSE(call("DescribeStacks", {{"StackName", "demo"}}, "eu-west-1"));
}

TEST_F(CloudFormation, TellsResourcesEventsExportsAndTheTemplate) {
  create();
  EXPECT_EQ(good("DescribeStackResources",
                 {{"StackName", "demo"}})["StackResources"][0]["PhysicalResourceId"],
            "phys-Queue");
  EXPECT_EQ(good("DescribeStackResource",
                 {{"StackName", "demo"},
                  {"LogicalResourceId", "Queue"}})["StackResourceDetail"]["ResourceType"],
            "AWS::SQS::Queue");
  EXPECT_EQ(good("ListStackResources", {{"StackName", "demo"}})["StackResourceSummaries"].size(),
            1U);
  const json events = good("DescribeStackEvents", {{"StackName", "demo"}})["StackEvents"];
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0]["ResourceStatus"], "CREATE_COMPLETE");
  EXPECT_EQ(events[0]["ResourceType"], "AWS::CloudFormation::Stack");
  EXPECT_EQ(good("ListExports")["Exports"][0]["Name"], "demo-url");
  EXPECT_FALSE(call("ListImports", {{"ExportName", "demo-url"}}));
  EXPECT_EQ(good("GetTemplate", {{"StackName", "demo"}})["TemplateBody"], kTemplate);
}

TEST_F(CloudFormation, UpdatesAndDeletes) {
  create();
  const auto same = call("UpdateStack", {{"StackName", "demo"}, {"UsePreviousTemplate", true}});
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().message, "No updates are to be performed.");
  good("UpdateStack", {{"StackName", "demo"},
                       {"UsePreviousTemplate", true},
                       {"Parameters",
                        {{{"ParameterKey", "Open"}, {"ParameterValue", "new"}},
                         {{"ParameterKey", "Secret"}, {"UsePreviousValue", true}}}}});
  EXPECT_EQ(world_.plain.made_["Queue"]["Open"], "new");
  EXPECT_EQ(good("DescribeStacks")["Stacks"][0]["StackStatus"], "UPDATE_COMPLETE");
  const std::string id = good("DescribeStacks")["Stacks"][0]["StackId"];
  good("DeleteStack", {{"StackName", "demo"}});
  EXPECT_FALSE(call("DescribeStacks", {{"StackName", "demo"}}));
  EXPECT_EQ(good("DescribeStacks", {{"StackName", id}})["Stacks"][0]["StackStatus"],
            "DELETE_COMPLETE");
  EXPECT_EQ(
      good("ListStacks", {{"StackStatusFilter", {"DELETE_COMPLETE"}}})["StackSummaries"].size(),
      1U);
  good("DeleteStack", {{"StackName", "demo"}});
}

TEST_F(CloudFormation, RefusesBadTemplatesWithTheirLine) {
  const auto bad =
      call("CreateStack",
           {{"StackName", "demo"},
            {"TemplateBody",
             "Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !Ref P}\n"}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "template:4: there is no parameter or resource 'P': did you mean 'Q'?");
  EXPECT_THAT(
      call("CreateStack", {{"StackName", "demo"}, {"TemplateURL", "https://x"}}).error().message,
      HasSubstr("TemplateURL cannot be read"));
  create();
  EXPECT_EQ(call("CreateStack", {{"StackName", "demo"}, {"TemplateBody", kTemplate}}).error().code,
            "AlreadyExistsException");
  EXPECT_EQ(
      good("ValidateTemplate", {{"TemplateBody", kTemplate}})["Parameters"][0]["DefaultValue"],
      "hush");
  EXPECT_EQ(good("GetTemplateSummary", {{"StackName", "demo"}})["ResourceTypes"][0],
            "AWS::SQS::Queue");
}

TEST_F(CloudFormation, ExecutesChangeSetsAsTheCliDeploys) {
  const json made = good("CreateChangeSet", {{"StackName", "demo"},
                                             {"ChangeSetName", "c1"},
                                             {"ChangeSetType", "CREATE"},
                                             {"TemplateBody", kTemplate}});
  const json set =
      good("DescribeChangeSet", {{"StackName", "demo"}, {"ChangeSetName", made["Id"]}});
  EXPECT_EQ(set["Status"], "CREATE_COMPLETE");
  EXPECT_EQ(set["Changes"][0]["ResourceChange"]["Action"], "Add");
  EXPECT_TRUE(world_.log.empty());
  good("ExecuteChangeSet", {{"StackName", "demo"}, {"ChangeSetName", "c1"}});
  EXPECT_EQ(good("DescribeStacks", {{"StackName", made["StackId"]}})["Stacks"][0]["StackStatus"],
            "CREATE_COMPLETE");
  good("CreateChangeSet", {{"StackName", "demo"},
                           {"ChangeSetName", "c2"},
                           {"ChangeSetType", "UPDATE"},
                           {"TemplateBody", kTemplate}});
  const json empty = good("DescribeChangeSet", {{"StackName", "demo"}, {"ChangeSetName", "c2"}});
  EXPECT_EQ(empty["Status"], "FAILED");
  EXPECT_THAT(empty["StatusReason"].get<std::string>(), HasSubstr("didn't contain changes"));
}

TEST_F(CloudFormation, RefusesToUpdateWhatFailedToBeCreated) {
  world_.plain.failures_["Queue"] = "no";
  create();
  world_.plain.failures_.clear();
  json request = {{"StackName", "demo"},
                  {"ChangeSetName", "c1"},
                  {"ChangeSetType", "UPDATE"},
                  {"TemplateBody", std::string(kTemplate) + "\n"}};
  const auto refused = call("CreateChangeSet", request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ValidationError");
  EXPECT_THAT(
      refused.error().message,
      HasSubstr("is in ROLLBACK_COMPLETE state and can not be updated. Delete it first: aws "
                "cloudformation delete-stack --stack-name demo"));
  EXPECT_EQ(call("UpdateStack", request).error().message, refused.error().message);
  good("DeleteStack", {{"StackName", "demo"}});
  request["ChangeSetType"] = "CREATE";
  good("CreateChangeSet", request);
}

TEST(StackTable, KeepsStacksInTheStore) {
  auto store = store::Store::open("", store::Durability::kMemory);
  ASSERT_TRUE(store);
  auto table = StackTable::open(**store);
  ASSERT_TRUE(table) << table.error().message;
  cfn::StackRecord stack;
  stack.id = "arn:1";
  stack.name = "demo";
  stack.status = cfn::StackStatus::kUpdateComplete;
  stack.outputs = {{"B", "2", "", ""}, {"A", "1", "text", "exported"}};
  stack.resources.push_back({"Q",
                             "phys",
                             "AWS::SQS::Queue",
                             "CREATE_COMPLETE",
                             "",
                             {{"x", 1}},
                             {{"Arn", "a"}},
                             json::object(),
                             {"t.yaml", 7},
                             "Retain",
                             "Delete",
                             false,
                             WallTime{}});
  (*table)->save(stack);
  stack.reason = "again";
  (*table)->save(stack);
  const auto loaded = (*table)->load();
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(cfn::to_json(loaded[0]), cfn::to_json(stack));
  (*table)->erase("arn:1");
  EXPECT_TRUE((*table)->load().empty());
}

}  // namespace
}  // namespace loopgate::cloudformation
