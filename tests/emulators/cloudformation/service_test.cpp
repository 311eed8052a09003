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
  ASSERT_EQ(events.size(), 5U);
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i - 1]["Timestamp"], events[i]["Timestamp"]) << "tools sort by them";
  }
  EXPECT_EQ(events[2]["ResourceStatusReason"], "Resource creation Initiated");
  EXPECT_EQ(events[2]["PhysicalResourceId"], "phys-Queue");
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
            "Template format error: Unresolved resource dependencies [P] in the Outputs block of "
            "the template");
  EXPECT_THAT(
      call("CreateStack", {{"StackName", "demo"}, {"TemplateURL", "https://x"}}).error().message,
      HasSubstr("TemplateURL must be a supported URL"));
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
  const json reviewed = good("DescribeStacks", {{"StackName", "demo"}})["Stacks"][0];
  EXPECT_EQ(reviewed["StackStatus"], "REVIEW_IN_PROGRESS");
  EXPECT_EQ(reviewed["StackId"], made["StackId"]);
  EXPECT_EQ(call("CreateStack", {{"StackName", "demo"}, {"TemplateBody", kTemplate}}).error().code,
            "AlreadyExistsException");
  good("ExecuteChangeSet", {{"StackName", "demo"}, {"ChangeSetName", "c1"}});
  EXPECT_EQ(good("DescribeStacks", {{"StackName", "demo"}})["Stacks"][0]["ChangeSetId"],
            made["Id"]);
  EXPECT_EQ(good("DescribeChangeSet", {{"ChangeSetName", made["Id"]}})["ExecutionStatus"],
            "EXECUTE_COMPLETE");
  const json events = good("DescribeStackEvents", {{"StackName", "demo"}})["StackEvents"];
  EXPECT_EQ(events.back()["ResourceStatus"], "REVIEW_IN_PROGRESS");
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

TEST_F(CloudFormation, AReviewedStackIsDeletedOrReviewedAgain) {
  const json request = {{"StackName", "demo"},
                        {"ChangeSetName", "c1"},
                        {"ChangeSetType", "CREATE"},
                        {"TemplateBody", kTemplate}};
  const json first = good("CreateChangeSet", request);
  json again = request;
  again["ChangeSetName"] = "c2";
  EXPECT_EQ(good("CreateChangeSet", again)["StackId"], first["StackId"]);
  again["ChangeSetName"] = "c3";
  again["ChangeSetType"] = "UPDATE";
  EXPECT_THAT(call("CreateChangeSet", again).error().message,
              HasSubstr("is in REVIEW_IN_PROGRESS state and can not be updated"));
  good("DeleteStack", {{"StackName", "demo"}});
  EXPECT_FALSE(call("DescribeStacks", {{"StackName", "demo"}}));
}

