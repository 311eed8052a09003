#include "template/plan.h"
#include "template/sam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;
using testing::HasSubstr;

struct Row {
  const char* name;
  const char* yaml;
  const char* error;
};

TEST(Plan, RefusesMistakesWithFileAndLine) {
  const Row table[] = {
      {"no resources", "Description: x\n",
       "app.yaml:1: a template needs at least one resource in its section Resources"},
      {"unknown section", "Resource:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:1: a template has no section 'Resource': did you mean 'Resources'?"},
      {"unknown attribute of a resource",
       "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Propertys: {}\n",
       "app.yaml:4: resource 'A' has no attribute 'Propertys': did you mean 'Properties'?"},
      {"no type", "Resources:\n  A:\n    Properties: {}\n",
       "app.yaml:2: resource 'A': it has no Type"},
      {"bad logical id", "Resources:\n  A-b: {Type: AWS::SQS::Queue}\n",
       "app.yaml:2: resource 'A-b': a logical id has letters and digits only"},
      {"unknown reference",
       "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n  T:\n    Type: AWS::SNS::Topic\n    "
       "Properties:\n      Q: !Ref Qeue\n",
       "app.yaml:6: there is no parameter or resource 'Qeue': did you mean 'Queue'?"},
      {"unknown attribute",
       "Resources:\n  Queue: {Type: AWS::SQS::Queue}\nOutputs:\n  O:\n    Value: !GetAtt "
       "Queue.Arm\n",
       "app.yaml:5: 'Queue' (AWS::SQS::Queue) has no attribute 'Arm': did you mean 'Arn'?; it has "
       "Arn, Id, Domain, Port, DestinationNames, "
       "QueueName, TopicName"},
      {"unknown DependsOn", "Resources:\n  A: {Type: AWS::SQS::Queue, DependsOn: [B]}\n",
       "app.yaml:2: resource 'A': DependsOn names 'B', which is not a resource: did you mean 'A'?"},
      {"circle",
       "Resources:\n  A: {Type: AWS::SQS::Queue, DependsOn: B}\n  B:\n    Type: AWS::SQS::Queue\n  "
       "  Properties: {X: !Ref A}\n",
       "app.yaml:2: these resources need each other in a circle, so that none can come first: A "
       "(app.yaml:2) → B (app.yaml:3) → A (app.yaml:2)"},
      {"left out",
       "Conditions: {Never: !Equals [a, b]}\nResources:\n  A: {Type: AWS::SQS::Queue, Condition: "
       "Never}\n  B: {Type: AWS::SNS::Topic, "
       "Properties: {X: !Ref A}}\n",
       "app.yaml:4: 'A' is not created, because its condition 'Never' is false: refer to it inside "
       "of Fn::If only"},
      {"misspelt property",
       "Resources:\n  A:\n    Type: AWS::Fake::Strict\n    Properties:\n      QueueName: q\n      "
       "VisibiltyTimeout: 5\n",
       "app.yaml:6: 'A' (AWS::Fake::Strict) has no property 'VisibiltyTimeout': did you mean "
       "'VisibilityTimeout'?"},
      {"missing parameter",
       "Parameters:\n  P: {Type: String}\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:2: no value for the parameter P: give it with --parameter P=VALUE"},
      {"unknown parameter type",
       "Parameters:\n  P:\n    Type: Strng\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:3: parameter 'P': there is no type 'Strng': did you mean 'String'?"},
      {"allowed values",
       "Parameters:\n  P: {Type: String, Default: c, AllowedValues: [a, b]}\nResources:\n  A: "
       "{Type: AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': 'c' is none of its AllowedValues: a, b"},
      {"secret in a message",
       "Parameters:\n  P: {Type: String, NoEcho: true, Default: secret, AllowedPattern: "
       "'[0-9]+'}\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': '****' does not match its AllowedPattern [0-9]+"},
      {"number",
       "Parameters:\n  P: {Type: Number, Default: 5, MaxValue: 4}\nResources:\n  A: {Type: "
       "AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': 5 is more than its MaxValue 4"},
      {"secret number",
       "Parameters:\n  P: {Type: Number, NoEcho: true, Default: 5, MinValue: 6}\nResources:\n  A: "
       "{Type: AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': **** is less than its MinValue 6"},
      {"characters, not bytes",
       "Parameters:\n  P: {Type: String, Default: äöü, MinLength: 4}\nResources:\n  A: {Type: "
       "AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': it has 3 characters, its MinLength is 4"},
      {"constraint description",
       "Parameters:\n  P: {Type: String, Default: '', MinLength: 1, ConstraintDescription: give "
       "it}\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:2: parameter 'P': give it (it has 0 characters, its MinLength is 1)"},
      {"foreign include",
       "Mappings:\n  M:\n    Fn::Transform:\n      Name: AWS::Include\n      Parameters: "
       "{Location: 's3://bucket/x.json'}\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:5: AWS::Include of s3://bucket/x.json cannot be answered here: only the gateway's "
       "customer-config.json and files beside the "
       "template can (use a relative path)"},
      {"macro", "Transform: [Mine]\nResources:\n  A: {Type: AWS::SQS::Queue}\n",
       "app.yaml:1: the transform 'Mine' is not supported: AWS::Serverless-2016-10-31, "
       "AWS::LanguageExtensions and AWS::Include are"},
      {"SAM without its line", "Resources:\n  F: {Type: AWS::Serverless::Function}\n",
       "app.yaml:2: 'F' is of type AWS::Serverless::Function, which needs the line 'Transform: "
       "AWS::Serverless-2016-10-31' in the template"},
      {"SAM property",
       "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: "
       "AWS::Serverless::Function\n    Properties:\n      Handlr: x\n",
       "app.yaml:6: AWS::Serverless::Function 'F' has no property 'Handlr': did you mean "
       "'Handler'?"},
      {"SAM policy",
       "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: "
       "AWS::Serverless::Function\n    Properties:\n      InlineCode: x\n"
       "      Policies:\n        - SQSSendMesagePolicy: {QueueName: q}\n",
       "app.yaml:8: there is no policy template 'SQSSendMesagePolicy' here: did you mean "
       "'SQSSendMessagePolicy'?"},
      {"SAM without code",
       "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: "
       "AWS::Serverless::Function\n",
       "app.yaml:3: the function 'F' has no code: give it CodeUri (a folder or a zip file) or "
       "InlineCode"},
  };
  for (const Row& row : table) {
    World world;
    const auto result = world.deploy(row.yaml);
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().to_string(), row.error) << row.name;
    EXPECT_TRUE(world.log.empty()) << row.name;
  }
}

