#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Deployer, CreatesWhatActsFirstAndWhatGrantsLast) {
  World world;
  const auto result = world.deploy(R"(
Resources:
  Policy: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role]}}
  Unrelated: {Type: AWS::SQS::Queue}
  Role: {Type: AWS::IAM::Role}
  Source: {Type: Custom::Early, Properties: {Role: !GetAtt Role.Arn}}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_THAT(world.take_log(),
              ElementsAre("create Role", "create Source", "create Unrelated", "create Policy"));
}

TEST(Deployer, HoldsToDependsOn) {
  World world;
  const auto result = world.deploy(R"(
Resources:
  Policy: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role]}}
  Role: {Type: AWS::IAM::Role}
  Source: {Type: Custom::Early, DependsOn: Policy, Properties: {Role: !GetAtt Role.Arn}}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_THAT(world.take_log(), ElementsAre("create Role", "create Policy", "create Source"));
}

TEST(Deployer, SaysWhichDependsOnIsMissingAndRollsBack) {
  World world;
  world.custom.failures_["Source"] = "Access denied: the role may not sns:Subscribe";
  const auto result = world.deploy(R"(
Resources:
  Other: {Type: AWS::IAM::Policy, Properties: {Roles: [someone]}}
  Policy: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role]}}
  Role: {Type: AWS::IAM::Role}
  Source: {Type: Custom::Early, Properties: {Role: !GetAtt Role.Arn}}
)");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().to_string(),
            "app.yaml:6: Source (Custom::Early): Access denied: the role may not sns:Subscribe. "
            "Policy grants that and is not created "
            "yet: add `DependsOn: Policy` to Source (app.yaml:6)");
  EXPECT_THAT(world.take_log(), ElementsAre("create Role", "create Source", "remove phys-Role"));
  EXPECT_EQ(world.stack()->status, StackStatus::kRollbackComplete);
  EXPECT_TRUE(world.stack()->resources.empty());
  // The next deployment starts from scratch.
  world.custom.failures_.clear();
  EXPECT_TRUE(world.deploy("Resources: {Q: {Type: AWS::SQS::Queue}}"));
  EXPECT_EQ(world.stack()->status, StackStatus::kCreateComplete);
}