TEST_F(CloudFormation, AChangeSetSaysWhatChanges) {
  const auto described = [&](const char* name, const std::string& text) {
    good("CreateChangeSet",
         {{"StackName", "demo"}, {"ChangeSetName", name}, {"TemplateBody", text}});
    return good("DescribeChangeSet", {{"StackName", "demo"}, {"ChangeSetName", name}})["Changes"];
  };
  good(
      "CreateStack",
      {{"StackName", "demo"},
       {"TemplateBody",
        "Resources: {Same: {Type: AWS::SQS::Queue}, Uses: {Type: AWS::SQS::Queue, Properties: {Of: "
        "!Ref Same}}, Changed: {Type: AWS::SQS::Queue, Properties: {A: 1, B: 2}}, Gone: {Type: "
        "AWS::SQS::Queue, DeletionPolicy: Retain}}"}});
  const json changes = described(
      "c",
      "Resources: {Same: {Type: AWS::SQS::Queue}, Uses: {Type: AWS::SQS::Queue, Properties: "
      "{Of: !Ref Same}}, Changed: {Type: AWS::SQS::Queue, Properties: {A: 1, B: 3}}, New: "
      "{Type: AWS::SQS::Queue, Properties: {Of: !Ref Same}}}");
  std::map<std::string, json> by_id;
  for (const auto& each : changes) {
    by_id[each["ResourceChange"]["LogicalResourceId"]] = each["ResourceChange"];
  }
  ASSERT_EQ(by_id.size(), 3U) << changes.dump();
  EXPECT_EQ(by_id["New"]["Action"], "Add");
  EXPECT_EQ(by_id["Gone"]["Action"], "Remove");
  EXPECT_EQ(by_id["Gone"]["PolicyAction"], "Retain");
  EXPECT_EQ(by_id["Changed"]["Action"], "Modify");
  EXPECT_EQ(by_id["Changed"]["PhysicalResourceId"], "phys-Changed");
  EXPECT_EQ(by_id["Changed"]["Scope"], json::array({"Properties"}));
  ASSERT_EQ(by_id["Changed"]["Details"].size(), 1U);
  EXPECT_EQ(by_id["Changed"]["Details"][0]["Target"]["Name"], "B");
}