TEST(Plan, RefusesAParameterThatTheTemplateLacks) {
  World world;
  auto request = World::request(
      "Parameters: {Cidr: {Type: String, Default: x}}\nResources: {A: {Type: AWS::SQS::Queue}}\n");
  request.parameters["Cidir"] = "y";
  EXPECT_EQ(world.deploy(std::move(request)).error().message,
            "the template has no parameter 'Cidir': did you mean 'Cidr'?");
}

TEST(Plan, WarnsOfAPropertyThatIsLikeNone) {
  World world;
  const auto result = world.deploy(
      "Resources:\n  A:\n    Type: AWS::Fake::Strict\n    Properties:\n      Holograms: 5\n");
  ASSERT_TRUE(result) << result.error().to_string();
  ASSERT_EQ(result->warnings.size(), 1U);
  EXPECT_EQ(result->warnings[0],
            "app.yaml:5: 'A' (AWS::Fake::Strict) has no property 'Holograms' here: AWS refuses the "
            "template unless it is new");
}

TEST(Plan, HoldsParametersToTheirPatternUnlessItCannotBeTried) {
  const auto with = [](const std::string& pattern, const std::string& value) {
    return "Parameters:\n  Host: {Type: String, AllowedPattern: '" + pattern +
           "', Default: " + value + "}\nResources: {A: {Type: AWS::SQS::Queue}}\n";
  };
  World refusing;
  EXPECT_EQ(refusing.deploy(with(R"([\w-.]+)", "a+b")).error().to_string(),
            R"(app.yaml:2: parameter 'Host': 'a+b' does not match its AllowedPattern [\w-.]+)");
  for (const auto& [pattern, value] :
       {std::pair("[a-z&&[^b]]+", "abc"),
        {"([a-z0-9]+[-.]?)+x?y", "packet-gateway-production-internal"}}) {
    World world;
    const auto result = world.deploy(with(pattern, value));
    ASSERT_TRUE(result) << pattern << ": " << result.error().to_string();
    ASSERT_EQ(result->warnings.size(), 1U) << pattern;
    EXPECT_THAT(result->warnings[0],
                HasSubstr("parameter 'Host' (app.yaml:2): its AllowedPattern is not checked here"));
  }
}