TEST(Deployer, GivesOutputsInOrderAndScalarsOfCustomResourcesAsStrings) {
  World world;
  const auto result = world.deploy(R"(
Resources:
  L: {Type: Custom::Early, Properties: {Count: 100, Flag: true, Ratio: 0.05, In: [1, {x: 2}]}}
Outputs:
  Zeta: {Value: !Sub '${L.Domain}.proxylity.com:${L.Port}'}
  Alpha: {Value: !Join ['+', !GetAtt L.DestinationNames]}
  Ref: {Value: !Ref L}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(world.custom.made_["L"].dump(),
            R"({"Count":"100","Flag":"true","In":["1",{"x":"2"}],"Ratio":"0.05"})");
  ASSERT_EQ(result->outputs.size(), 3U);
  EXPECT_EQ(result->outputs[0].key + "=" + result->outputs[0].value,
            "Zeta=ingress-1.proxylity.com:2061");
  EXPECT_EQ(result->outputs[1].value, "first+second");
  EXPECT_EQ(result->outputs[2].value, "phys-L");
}

TEST(Deployer, UpdatesOnlyWhatChangedAndRemovesWhatVanished) {
  World world;
  ASSERT_TRUE(world.deploy(R"(
Resources:
  Same: {Type: AWS::SQS::Queue, Properties: {A: 1}}
  Changed: {Type: AWS::SQS::Queue, Properties: {A: 1}}
  Replaced: {Type: AWS::SQS::Queue, Properties: {Name: old}}
  Gone: {Type: AWS::SQS::Queue}
  Kept: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}
  User: {Type: AWS::SNS::Topic, Properties: {Of: !Ref Replaced}}
)"));
  world.take_log();
  const auto result = world.deploy(R"(
Resources:
  Same: {Type: AWS::SQS::Queue, Properties: {A: 1}}
  Changed: {Type: AWS::SQS::Queue, Properties: {A: 2}}
  Replaced: {Type: AWS::SQS::Queue, Properties: {Name: new}}
  User: {Type: AWS::SNS::Topic, Properties: {Of: !Ref Replaced}}
  New: {Type: AWS::SQS::Queue}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(result->status, StackStatus::kUpdateComplete);
  EXPECT_THAT(world.take_log(),
              ElementsAre("update Changed", "update Replaced", "update User", "create New",
                          "remove phys-Gone", "remove phys-Replaced"));
  EXPECT_EQ(world.plain.made_["User"]["Of"], "phys-Replaced+");
  EXPECT_EQ(world.stack()->resources.size(), 5U);
}

TEST(Deployer, RollsAnUpdateBackInReverse) {
  World world;
  const char* const before =
      "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {V: 1}}\n  B: {Type: AWS::SQS::Queue, "
      "Properties: {Name: x}}\n"
      "  C: {Type: AWS::SNS::Topic, Properties: {V: 1}}\nOutputs: {O: {Value: before}}\n";
  ASSERT_TRUE(world.deploy(before));
  world.take_log();
  world.plain.failures_["C"] = "no";
  const auto result = world.deploy(
      "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {V: 2}}\n  B: {Type: AWS::SQS::Queue, "
      "Properties: {Name: y}}\n"
      "  New: {Type: AWS::SQS::Queue}\n  C: {Type: AWS::SNS::Topic, Properties: {V: 2}}\nOutputs: "
      "{O: {Value: after}}\n");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().to_string(), "app.yaml:5: C (AWS::SNS::Topic): no");
  EXPECT_THAT(world.take_log(), ElementsAre("update A", "update B", "create New", "update C",
                                            "remove phys-New", "remove phys-B+", "update A"));
  EXPECT_EQ(world.stack()->status, StackStatus::kUpdateRollbackComplete);
  EXPECT_EQ(world.stack()->outputs[0].value, "before");
  EXPECT_EQ(world.stack()->find_resource("A")->properties["V"], 1);
  EXPECT_EQ(world.stack()->find_resource("B")->physical_id, "phys-B");
  EXPECT_EQ(world.stack()->resources.size(), 3U);
}

// What it says of a resource that it did not touch, too.
TEST(Deployer, AfterARollbackDeletionPoliciesAndPlacesAreAsBefore) {
  World world;
  ASSERT_TRUE(world.deploy("Resources: {A: {Type: AWS::SQS::Queue}}"));
  world.plain.failures_["B"] = "no";
  ASSERT_FALSE(world.deploy(
      "Resources:\n  A: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, UpdateReplacePolicy: "
      "Retain}\n  B: {Type: AWS::SQS::Queue, DependsOn: A}\n"));
  const auto* const kept = world.stack()->find_resource("A");
  EXPECT_EQ(kept->deletion_policy, "Delete");
  EXPECT_EQ(kept->update_replace_policy, "Delete");
  EXPECT_EQ(kept->place.line, 1);
  world.take_log();
  ASSERT_TRUE(world.remove());
  EXPECT_THAT(world.take_log(), ElementsAre("remove phys-A"));
}

// The function's code lies where the template lay that it was deployed with.
TEST(Deployer, AfterARollbackTheTemplatesFolderIsThatOfBefore) {
  World world;
  ASSERT_TRUE(world.deploy("Resources: {A: {Type: AWS::SQS::Queue, Properties: {V: 1}}}"));
  world.plain.failures_["B"] = "no";
  auto moved = World::request(
      "Resources: {A: {Type: AWS::SQS::Queue, Properties: {V: 2}}, B: {Type: AWS::SQS::Queue, "
      "DependsOn: A}}");
  moved.template_folder = "/moved";
  ASSERT_FALSE(world.deploy(std::move(moved)));
  EXPECT_THAT(world.plain.folders_["A"], ElementsAre("/folder", "/moved", "/folder"));
  EXPECT_EQ(world.stack()->template_folder, "/folder");
}

// Behind the guard, which undoes what the step did, nobody else would go on.
TEST(Deployer, AStepThatThrowsIsAFailure) {
  World world;
  Guard guard;
  world.tasks.guard_by(guard);
  world.plain.throwing_ = {"B"};
  const auto created = world.deploy(
      "Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue, DependsOn: A}}");
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().to_string(), HasSubstr("B (AWS::SQS::Queue): an internal failure"));
  EXPECT_EQ(world.stack()->status, StackStatus::kRollbackComplete);
  world.plain.throwing_.clear();
  ASSERT_TRUE(world.deploy("Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue}}"));
  world.plain.throwing_ = {"A"};
  EXPECT_FALSE(world.remove());
  EXPECT_EQ(world.stack()->status, StackStatus::kDeleteFailed);
  world.plain.throwing_.clear();
  EXPECT_TRUE(world.remove());
}

TEST(Deployer, ARenamedResourceIsNoReplacement) {
  World world;
  ASSERT_TRUE(world.deploy("Resources: {A: {Type: AWS::SQS::Queue, Properties: {V: 1}}}"));
  world.take_log();
  ASSERT_TRUE(
      world.deploy("Resources: {A: {Type: AWS::SQS::Queue, Properties: {RenamedTo: other}}}\n"
                   "Outputs: {O: {Value: !Ref A}}"));
  EXPECT_THAT(world.take_log(), ElementsAre("update A"));
  EXPECT_EQ(world.stack()->outputs[0].value, "other");
}

