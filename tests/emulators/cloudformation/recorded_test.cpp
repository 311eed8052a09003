// What AWS was recorded to answer, and what tools that deploy need of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "emulators/cloudformation/service.h"
#include "emulators/cloudformation/stack_policy.h"
#include "tests/template/support.h"

namespace loopgate::cloudformation {
namespace {

using nlohmann::json;
using testing::ElementsAre;

class Recorded : public testing::Test {
 protected:
  http::ApiResult call(std::string operation, json params) {
    http::ApiResult out = aws::refuse(aws::internal_failure("no reply"));
    service_.call({std::move(operation), std::move(params), {"123456789012", "us-west-2", "", ""}},
                  [&](http::ApiResult r) { out = std::move(r); });
    world_.run();
    return out;
  }
  json good(std::string operation, json params) {
    params.emplace("StackName", "demo");
    auto out = call(operation, std::move(params));
    EXPECT_TRUE(out) << operation << ": " << (out ? "" : out.error().message);
    return out.value_or(json::object());
  }
  std::string refusal(std::string operation, json params) {
    params.emplace("StackName", "demo");
    const auto out = call(operation, std::move(params));
    return out ? "" : out.error().message;
  }
  json stack(const std::string& name = "demo") {
    return good("DescribeStacks", {{"StackName", name}})["Stacks"][0];
  }
  std::vector<std::string> told() {
    std::vector<std::string> out;
    const json events = good("DescribeStackEvents", json::object())["StackEvents"];
    for (const json& event : events)
      out.insert(out.begin(), event["LogicalResourceId"].get<std::string>() + " " +
                                  event["ResourceStatus"].get<std::string>() +
                                  (event.contains("ResourceStatusReason")
                                       ? ": " + event["ResourceStatusReason"].get<std::string>()
                                       : ""));
    return out;
  }
  json changes(const std::string& text, json parameters = json::array()) {
    good("CreateChangeSet",
         {{"ChangeSetName", "c"}, {"TemplateBody", text}, {"Parameters", parameters}});
    json out = json::object();
    const json listed = good("DescribeChangeSet", {{"ChangeSetName", "c"}})["Changes"];
    for (const json& each : listed)
      out[each["ResourceChange"]["LogicalResourceId"].get<std::string>()] = each["ResourceChange"];
    return out;
  }

  cfn::test::World world_;
  CloudFormationService service_{world_.deployer(), world_.clock, world_.random};
};

constexpr const char* kQueue = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {A: 1}}}";

TEST_F(Recorded, EventsOfAResourceComeWithItsProperties) {
  good("CreateStack", {{"TemplateBody", kQueue}, {"ClientRequestToken", "mine"}});
  EXPECT_THAT(told(), ElementsAre("demo CREATE_IN_PROGRESS: User Initiated", "Q CREATE_IN_PROGRESS",
                                  "Q CREATE_IN_PROGRESS: Resource creation Initiated",
                                  "Q CREATE_COMPLETE", "demo CREATE_COMPLETE"));
  const json events = good("DescribeStackEvents", json::object())["StackEvents"];
  for (const json& event : events) {
    EXPECT_EQ(event["ClientRequestToken"], "mine");
    EXPECT_EQ(event.value("ResourceProperties", ""),
              event["LogicalResourceId"] == "Q" ? R"({"A":1})" : "");
  }
  good("UpdateStack", {{"TemplateBody", "Resources: {R: {Type: AWS::SQS::Queue}}"}});
  const auto all = told();
  EXPECT_THAT(std::vector(all.begin() + 5, all.end()),
              ElementsAre("demo UPDATE_IN_PROGRESS: User Initiated", "R CREATE_IN_PROGRESS",
                          "R CREATE_IN_PROGRESS: Resource creation Initiated", "R CREATE_COMPLETE",
                          "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Q DELETE_IN_PROGRESS",
                          "Q DELETE_COMPLETE", "demo UPDATE_COMPLETE"));
}

TEST_F(Recorded, ListsThatAreEmptyAreAbsent) {
  good("CreateStack", {{"TemplateBody", kQueue}});
  const json described = stack();
  for (const char* const name : {"Outputs", "Parameters", "Capabilities"})
    EXPECT_FALSE(described.contains(name)) << name;
  for (const char* const name : {"Tags", "NotificationARNs"})
    EXPECT_EQ(described[name], json::array()) << name;
  EXPECT_EQ(described["RollbackConfiguration"], json::object());
}