TEST(Plan, TakesParametersMappingsAndDynamicReferences) {
  World world;
  auto request = World::request(R"(
Parameters:
  List: {Type: CommaDelimitedList, Default: 'a, b'}
  Numbers: {Type: List<Number>, Default: '1,2'}
  Ssm: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /udp/cidr}
  Given: {Type: String}
Mappings:
  File: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}}
  Config: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub 's3://proxylity-config-${AWS::Region}/${AWS::AccountId}/customer-config.json'}}}
Conditions: {Big: !Equals [!Ref Given, big]}
Resources:
  L:
    Type: Custom::Early
    Properties:
      List: !Ref List
      Numbers: !Ref Numbers
      Ssm: !Ref Ssm
      Secret: 'x{{resolve:secretsmanager:psk:SecretString:key}}'
      Key: !FindInMap [Config, Account, ApiKey]
      Token: !FindInMap [Config, !Ref AWS::Region, ServiceToken]
      File: !FindInMap [File, a, b]
      Size: !If [Big, big, small]
  OnlySmall: {Type: AWS::SQS::Queue, Condition: Small}
)");
  request.template_text.replace(request.template_text.find("Conditions: {"), 13,
                                "Conditions: {Small: !Not [!Condition Big], ");
  request.parameters["Given"] = "big";
  const auto result = world.deploy(std::move(request));
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(
      world.custom.made_["L"].dump(),
      R"({"File":"from-file","Key":"key-1","List":["a","b"],"Numbers":["1","2"],"Secret":"xs3cr3t","Size":"big","Ssm":"10.0.0.0/8",)"
      R"("Token":"arn:aws:sns:us-west-2:111:token"})");
  EXPECT_EQ(result->resources.size(), 1U);
}

TEST(Sam, TurnsAFunctionIntoALambdaFunctionAndItsRole) {
  World world;
  const auto result = world.deploy(R"(
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 5, Runtime: python3.11, Environment: {Variables: {A: global, B: global}}, Layers: [one]}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties:
      CodeUri: ./src
      Handler: app.handler
      Timeout: 9
      Layers: [two]
      Environment: {Variables: {B: own}}
      Tags: {k: v}
      Policies:
        - AWSLambdaBasicExecutionRole
        - AmazonS3ReadOnlyAccess
        - Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: '*'}]
        - SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}
  Queue: {Type: AWS::SQS::Queue}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(
      world.plain.made_["Fn"].dump(),
      R"({"Code":{"LocalPath":"./src"},"Environment":{"Variables":{"A":"global","B":"own"}},"Handler":"app.handler",)"
      R"("Layers":["one","two"],"Role":"arn:fake:phys-FnRole","Runtime":"python3.11","Tags":[{"Key":"k","Value":"v"}],"Timeout":9})");
  EXPECT_EQ(world.plain.metadata_["Fn"]["BuildMethod"], "makefile");
  const auto& role = world.plain.made_["FnRole"];
  EXPECT_EQ(
      role["ManagedPolicyArns"].dump(),
      R"(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole","arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"])");
  EXPECT_EQ(role["Policies"][0]["PolicyDocument"]["Version"], "2012-10-17");
  EXPECT_EQ(
      role["Policies"][1].dump(),
      R"({"PolicyDocument":{"Statement":[{"Action":["sqs:SendMessage*"],"Effect":"Allow","Resource":)"
      R"(["arn:aws:sqs:us-west-2:123456789012:phys-Queue"]}],"Version":"2012-10-17"},"PolicyName":"FnRolePolicy1"})");
  EXPECT_EQ(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"][0],
            "lambda.amazonaws.com");
}