TEST(Deployer, RollsARenamedResourceBackByAnUpdate) {
  World world;
  ASSERT_TRUE(world.deploy(R"(
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {RenamedTo: before}}
  B: {Type: AWS::SNS::Topic, Properties: {V: 1}}
)"));
  ASSERT_EQ(world.stack()->find_resource("A")->physical_id, "phys-A");
  world.take_log();
  world.plain.failures_["B"] = "no";
  ASSERT_FALSE(world.deploy(R"(
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {RenamedTo: after}}
  B: {Type: AWS::SNS::Topic, Properties: {V: 2}}
)"));
  EXPECT_THAT(world.take_log(), ElementsAre("update A", "update B", "update A"));
  EXPECT_EQ(world.stack()->status, StackStatus::kUpdateRollbackComplete);
  EXPECT_EQ(world.stack()->find_resource("A")->physical_id, "before");
}

// Such as an earlier version left.
TEST(Deployer, AppliesEverythingAgainAfterAnUpdateOfWhichNothingWasKept) {
  const char* const text = "Resources: {A: {Type: AWS::SQS::Queue, Properties: {V: 1}}}";
  World world;
  ASSERT_TRUE(world.deploy(text));
  world.deployer().deploy(
      World::request("Resources: {A: {Type: AWS::SQS::Queue, Properties: {V: 2}}}"), [](auto) {});
  for (int i = 0; i < 2; ++i) world.tasks.run_ready();
  World after;
  for (const auto& [id, row] : world.store.rows_) {
    auto document = nlohmann::json::parse(row);
    for (const char* unknown : {"before", "undo", "garbage", "interrupted", "capabilities"})
      document.erase(unknown);
    after.store.rows_[id] = document.dump();
  }
  after.start();
  ASSERT_EQ(after.deployer().restore().at(0).status, StackStatus::kUpdateFailed);
  after.take_log();
  EXPECT_TRUE(after.deploy(text));
  EXPECT_THAT(after.take_log(), ElementsAre("update A"));
  EXPECT_TRUE(after.deploy(text));
  EXPECT_THAT(after.take_log(), ElementsAre()) << "it is known again";
}

TEST(Deployer, DeletesInReverseOrderAndKeepsWhatIsRetained) {
  World world;
  ASSERT_TRUE(world.deploy(R"(
Resources:
  A: {Type: AWS::SQS::Queue}
  B: {Type: AWS::SNS::Topic, Properties: {Q: !Ref A}}
  Kept: {Type: AWS::Logs::LogGroup, DeletionPolicy: RetainExceptOnCreate}
)"));
  world.take_log();
  EXPECT_TRUE(world.remove());
  EXPECT_THAT(world.take_log(), ElementsAre("remove phys-B", "remove phys-A"));
  EXPECT_EQ(world.stack(), nullptr);
  EXPECT_TRUE(world.store.rows_.empty());
  const auto again = world.remove();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "there is no stack 'demo' in us-west-2");
}

TEST(Deployer, QueuesDeploymentsOfOneStack) {
  World world;
  std::vector<std::string> ended;
  world.deployer().deploy(World::request("Resources: {A: {Type: AWS::SQS::Queue}}"),
                          [&](auto r) { ended.push_back(r ? "first" : r.error().message); });
  world.deployer().deploy(World::request("Resources: {B: {Type: AWS::SQS::Queue}}"),
                          [&](auto r) { ended.push_back(r ? "second" : r.error().message); });
  world.deployer().remove("123456789012", "us-west-2", "demo",
                          [&](Status s) { ended.push_back(s ? "gone" : s.error().message); });
  world.run();
  EXPECT_THAT(ended, ElementsAre("first", "second", "gone"));
  EXPECT_THAT(world.take_log(),
              ElementsAre("create A", "create B", "remove phys-A", "remove phys-B"));
}