TEST_F(Recorded, AChangeSetTellsWhyAndWhetherAnotherResourceIsMade) {
  const std::string text =
      "Parameters: {P: {Type: String, Default: a}}\nResources:\n"
      "  T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref P, DisplayName: x}}\n"
      "  Q: {Type: AWS::SQS::Queue, Properties: {Of: !Ref T, By: !GetAtt T.Arn}}\n";
  good("CreateStack", {{"TemplateBody", text}});
  const json by_id = changes(text, {{{"ParameterKey", "P"}, {"ParameterValue", "b"}}});
  ASSERT_EQ(by_id.size(), 2U) << by_id.dump();
  EXPECT_EQ(by_id["T"]["Replacement"], "True");
  EXPECT_EQ(by_id["T"]["Details"][0]["ChangeSource"], "ParameterReference");
  EXPECT_EQ(by_id["T"]["Details"][0]["CausingEntity"], "P");
  EXPECT_EQ(by_id["T"]["Details"][0]["Target"]["RequiresRecreation"], "Always");
  EXPECT_EQ(by_id["T"]["Details"][1]["Evaluation"], "Dynamic");
  EXPECT_EQ(by_id["Q"]["Replacement"], "False");
  EXPECT_EQ(by_id["Q"]["Details"][0]["ChangeSource"], "ResourceReference");
  EXPECT_EQ(by_id["Q"]["Details"][1]["CausingEntity"], "T.Arn");
  const json set = good("DescribeChangeSet", {{"ChangeSetName", "c"}});
  EXPECT_EQ(set["IncludeNestedStacks"], false);
  EXPECT_EQ(set["NotificationARNs"], json::array());
  EXPECT_EQ(set["Parameters"][0]["ParameterValue"], "b");
  EXPECT_FALSE(set.contains("Capabilities"));
}

TEST_F(Recorded, AnExecutedChangeSetStaysAndAFailedOneSaysSo) {
  good("CreateStack", {{"TemplateBody", kQueue}});
  (void)changes("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {A: 2}}}");
  world_.plain.failures_["Q"] = "no";
  good("ExecuteChangeSet", {{"ChangeSetName", "c"}});
  EXPECT_EQ(good("DescribeChangeSet", {{"ChangeSetName", "c"}})["ExecutionStatus"],
            "EXECUTE_FAILED");
  EXPECT_EQ(good("ListChangeSets", json::object())["Summaries"].size(), 1U);
  EXPECT_EQ(refusal("DescribeChangeSet", {{"ChangeSetName", "c"}, {"StackName", ""}}),
            "StackName must be specified if ChangeSetName is not specified as an ARN.");
}

TEST_F(Recorded, DeletingAStackTakesItsChangeSetsAway) {
  good("CreateChangeSet",
       {{"ChangeSetName", "c"}, {"ChangeSetType", "CREATE"}, {"TemplateBody", kQueue}});
  good("DeleteStack", json::object());
  good("CreateChangeSet",
       {{"ChangeSetName", "c"}, {"ChangeSetType", "CREATE"}, {"TemplateBody", kQueue}});
}

TEST_F(Recorded, AFailedCreationIsLeftRolledBackOrDeleted) {
  const std::string two =
      "Resources: {Q: {Type: AWS::SQS::Queue}, "
      "R: {Type: AWS::SQS::Queue, DependsOn: Q}}";
  world_.plain.failures_["R"] = "no";
  const auto create = [&](const char* name, json more) {
    more.update({{"StackName", name}, {"TemplateBody", two}});
    const std::string id = good("CreateStack", std::move(more))["StackId"];
    return stack(id)["StackStatus"].get<std::string>() + " " +
           std::to_string(
               world_.deployer().find("123456789012", "us-west-2", id)->resources.size());
  };
  EXPECT_EQ(create("a", json::object()), "ROLLBACK_COMPLETE 0");
  EXPECT_EQ(create("b", {{"OnFailure", "DELETE"}}), "DELETE_COMPLETE 0");
  EXPECT_EQ(create("c", {{"OnFailure", "DO_NOTHING"}}), "CREATE_FAILED 1");
  EXPECT_EQ(create("d", {{"DisableRollback", true}}), "CREATE_FAILED 1");
  EXPECT_EQ(stack("d")["DisableRollback"], true);
  good("DeleteStack", {{"StackName", "d"}});
  EXPECT_NE(refusal("CreateStack",
                    {{"TemplateBody", two}, {"OnFailure", "DELETE"}, {"DisableRollback", true}}),
            "");
}

TEST_F(Recorded, ProtectedStacksStay) {
  good("CreateStack", {{"TemplateBody", kQueue}, {"EnableTerminationProtection", true}});
  EXPECT_EQ(refusal("DeleteStack", json::object()),
            "Stack [demo] cannot be deleted while TerminationProtection is enabled");
  good("UpdateTerminationProtection", {{"EnableTerminationProtection", false}});
  EXPECT_EQ(stack()["EnableTerminationProtection"], false);
  good("DeleteStack", json::object());
}