TEST(Sam, TurnsEventsAndConnectorsIntoResources) {
  World world;
  const auto result = world.deploy(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Fn:
    Type: AWS::Serverless::Function
    Connectors:
      ToQueue: {Properties: {Destination: {Id: Queue}, Permissions: [Write]}}
    Properties:
      InlineCode: x
      Events:
        Told: {Type: SNS, Properties: {Topic: !Ref Topic, FilterPolicy: {a: [b]}}}
  Link:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Fn}, Destination: {Id: Topic}, Permissions: [Write]}
)");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(
      world.grant.made_["FnTold"].dump(),
      R"({"Endpoint":"arn:fake:phys-Fn","FilterPolicy":{"a":["b"]},"Protocol":"lambda","TopicArn":"phys-Topic"})");
  EXPECT_EQ(world.grant.made_["FnToldPermission"]["Principal"], "sns.amazonaws.com");
  EXPECT_EQ(world.grant.made_["LinkPolicy"]["PolicyDocument"]["Statement"][0]["Action"].dump(),
            R"(["sns:Publish"])");
  EXPECT_EQ(
      world.grant.made_["FnToQueuePolicy"].dump(),
      R"({"PolicyDocument":{"Statement":[{"Action":["sqs:DeleteMessage","sqs:SendMessage","sqs:ChangeMessageVisibility",)"
      R"("sqs:PurgeQueue"],"Effect":"Allow","Resource":["arn:fake:phys-Queue"]}],"Version":"2012-10-17"},"Roles":["phys-FnRole"]})");
  EXPECT_FALSE(world.stack()->find_resource("Link"));
}

TEST(Sam, TurnsASimpleTableIntoATableOfOneKey) {
  Node document = parse_document(
                      "Transform: AWS::Serverless-2016-10-31\n"
                      "Resources:\n"
                      "  Plain: {Type: AWS::Serverless::SimpleTable}\n"
                      "  Named:\n"
                      "    Type: AWS::Serverless::SimpleTable\n"
                      "    Properties:\n"
                      "      PrimaryKey: {Name: at, Type: Number}\n"
                      "      Tags: {a: b}\n",
                      "app.yaml")
                      .value();
  std::vector<std::string> warnings;
  ASSERT_TRUE(transform_serverless(document, nullptr, warnings));
  const Node& resources = *document.find("Resources");
  const Node& plain = *resources.find("Plain")->find("Properties");
  EXPECT_EQ(resources.find("Plain")->find("Type")->text, "AWS::DynamoDB::Table");
  EXPECT_EQ(plain.find("KeySchema")->items[0].find("AttributeName")->text, "id");
  EXPECT_EQ(plain.find("BillingMode")->text, "PAY_PER_REQUEST");
  const Node& named = *resources.find("Named")->find("Properties");
  EXPECT_EQ(named.find("AttributeDefinitions")->items[0].find("AttributeType")->text, "N");
  EXPECT_EQ(named.find("Tags")->items[0].find("Key")->text, "a");
  EXPECT_EQ(named.find("PrimaryKey"), nullptr);
}

TEST(Sam, TurnsScheduleEventsIntoSchedulesAndRules) {
  Node document = parse_document(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Events:
        Minute:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 minute), DeadLetterConfig: {Type: SQS}}
        Hour: {Type: Schedule, Properties: {Schedule: rate(1 hour), Enabled: false}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
      Role: arn:role
      Events:
        Day: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
)",
                                 "app.yaml")
                      .value();
  std::vector<std::string> warnings;
  const auto done = transform_serverless(document, nullptr, warnings);
  ASSERT_TRUE(done) << done.error().to_string();
  const auto made = to_json(*document.find("Resources"));
  const auto& minute = made["FnMinute"]["Properties"];
  EXPECT_EQ(made["FnMinute"]["Type"], "AWS::Scheduler::Schedule");
  EXPECT_EQ(minute["Name"], "FnMinute");
  EXPECT_EQ(minute["FlexibleTimeWindow"]["Mode"], "OFF");
  EXPECT_EQ(minute["Target"]["RoleArn"].dump(), R"({"Fn::GetAtt":["FnMinuteRole","Arn"]})");
  EXPECT_EQ(minute["Target"]["DeadLetterConfig"]["Arn"].dump(),
            R"({"Fn::GetAtt":["FnMinuteQueue","Arn"]})");
  EXPECT_EQ(made["FnMinuteQueue"]["Type"], "AWS::SQS::Queue");
  const auto& role = made["FnMinuteRole"]["Properties"];
  EXPECT_EQ(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"][0],
            "scheduler.amazonaws.com");
  EXPECT_EQ(role["Policies"][0]["PolicyDocument"]["Statement"][1]["Action"], "sqs:SendMessage");
  const auto& hour = made["FnHour"]["Properties"];
  EXPECT_EQ(made["FnHour"]["Type"], "AWS::Events::Rule");
  EXPECT_EQ(hour["State"], "DISABLED");
  EXPECT_EQ(hour["Targets"][0]["Id"], "FnHourLambdaTarget");
  EXPECT_EQ(made["FnHourPermission"]["Properties"]["SourceArn"].dump(),
            R"({"Fn::GetAtt":["FnHour","Arn"]})");
  const auto& day = made["MachineDay"]["Properties"];
  EXPECT_EQ(day["Targets"][0]["Arn"].dump(), R"({"Ref":"Machine"})");
  EXPECT_EQ(day["Targets"][0]["RoleArn"].dump(), R"({"Fn::GetAtt":["MachineDayRole","Arn"]})");
}