TEST(Deployer, ExportsAreUniqueAndHeldByTheirImporters) {
  World world;
  const char* const exporter =
      "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {O: {Value: !Ref Q, Export: {Name: !Sub "
      "'${AWS::StackName}-q'}}}\n";
  ASSERT_TRUE(world.deploy(World::request(exporter, "base")));
  ASSERT_TRUE(world.deploy(World::request(
      "Resources: {T: {Type: AWS::SNS::Topic, Properties: {Q: !ImportValue base-q}}}\n", "user")));
  EXPECT_EQ(world.plain.made_["T"]["Q"], "phys-Q");
  const auto kept = world.remove("base");
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().message,
            "the stack 'base' cannot be deleted: its export 'base-q' is in use by user; delete "
            "that first");
  const auto taken = world.deploy(World::request(
      "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {O: {Value: x, Export: {Name: base-q}}}\n",
      "other"));
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("the export 'base-q' exists already"));
  const auto unknown = world.deploy(World::request(
      "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      Q: !ImportValue nope\n",
      "third"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().to_string(),
            "app.yaml:5: no stack in us-west-2 exports 'nope': deploy the one that does first");
  EXPECT_TRUE(world.remove("user"));
  EXPECT_TRUE(world.remove("base"));
}

TEST(Deployer, RefusesBadOutputsBeforeAnythingIsMade) {
  const struct {
    const char* name;
    const char* outputs;
    const char* error;
  } table[] = {
      {"taken", "  A: {Value: x}\n  B:\n    Value: y\n    Export:\n      Name: base-q\n",
       "app.yaml:8: the export 'base-q' exists already: "},
      {"twice", "  A: {Value: !Ref Q, Export: {Name: n}}\n  B: {Value: y, Export: {Name: n}}\n",
       "app.yaml:5: the outputs 'A' and 'B' have the same export 'n'"},
      {"a list", "  A:\n    Value: [x]\n",
       "app.yaml:4: output 'A' must be a string, not a list: use Fn::Join"},
      {"unknown import", "  A:\n    Value: !ImportValue nope\n",
       "app.yaml:5: no stack in us-west-2 exports 'nope': deploy the one that does first"},
  };
  World world;
  ASSERT_TRUE(
      world.deploy(World::request("Resources: {Q: {Type: AWS::SQS::Queue}}\n"
                                  "Outputs: {O: {Value: !Ref Q, Export: {Name: base-q}}, P: "
                                  "{Value: p, Export: {Name: base-p}}}\n",
                                  "base")));
  ASSERT_TRUE(world.deploy(World::request(
      "Resources: {T: {Type: AWS::SNS::Topic, Properties: {Q: !ImportValue base-p}}}\n", "user")));
  world.take_log();
  const std::string resources = "Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n";
  for (const auto& row : table) {
    const auto refused = world.deploy(resources + row.outputs);
    ASSERT_FALSE(refused) << row.name;
    EXPECT_THAT(refused.error().to_string(), testing::StartsWith(row.error)) << row.name;
  }
  const auto changed = world.deploy(
      World::request(resources + "  P: {Value: other, Export: {Name: base-p}}\n", "base"));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().to_string(),
            "app.yaml:4: the export 'base-p' cannot be changed or removed: it is in use by user");
  const auto removed = world.deploy(World::request(resources + "  P: {Value: p}\n", "base"));
  ASSERT_FALSE(removed);
  EXPECT_THAT(removed.error().to_string(), testing::StartsWith("app.yaml: the export 'base-p'"));
  EXPECT_TRUE(world.log.empty());
}

TEST(Deployer, RefusesBeforeAnythingIsMadeWhatATypeFindsInvalid) {
  World world;
  const auto result = world.deploy(R"(
Resources:
  A: {Type: AWS::SQS::Queue}
  B:
    Type: AWS::SQS::Queue
    Properties:
      Ok: 1
      Invalid:
        - x
)");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().to_string(), "app.yaml:9: B (AWS::SQS::Queue): Invalid is not valid");
  EXPECT_TRUE(world.take_log().empty());
  EXPECT_EQ(world.stack(), nullptr);
}

TEST(Deployer, NamesAllUnsupportedTypesAtOnceOrPutsPlaceholders) {
  World world;
  const char* const text = R"(
Resources:
  Machine: {Type: AWS::StepFunctions::StateMachine}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: rows}
  Alarm: {Type: AWS::CloudWatch::Alarm}
  Board: {Type: AWS::CloudWatch::Dashboard}
  L: {Type: Custom::Early, Properties: {Arn: !Ref Machine, Table: !GetAtt Table.Arn, Name: !Ref Table}}
)";
  const auto refused = world.deploy(text);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string(),
            "app.yaml:3: the sandbox does not have the type of Machine "
            "(AWS::StepFunctions::StateMachine, app.yaml:3), Table "
            "(AWS::DynamoDB::Table, app.yaml:4): remove them, or deploy with --allow-unsupported, "
            "which puts placeholders there");
  auto request = World::request(text);
  request.allow_unsupported = true;
  const auto allowed = world.deploy(std::move(request));
  ASSERT_TRUE(allowed) << allowed.error().to_string();
  EXPECT_THAT(world.custom.made_["L"]["Arn"].get<std::string>(),
              HasSubstr("arn:aws:states:us-west-2:123456789012:stateMachine:demo-Machine-"));
  EXPECT_EQ(world.custom.made_["L"]["Table"], "arn:aws:dynamodb:us-west-2:123456789012:table/rows");
  EXPECT_EQ(world.custom.made_["L"]["Name"], "rows");
  ASSERT_EQ(allowed->warnings.size(), 2U);
  EXPECT_EQ(allowed->warnings[0],
            "nothing happens here with Alarm, Board: their types have no effect in a sandbox");
}