TEST_F(Recorded, APolicyDeniesUpdates) {
  const json allow = {
      {"Effect", "Allow"}, {"Action", "Update:*"}, {"Principal", "*"}, {"Resource", "*"}};
  const json deny = {{"Effect", "Deny"},
                     {"Action", {"Update:Modify", "Update:Delete"}},
                     {"Principal", "*"},
                     {"Resource", "LogicalResourceId/Q"}};
  const std::string policy = json{{"Statement", {allow, deny}}}.dump();
  good("CreateStack", {{"TemplateBody", kQueue}, {"StackPolicyBody", policy}});
  EXPECT_EQ(good("GetStackPolicy", json::object())["StackPolicyBody"], policy);
  const json update = {{"TemplateBody", "Resources: {Q: {Type: AWS::SQS::Queue}}"}};
  good("UpdateStack", update);
  EXPECT_EQ(stack()["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(told(), testing::Contains(
                          "Q UPDATE_FAILED: Action denied by stack policy: Statement [#2] does not "
                          "allow [Update:Modify] for resource [LogicalResourceId/Q];"));
  good("UpdateStack", {{"TemplateBody", "Resources: {R: {Type: AWS::SQS::Queue}}"}});
  EXPECT_EQ(stack()["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
  json during = update;
  during["StackPolicyDuringUpdateBody"] = json{{"Statement", {allow}}}.dump();
  good("UpdateStack", during);
  EXPECT_EQ(stack()["StackStatus"], "UPDATE_COMPLETE");
  EXPECT_NE(refusal("SetStackPolicy", {{"StackPolicyBody", "{}"}}), "");
}

TEST_F(Recorded, WhatIsMissingIsToldInTheWordsOfAws) {
  const std::string with =
      "Parameters: {A: {Type: String}, B: {Type: String, Default: b}}\n" + std::string(kQueue);
  const std::string long_one = std::string(kQueue) + "\n#" + std::string(51'200, 'x');
  const std::pair<json, const char*> table[] = {
      {{{"TemplateBody", with}}, "Parameters: [A] must have values"},
      {{{"TemplateBody", kQueue},
        {"Parameters", {{{"ParameterKey", "X"}, {"ParameterValue", ""}}}}},
       "Parameters: [X] do not exist in the template"},
      {{{"TemplateBody", "Resources: {}"}},
       "Template format error: At least one Resources member must be defined."},
      {{{"TemplateBody",
         "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {A: !Sub '${X.Arn}'}}}"}},
       "Template format error: Unresolved resource dependencies [X] in the Resources block of the "
       "template"},
      {{{"TemplateBody", long_one}},
       "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member "
       "must have length less than or equal to 51200"},
      {{{"TemplateBody", kQueue}, {"Tags", {{{"Key", "aws:x"}, {"Value", ""}}}}},
       "aws: prefixed tag key names are not allowed for external use."},
      {{{"TemplateBody", kQueue}, {"RoleARN", "bogus"}},
       "Role bogus is invalid or cannot be assumed"},
  };
  for (const auto& [params, message] : table) EXPECT_EQ(refusal("CreateStack", params), message);
  EXPECT_EQ(refusal("ValidateTemplate", table[3].first), table[3].second);
  EXPECT_EQ(refusal("CreateStack", {{"TemplateBody", "Resources: {Q: {Type: AWS::No::Type}}"}})
                .find("--"),
            std::string::npos);
  for (const char* const each : {"DetectStackDrift", "CreateStackSet", "RollbackStack"})
    EXPECT_EQ(refusal(each, json::object()).find(each), 0U);
}

TEST_F(Recorded, AProcessedTemplateIsWhatItsTransformsMade) {
  const std::string text =
      "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L: [X, "
      "[a, b], {'Q${X}': {Type: AWS::SQS::Queue}}]\n";
  good("CreateStack", {{"TemplateBody", text}, {"Capabilities", {"CAPABILITY_AUTO_EXPAND"}}});
  const json both = good("GetTemplate", {{"TemplateStage", "Processed"}});
  EXPECT_EQ(both["TemplateBody"],
            R"({"Resources":{"Qa":{"Type":"AWS::SQS::Queue"},"Qb":{"Type":"AWS::SQS::Queue"}}})");
  EXPECT_EQ(both["StagesAvailable"], json({"Original", "Processed"}));
  EXPECT_EQ(good("GetTemplate", json::object())["TemplateBody"], text);
}

}  // namespace
}  // namespace loopgate::cloudformation