// What a first deployment to AWS would refuse.
TEST_F(CloudFormation, RolesAndMacrosMustBeAcknowledged) {
  const std::string role = "Resources: {R: {Type: AWS::IAM::Role}}";
  const std::string named = "Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: r}}}";
  const std::string macro =
      "Transform: AWS::LanguageExtensions\nResources: {Q: {Type: AWS::SQS::Queue}}";
  struct Case {
    const std::string& text;
    json capabilities;
    const char* missing;
  };
  const Case cases[] = {
      {role, json::array(), "[CAPABILITY_IAM]"},
      {role, {"CAPABILITY_NAMED_IAM"}, ""},
      {named, {"CAPABILITY_IAM"}, "[CAPABILITY_NAMED_IAM]"},
      {named, {"CAPABILITY_NAMED_IAM"}, ""},
      {macro, {"CAPABILITY_IAM"}, "[CAPABILITY_AUTO_EXPAND]"},
      {macro, {"CAPABILITY_AUTO_EXPAND"}, ""},
  };
  int number = 0;
  for (const auto& [text, capabilities, missing] : cases) {
    const auto made = call("CreateStack", {{"StackName", "s" + std::to_string(++number)},
                                           {"TemplateBody", text},
                                           {"Capabilities", capabilities}});
    if (std::string_view(missing).empty()) {
      EXPECT_TRUE(made) << number << ": " << made.error().message;
      continue;
    }
    ASSERT_FALSE(made) << number;
    EXPECT_EQ(made.error().code, "InsufficientCapabilitiesException");
    EXPECT_EQ(made.error().message, std::string("Requires capabilities : ") + missing);
  }
  const auto set = call("CreateChangeSet", {{"StackName", "set"},
                                            {"ChangeSetName", "c"},
                                            {"ChangeSetType", "CREATE"},
                                            {"TemplateBody", named}});
  EXPECT_EQ(set.error().message, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
  const json read = good("GetTemplateSummary", {{"TemplateBody", named}});
  EXPECT_EQ(read["Capabilities"], json::array({"CAPABILITY_NAMED_IAM"}));
  EXPECT_EQ(read["CapabilitiesReason"],
            "The following resource(s) require capabilities: [AWS::IAM::Role]");
  EXPECT_EQ(good("ValidateTemplate", {{"TemplateBody", macro}})["Capabilities"],
            json::array({"CAPABILITY_AUTO_EXPAND"}));
}

// With a macro the change set is made, and says why it cannot be executed.
TEST_F(CloudFormation, AChangeSetOfAMacroTellsWhatIsMissing) {
  good("CreateChangeSet", {{"StackName", "set"},
                           {"ChangeSetName", "c"},
                           {"ChangeSetType", "CREATE"},
                           {"TemplateBody",
                            "Transform: AWS::LanguageExtensions\nResources: {R: {Type: "
                            "AWS::IAM::Role}}"}});
  const json set = good("DescribeChangeSet", {{"StackName", "set"}, {"ChangeSetName", "c"}});
  EXPECT_EQ(set["Status"], "FAILED");
  EXPECT_EQ(set["StatusReason"], "Requires capabilities : [CAPABILITY_IAM]");
  EXPECT_EQ(call("ExecuteChangeSet", {{"StackName", "set"}, {"ChangeSetName", "c"}}).error().code,
            "InvalidChangeSetStatus");
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

json parameter(const char* key, const char* value) {
  return {{"ParameterKey", key}, {"ParameterValue", value}};
}

class RolledBackUpdate : public CloudFormation {
 protected:
  void SetUp() override {
    good("CreateStack", {{"StackName", "demo"},
                         {"TemplateBody", kGood},
                         {"Parameters", {parameter("P", "v1")}},
                         {"Tags", {{{"Key", "t"}, {"Value", "1"}}}},
                         {"Capabilities", {"CAPABILITY_IAM"}}});
    ASSERT_EQ(stack()["StackStatus"], "CREATE_COMPLETE");
    before_ = stack();
    world_.plain.failures_["Bad"] = "no";
    good("UpdateStack", failing());
    ASSERT_EQ(stack()["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
  }
  json stack() { return good("DescribeStacks", {{"StackName", "demo"}})["Stacks"][0]; }
  static json failing() {
    return {{"StackName", "demo"},
            {"TemplateBody", kBad},
            {"Parameters", {parameter("P", "v2")}},
            {"Tags", {{{"Key", "t"}, {"Value", "2"}}}}};
  }
  json changed(json request) {
    good("UpdateStack", std::move(request));
    return stack();
  }

  static constexpr const char* kGood =
      "Description: good\nParameters: {P: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue, "
      "Properties: {V: !Ref P}}}\nOutputs: {O: {Value: !Ref P}}\n";
  static constexpr const char* kBad =
      "Description: bad\nParameters: {P: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue, "
      "Properties: {V: !Ref P}}, Bad: {Type: AWS::SQS::Queue, DependsOn: Q}}\n";
  json before_;
};

TEST_F(RolledBackUpdate, LeavesTheStackAsItWas) {
  const json now = stack();
  for (const char* each : {"Description", "Parameters", "Tags", "Outputs", "Capabilities"})
    EXPECT_EQ(now[each], before_[each]) << each;
  EXPECT_EQ(good("GetTemplate", {{"StackName", "demo"}})["TemplateBody"], kGood);
  EXPECT_EQ(world_.plain.made_["Q"]["V"], "v1");
}

TEST_F(RolledBackUpdate, IsAsItWasAfterARestartToo) {
  world_.start();
  world_.deployer().restore();
  const auto* const stack = world_.stack();
  EXPECT_EQ(stack->template_text, kGood);
  EXPECT_EQ(stack->parameters.at(0).value, "v1");
  EXPECT_EQ(stack->tags.at("t"), "1");
  EXPECT_EQ(stack->capabilities.at(0), "CAPABILITY_IAM");
}

TEST_F(RolledBackUpdate, MayBeTriedAgain) {
  EXPECT_EQ(changed(failing())["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
  json request = failing();
  request["ChangeSetName"] = "again";
  good("CreateChangeSet", request);
  EXPECT_EQ(
      good("DescribeChangeSet", {{"StackName", "demo"}, {"ChangeSetName", "again"}})["Status"],
      "CREATE_COMPLETE");
  world_.plain.failures_.clear();
  const json now = changed(failing());
  EXPECT_EQ(now["StackStatus"], "UPDATE_COMPLETE");
  EXPECT_EQ(now["Description"], "bad");
}

TEST_F(RolledBackUpdate, GoingBackToWhatItIsChangesNothing) {
  const auto same = call("UpdateStack", {{"StackName", "demo"},
                                         {"TemplateBody", kGood},
                                         {"Parameters", {parameter("P", "v1")}},
                                         {"Tags", {{{"Key", "t"}, {"Value", "1"}}}}});
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().message, "No updates are to be performed.");
}

TEST_F(RolledBackUpdate, PreviousTemplateAndValuesAreThoseThatWereDeployed) {
  const json now = changed({{"StackName", "demo"},
                            {"UsePreviousTemplate", true},
                            {"Parameters", {parameter("P", "v3")}}});
  EXPECT_EQ(now["StackStatus"], "UPDATE_COMPLETE");
  EXPECT_EQ(now["Outputs"][0]["OutputValue"], "v3");
  good("UpdateStack", failing());
  changed({{"StackName", "demo"},
           {"TemplateBody", std::string(kGood) + "# another\n"},
           {"Parameters", {{{"ParameterKey", "P"}, {"UsePreviousValue", true}}}}});
  EXPECT_EQ(stack()["Outputs"][0]["OutputValue"], "v3");
}

TEST_F(CloudFormation, AnUpdateWithoutTagsKeepsThemAndOneWithNoneTakesThemAway) {
  json request = {{"StackName", "demo"},
                  {"TemplateBody", kTemplate},
                  {"Tags", {{{"Key", "t"}, {"Value", "1"}}}}};
  good("CreateStack", request);
  const auto tags = [&] { return good("DescribeStacks")["Stacks"][0]["Tags"]; };
  request.erase("Tags");
  EXPECT_FALSE(call("UpdateStack", request)) << "nothing changes";
  request["Parameters"] = {parameter("Open", "other")};
  good("UpdateStack", request);
  EXPECT_EQ(tags(), json({{{"Key", "t"}, {"Value", "1"}}}));
  request["Tags"] = json::array();
  good("UpdateStack", request);
  EXPECT_EQ(tags(), json::array());
}

TEST_F(CloudFormation, AParameterThatGoesBackToItsDefaultIsAChange) {
  good("CreateStack", {{"StackName", "demo"},
                       {"TemplateBody", kTemplate},
                       {"Parameters", {parameter("Open", "given")}}});
  good("UpdateStack", {{"StackName", "demo"}, {"TemplateBody", kTemplate}});
  EXPECT_EQ(world_.plain.made_["Queue"]["Open"], "text");
}

// As after the end of the sandbox: `aws cloudformation deploy` finds the stack and updates it.
TEST_F(CloudFormation, AnInterruptedCreationIsRepeatedByWhateverIsAsked) {
  struct Repetition {
    const char* operation;
    const char* change_set_type;
    cfn::StackStatus end;
  };
  for (const auto& repeat :
       {Repetition{"CreateStack", nullptr, cfn::StackStatus::kCreateComplete},
        Repetition{"UpdateStack", nullptr, cfn::StackStatus::kUpdateComplete},
        Repetition{"CreateChangeSet", "CREATE", cfn::StackStatus::kCreateComplete},
        Repetition{"CreateChangeSet", "UPDATE", cfn::StackStatus::kUpdateComplete}}) {
    SCOPED_TRACE(repeat.operation);
    world_.deployer().deploy(cfn::test::World::request(kTemplate), [](auto) {});
    for (int i = 0; i < 2; ++i) world_.tasks.run_ready();
    world_.tasks = TaskQueue();
    world_.start();
    world_.deployer().restore();
    world_.run();
    CloudFormationService service(world_.deployer(), world_.clock, world_.random);
    const auto ask = [&](std::string operation, json params) {
      params["StackName"] = "demo";
      bool good = false;
      service.call({std::move(operation), std::move(params), {"123456789012", "us-west-2", "", ""}},
                   [&](const http::ApiResult& r) { good = r.has_value(); });
      world_.run();
      return good;
    };
    ASSERT_EQ(world_.stack()->status, cfn::StackStatus::kRollbackComplete);
    json request = {{"TemplateBody", kTemplate}};
    if (repeat.change_set_type) {
      request["ChangeSetName"] = "c";
      request["ChangeSetType"] = repeat.change_set_type;
    }
    EXPECT_TRUE(ask(repeat.operation, request));
    if (repeat.change_set_type) {
      EXPECT_TRUE(ask("ExecuteChangeSet", {{"ChangeSetName", "c"}}));
    }
    EXPECT_EQ(world_.stack()->status, repeat.end);
    EXPECT_TRUE(world_.remove());
  }
}

class AddressInTable : public testing::Test {
 protected:
  std::unique_ptr<StackTable> table(std::string endpoint) {
    return std::move(*StackTable::open(*store_, [endpoint] { return endpoint; }));
  }
  static cfn::StackRecord stack(const std::string& endpoint) {
    cfn::StackRecord out;
    out.id = "arn:1";
    out.template_text = "# " + endpoint;
    out.outputs = {{"Url", endpoint + "/1/q", "", "exported"},
                   {"Host", endpoint.substr(7), "", ""},
                   {"Other", "http://127.0.0.1:45660/", "", ""}};
    out.parameters = {{"P", endpoint + "/1/q", false}};
    auto& queue = out.resources.emplace_back();
    queue.type = "AWS::SQS::Queue";
    queue.physical_id = endpoint + "/1/q";
    queue.attributes = {{"QueueUrl", endpoint + "/1/q"}};
    queue.properties = {{"List", {endpoint + "/1/q," + endpoint + "/1/r"}}};
    out.undo.push_back({"Q", false, false, queue});
    out.garbage.push_back(queue);
    return out;
  }
  static json shown(const cfn::StackRecord& stack) {
    json out = cfn::to_json(stack);
    out.erase("template_text");
    return out;
  }

  std::unique_ptr<store::Store> store_ =
      std::move(*store::Store::open("", store::Durability::kMemory));
};

TEST_F(AddressInTable, FollowsTheEndpointOfToday) {
  table("http://127.0.0.1:4566")->save(stack("http://127.0.0.1:4566"));
  const auto loaded = table("http://127.0.0.2:5000")->load().at(0);
  EXPECT_EQ(shown(loaded), shown(stack("http://127.0.0.2:5000")));
  EXPECT_EQ(loaded.template_text, "# http://127.0.0.1:4566") << "it is the user's";
}

TEST_F(AddressInTable, IsInNoRow) {
  table("http://127.0.0.1:4566")->save(stack("http://127.0.0.1:4566"));
  auto rows = store_->prepare("SELECT body FROM cloudformation_stacks");
  ASSERT_TRUE(rows.step());
  auto body = json::parse(rows.text(0));
  body.erase("template_text");
  EXPECT_EQ(body.dump().find("127.0.0.1:4566\""), std::string::npos) << body.dump();
  EXPECT_EQ(body.dump().find("127.0.0.1:4566/"), std::string::npos) << body.dump();
}

TEST_F(AddressInTable, OfAnEarlierVersionIsFoundAndFollows) {
  std::move(*StackTable::open(*store_))->save(stack("http://127.0.0.1:4566"));
  auto user = stack("http://127.0.0.1:4566");
  user.id = "arn:2";
  user.resources.clear();
  std::move(*StackTable::open(*store_))->save(user);
  const auto now = table("http://127.0.0.1:5000");
  EXPECT_EQ(shown(now->load().at(0)), shown(stack("http://127.0.0.1:5000")));
  EXPECT_EQ(now->load().at(1).parameters.at(0).value, "http://127.0.0.1:5000/1/q");
  EXPECT_THAT(now->former_endpoints(), testing::ElementsAre("http://127.0.0.1:4566"));
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