TEST(Sam, RefusesWhatScheduleEventsDoNotHave) {
  for (const auto& [event, words] : std::vector<std::pair<std::string, std::string>>{
           {"{Type: ScheduleV2, Properties: {Schedule: rate(1 minute)}}",
            "the event 'E' has no property 'Schedule'"},
           {"{Type: Schedule, Properties: {Input: '{}'}}", "needs the property Schedule"},
           {"{Type: ScheduleV2, Properties: {DeadLetterConfig: {Type: SNS}}}",
            "needs an Arn, or the Type SQS"}}) {
    Node document = parse_document(
                        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: "
                        "AWS::Serverless::Function\n    Properties:\n      InlineCode: x\n      "
                        "Events:\n        E: " +
                            event + "\n",
                        "app.yaml")
                        .value();
    std::vector<std::string> warnings;
    const auto done = transform_serverless(document, nullptr, warnings);
    ASSERT_FALSE(done) << event;
    EXPECT_THAT(done.error().to_string(), HasSubstr(words));
  }
}

TEST(Sam, LeavesEventsOfMissingServicesToTheDeployment) {
  World world;
  const auto result = world.deploy(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Events:
        Web: {Type: HttpApi}
        Poll: {Type: SQS, Properties: {Queue: 'arn:q'}}
)");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().to_string(),
              HasSubstr("FnWeb (AWS::ApiGatewayV2::Api, app.yaml:9), FnPoll "
                        "(AWS::Lambda::EventSourceMapping, app.yaml:10)"));
}

TEST(Fixtures, DeployWithEveryPartOfTheLanguage) {
  std::ostringstream text;
  text << std::ifstream(LOOPGATE_SOURCE_DIR "/fixtures/templates/everything.yaml").rdbuf();
  World world;
  const auto result = world.deploy(text.str());
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(world.custom.made_["Listener"]["Description"], "a-b");
  EXPECT_EQ(world.custom.made_["Listener"]["Destinations"][0]["Batching"]["TimeoutInSeconds"],
            "0.05");
  EXPECT_EQ(result->outputs[0].export_name, "demo-endpoint");
}

std::string shared_folder() {
  const char* const given = std::getenv("LOOPGATE_SHARED");
  return given ? given : std::string(LOOPGATE_SOURCE_DIR) + "/../shared";
}

TEST(Examples, DeployUnmodified) {
  const std::filesystem::path folder = std::filesystem::path(shared_folder()) / "examples";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "the vendor's examples are not at " << folder << " (set LOOPGATE_SHARED)";
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.path().string().ends_with(".template.json")) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    if (text.str().contains("::StateMachine")) continue;  // a type that this test has not
    World world;
    const auto result =
        world.deploy(World::request(text.str(), "example", entry.path().filename()));
    ASSERT_TRUE(result) << entry.path() << ": " << result.error().to_string();
    ++count;
    const auto& listener = world.custom.made_["UdpListener"];
    EXPECT_EQ(listener["ApiKey"], "key-1");
    EXPECT_EQ(listener["ClientRestrictions"]["Networks"][0], "0.0.0.0/0");
    EXPECT_EQ(listener["Destinations"][0]["MetricsEnabled"], "true");
    EXPECT_EQ(world.plain.made_["DestinationRole"]["AssumeRolePolicyDocument"]["Statement"][0]
                               ["Principal"]["AWS"],
              "arn:aws:iam::111:role/gateway");
    EXPECT_EQ(result->outputs[2].value, "ingress-1.proxylity.com:2061");
  }
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace loopgate::cfn