TEST(Deployer, AllowsWhatItsOwnOptionsAllowWhereverARequestComesFrom) {
  World world;
  const auto request = World::request(
      "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {Unsupported: x}}\n"
      "  B: {Type: AWS::DynamoDB::Table}\n");
  EXPECT_FALSE(world.deployer().check(request));
  world.allow_unsupported = true;
  world.start();
  EXPECT_TRUE(world.deployer().check(request));
  EXPECT_TRUE(world.deploy(request));
}

TEST(Deployer, BringsStacksBackAfterARestart) {
  World world;
  ASSERT_TRUE(
      world.deploy("Resources: {L: {Type: Custom::Early}}\nOutputs: {O: {Value: !Ref L}}\n"));
  world.take_log();
  world.start();
  const auto stacks = world.deployer().restore();
  ASSERT_EQ(stacks.size(), 1U);
  EXPECT_EQ(stacks[0].outputs[0].value, "phys-L");
  EXPECT_THAT(world.take_log(), ElementsAre("restore L phys-L", "check phys-L"));
  ASSERT_TRUE(world.deploy("Resources: {L: {Type: Custom::Early, Properties: {V: 2}}}"));
  EXPECT_THAT(world.take_log(), ElementsAre("update L"));
}

TEST(Deployer, TellsWhatRestoredResourcesMissWhenAllAreBack) {
  World world;
  for (const char* name : {"one", "two"}) {
    ASSERT_TRUE(world.deploy(World::request("Resources: {L: {Type: Custom::Early}}", name)));
  }
  world.take_log();
  world.custom.failures_["L"] = "L: misses a destination";
  world.start();
  const auto stacks = world.deployer().restore();
  EXPECT_THAT(world.take_log(),
              ElementsAre("restore L phys-L", "restore L phys-L", "check phys-L", "check phys-L"));
  ASSERT_EQ(stacks.size(), 2U);
  EXPECT_THAT(stacks[0].warnings, ElementsAre("L: misses a destination"));
}

TEST(Deployer, MarksWhatARestartInterrupted) {
  World world;
  world.deployer().deploy(
      World::request("Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue}}"),
      [](auto) {});
  for (int i = 0; i < 2; ++i) world.tasks.run_ready();
  ASSERT_EQ(world.take_log(), std::vector<std::string>{"create A"});
  World after;
  after.store.rows_ = world.store.rows_;
  ASSERT_EQ(after.store.rows_.size(), 1U);
  after.start();
  ASSERT_EQ(after.deployer().restore().at(0).status, StackStatus::kRollbackInProgress);
  EXPECT_TRUE(after.deployer().busy());
  after.run();
  EXPECT_FALSE(after.deployer().busy());
  EXPECT_EQ(after.stack()->status, StackStatus::kRollbackComplete);
  EXPECT_EQ(after.stack()->reason, "the sandbox ended while this was under way");
  EXPECT_THAT(after.take_log(), ElementsAre("restore A phys-A", "check phys-A", "remove phys-A"));
  EXPECT_TRUE(after.deploy("Resources: {A: {Type: AWS::SQS::Queue}}"));
  EXPECT_EQ(after.stack()->status, StackStatus::kCreateComplete);
  EXPECT_FALSE(after.stack()->interrupted);
}

TEST(Deployer, TellsTheJournal) {
  World world;
  ASSERT_TRUE(world.deploy("Resources: {Q: {Type: AWS::SQS::Queue}}"));
  std::vector<std::string> told;
  for (const Event& event : world.journal.read(0, 100)) {
    ASSERT_EQ(event.kind, EventKind::kStack);
    EXPECT_EQ(world.journal.name(event.subject), "demo");
    told.push_back(event.text);
  }
  EXPECT_THAT(told, ElementsAre("demo CREATE_IN_PROGRESS: User Initiated", "Q CREATE_IN_PROGRESS",
                                "Q CREATE_COMPLETE", "demo CREATE_COMPLETE"));
}

}  // namespace
}  // namespace loopgate::cfn
