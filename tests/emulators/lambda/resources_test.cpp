// Functions as templates and deployment packages make them.

#include "emulators/lambda/function_resource.h"

#include <gmock/gmock.h>
#include <zip.h>

#include "emulators/lambda/companion_resources.h"
#include "emulators/lambda/lambda_port.h"
#include "emulators/lambda/resource_policy.h"
#include "emulators/lambda/zip.h"
#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using Json = nlohmann::json;

void write_zip(const std::string& path,
               const std::vector<std::pair<std::string, std::string>>& files) {
  int code = 0;
  auto* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  ASSERT_NE(archive, nullptr);
  for (const auto& [name, text] : files) {
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
}

class FunctionResourceTest : public FunctionsTest {
 protected:
  cfn::ResourceRequest request(Json properties) {
    stack_.name = "demo";
    stack_.account = kAccount;
    stack_.region = kRegion;
    stack_.template_folder = source.path();
    cfn::ResourceRequest result;
    result.stack = &stack_;
    result.logical_id = "Packets";
    result.type = "AWS::Lambda::Function";
    result.properties = std::move(properties);
    result.place_of = [](std::string_view pointer) { return SourcePlace{std::string(pointer), 7}; };
    return result;
  }
  loopgate::Result<cfn::ResourceState> create(const cfn::ResourceRequest& request) {
    FunctionResource resource(*world->functions);
    std::optional<loopgate::Result<cfn::ResourceState>> result;
    resource.create(request, [&](auto state) { result = std::move(state); });
    while (!result) world->loop.turn(std::chrono::milliseconds(100));  // a build is a process
    return std::move(*result);
  }

  TemporaryFolder source;
  cfn::StackContext stack_;
};

TEST_F(FunctionResourceTest, RunsAFolderBesideTheTemplate) {
  source.write("src/app.py", "def handler(event, context):\n    return event['n'] + 1\n");
  const auto made = create(request({{"Runtime", "python3.11"},
                                    {"Handler", "app.handler"},
                                    {"Timeout", "10"},
                                    {"MemorySize", 1024},
                                    {"Code", {{"LocalPath", "./src"}}}}));
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  EXPECT_THAT(made->physical_id, MatchesRegex("demo-Packets-[A-Z0-9]{12}"));
  const auto arn = made->attributes["Arn"].get<std::string>();
  EXPECT_EQ(arn, "arn:aws:lambda:us-west-2:123456789012:function:" + made->physical_id);
  EXPECT_EQ(world->functions->find(arn)->timeout, std::chrono::seconds(10));
  EXPECT_EQ(world->functions->find(arn)->memory_mb, 1024);
  EXPECT_EQ(invoke_json(arn, R"({"n":1})"), 2);
}

TEST_F(FunctionResourceTest, RunsInlineCode) {
  const auto made =
      create(request({{"Runtime", "python3.11"},
                      {"Handler", "index.handler"},
                      {"Code", {{"ZipFile", "def handler(e, c):\n    return 'inline'\n"}}}}));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(invoke_json(made->attributes["Arn"]), "inline");
}

// As by CreateStack: what is relative is so to where the sandbox was started.
TEST_F(FunctionResourceTest, RunsAFolderOfATemplateThatHasNone) {
  source.write("src/app.py", "def handler(event, context):\n    return 'found'\n");
  const auto relative = std::filesystem::relative(source / "src").string();
  auto asked = request(
      {{"Runtime", "python3.11"}, {"Handler", "app.handler"}, {"Code", {{"LocalPath", relative}}}});
  stack_.template_folder.clear();
  const auto made = create(asked);
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  EXPECT_EQ(invoke_json(made->attributes["Arn"]), "found");
}

TEST_F(FunctionResourceTest, RunsAZipFile) {
  write_zip(source / "code.zip",
            {{"app.py", "import pkg.m\n\ndef handler(e, c):\n    return pkg.m.V\n"},
             {"pkg/m.py", "V = 'zipped'\n"}});
  const auto made = create(request({{"Runtime", "python3.11"},
                                    {"Handler", "app.handler"},
                                    {"Code", {{"LocalPath", "code.zip"}}}}));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(invoke_json(made->attributes["Arn"]), "zipped");
}

TEST_F(FunctionResourceTest, RunsWhatSamBuildLeftWhenItIsNewer) {
  source.write("src/app.py", "def handler(e, c):\n    return 'source'\n");
  source.write(".aws-sam/build/Packets/app.py", "def handler(e, c):\n    return 'built'\n");
  const auto made = create(request(
      {{"Runtime", "python3.11"}, {"Handler", "app.handler"}, {"Code", {{"LocalPath", "src/"}}}}));
  ASSERT_TRUE(made.has_value());
  const auto arn = made->attributes["Arn"].get<std::string>();
  EXPECT_EQ(invoke_json(arn), "built");
  const auto later = std::filesystem::file_time_type::clock::now() + std::chrono::hours(1);
  source.write("src/app.py", "def handler(e, c):\n    return 'source again'\n");
  std::filesystem::last_write_time(source / "src/app.py", later);
  EXPECT_EQ(invoke_json(arn), "source again");
}

TEST_F(FunctionResourceTest, BuildsByMakefile) {
  source.write("src/Makefile",
               "build-Packets:\n\tmkdir -p $(ARTIFACTS_DIR)\n\tsed s/WHAT/made/ app.in > "
               "$(ARTIFACTS_DIR)/app.py\n");
  source.write("src/app.in", "def handler(e, c):\n    return 'WHAT'\n");
  auto asked = request(
      {{"Runtime", "python3.11"}, {"Handler", "app.handler"}, {"Code", {{"LocalPath", "src"}}}});
  asked.metadata = {{"BuildMethod", "makefile"}};
  const auto made = create(asked);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(invoke_json(made->attributes["Arn"]), "made");
  EXPECT_FALSE(std::filesystem::exists(source / "src/app.py"));
}

TEST_F(FunctionResourceTest, BuildsByTheMakefileThatMakeWouldTake) {
  source.write("src/Makefile", "build-Packets:\n\texit 1\n");
  source.write("src/makefile", "build-Packets:\n\tcp app.in $(ARTIFACTS_DIR)/app.py\n");
  source.write("src/app.in", "def handler(e, c):\n    return 'lower case'\n");
  auto asked = request(
      {{"Runtime", "python3.11"}, {"Handler", "app.handler"}, {"Code", {{"LocalPath", "src"}}}});
  asked.metadata = {{"BuildMethod", "makefile"}};
  const auto made = create(asked);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(invoke_json(made->attributes["Arn"]), "lower case");
}

TEST_F(FunctionResourceTest, ShowsTheOutputOfAFailedBuild) {
  source.write("src/Makefile", "build-Packets:\n\techo no compiler today; exit 1\n");
  auto asked = request(
      {{"Runtime", "provided.al2023"}, {"Handler", "bootstrap"}, {"Code", {{"LocalPath", "src"}}}});
  asked.metadata = {{"BuildMethod", "makefile"}};
  const auto made = create(asked);
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("no compiler today"));
  EXPECT_TRUE(world->functions->list().empty());
}

struct RefusedCase {
  std::string name;
  Json properties;
  std::string pointer;
  std::string message;
};
class RefusedFunction : public FunctionResourceTest,
                        public testing::WithParamInterface<RefusedCase> {};

TEST_P(RefusedFunction, NamesThePlace) {
  FunctionResource resource(*world->functions);
  std::vector<std::string> warnings;
  const auto status = resource.validate(request(GetParam().properties), warnings);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().where.file, GetParam().pointer);
  EXPECT_THAT(status.error().message, HasSubstr(GetParam().message));
}

const Json kInline = {{"ZipFile", "x"}};
INSTANTIATE_TEST_SUITE_P(
    All, RefusedFunction,
    testing::Values(
        RefusedCase{"Runtime",
                    {{"Runtime", "java21"}, {"Handler", "h"}, {"Code", kInline}},
                    "/Runtime",
                    "java21 does not run here"},
        RefusedCase{"NoRuntime", {{"Handler", "h"}, {"Code", kInline}}, "", "it has no Runtime"},
        RefusedCase{
            "Timeout", {{"Runtime", "python3.11"}, {"Timeout", 901}}, "/Timeout", "from 1 to 900"},
        RefusedCase{"Memory",
                    {{"Runtime", "python3.11"}, {"MemorySize", "lots"}},
                    "/MemorySize",
                    "from 128 to 10240"},
        RefusedCase{
            "NoHandler", {{"Runtime", "python3.11"}, {"Code", kInline}}, "", "it has no Handler"},
        RefusedCase{
            "NoCode", {{"Runtime", "python3.11"}, {"Handler", "a.b"}}, "/Code", "it has no Code"},
        RefusedCase{"S3",
                    {{"Runtime", "python3.11"}, {"Handler", "a.b"}, {"Code", {{"S3Bucket", "b"}}}},
                    "/Code",
                    "needs both S3Bucket and S3Key"},
        RefusedCase{
            "Missing",
            {{"Runtime", "python3.11"}, {"Handler", "a.b"}, {"Code", {{"LocalPath", "no"}}}},
            "/Code/LocalPath",
            "its code is missing"},
        RefusedCase{"BuiltIn",
                    {{"Runtime", "loopgate.echo"}, {"Handler", "shout"}},
                    "/Handler",
                    "echo, sink and fail"},
        RefusedCase{"Name",
                    {{"Runtime", "python3.11"}, {"FunctionName", "a b"}},
                    "/FunctionName",
                    "is not a function name"}),
    [](const auto& info) { return info.param.name; });

TEST_F(FunctionResourceTest, KeepsItsNameOverAnUpdate) {
  auto asked = request({{"Runtime", "loopgate.echo"}});
  const auto made = create(asked);
  ASSERT_TRUE(made.has_value());
  CompanionResource companions(*world->functions);
  auto grant = request({{"FunctionName", made->attributes["Arn"]},
                        {"Action", "lambda:InvokeFunction"},
                        {"Principal", "sns.amazonaws.com"}});
  grant.type = "AWS::Lambda::Permission";
  companions.create(grant, [](const auto& state) { EXPECT_TRUE(state.has_value()); });
  asked.physical_id = made->physical_id;
  asked.old_properties = asked.properties;
  asked.properties["Timeout"] = 9;
  FunctionResource resource(*world->functions);
  resource.update(asked,
                  [&](const auto& state) { EXPECT_EQ(state->physical_id, made->physical_id); });
  const auto function = world->functions->find(made->attributes["Arn"].template get<std::string>());
  EXPECT_EQ(function->timeout, std::chrono::seconds(9));
  ASSERT_EQ(function->companions.permissions.size(), 1u);
  EXPECT_EQ(function->companions.permissions[0].principal, "sns.amazonaws.com");
  EXPECT_EQ(resource_policy(*function, function->arn() + ":live"), "");
  const auto policy = Json::parse(resource_policy(*function, function->arn()));
  ASSERT_EQ(policy["Statement"].size(), 1u);
  EXPECT_EQ(policy["Statement"][0]["Principal"], Json({{"Service", "sns.amazonaws.com"}}));
  EXPECT_EQ(policy["Statement"][0]["Resource"], function->arn());
  resource.remove(asked, [](const auto& status) { EXPECT_TRUE(status.has_value()); });
  EXPECT_EQ(world->functions->find(made->attributes["Arn"].template get<std::string>()), nullptr);
}

TEST_F(FunctionResourceTest, GetsItsAsynchronousSettingsFromEventInvokeConfig) {
  const auto made = create(request({{"Runtime", "loopgate.echo"}, {"FunctionName", "e"}}));
  CompanionResource companions(*world->functions);
  auto asked =
      request({{"FunctionName", "e"},
               {"Qualifier", "$LATEST"},
               {"MaximumRetryAttempts", 1},
               {"MaximumEventAgeInSeconds", "60"},
               {"DestinationConfig", {{"OnFailure", {{"Destination", "arn:aws:sqs:r:1:q"}}}}}});
  asked.type = "AWS::Lambda::EventInvokeConfig";
  companions.create(asked, [](const auto& state) { EXPECT_TRUE(state.has_value()); });
  const auto function = world->functions->find(made->attributes["Arn"].template get<std::string>());
  const auto invoke = invoke_config_of(*function, "");
  EXPECT_EQ(invoke.max_retries, 1);
  EXPECT_EQ(invoke.max_event_age, std::chrono::seconds(60));
  EXPECT_EQ(invoke.on_failure_arn, "arn:aws:sqs:r:1:q");
}

TEST_F(FunctionResourceTest, LeavesNothingOnTheFunctionThatItsCompanionsLeft) {
  for (const char* name : {"old", "new"})
    ASSERT_TRUE(create(request({{"Runtime", "loopgate.echo"}, {"FunctionName", name}})));
  const auto function = [&](const char* name) {
    return world->functions->find(function_arn(kRegion, kAccount, name));
  };
  CompanionResource companions(*world->functions);
  const auto move = [&](const char* type, Json properties) {
    auto asked = request(properties);
    asked.type = type;
    asked.properties["FunctionName"] = "old";
    cfn::ResourceState made;
    companions.create(asked, [&](auto state) { made = state.value(); });
    asked.old_properties = asked.properties;
    asked.physical_id = made.physical_id;
    asked.properties["FunctionName"] = function("new")->arn();
    companions.update(asked, [&](auto state) { made = state.value(); });
    return std::pair(asked.physical_id, made.physical_id);
  };
  const auto permission =
      move("AWS::Lambda::Permission", {{"Action", "lambda:InvokeFunction"}, {"Principal", "s3"}});
  EXPECT_EQ(permission.first, permission.second);
  EXPECT_TRUE(function("old")->companions.permissions.empty());
  EXPECT_EQ(function("new")->companions.permissions.size(), 1U);
  move("AWS::Lambda::EventInvokeConfig", {{"Qualifier", "$LATEST"}, {"MaximumRetryAttempts", 1}});
  EXPECT_EQ(invoke_config_of(*function("old"), "").max_retries, kMaxAsyncRetries);
  EXPECT_EQ(invoke_config_of(*function("new"), "").max_retries, 1);
  EXPECT_EQ(move("AWS::Lambda::Version", {}).second, function("new")->arn() + ":1");
}

TEST(ZipArchive, DoesNotLeaveItsFolder) {
  for (const auto* name : {"../evil.py", "/etc/evil", "a/../../evil", "..\\evil"}) {
    TemporaryFolder folder;
    write_zip(folder / "evil.zip", {{name, "x"}});
    std::filesystem::create_directory(folder / "out");
    const auto status = extract_zip(folder / "evil.zip", folder / "out");
    ASSERT_FALSE(status.has_value()) << name;
    EXPECT_THAT(status.error().message, HasSubstr("leaves the archive"));
    EXPECT_FALSE(std::filesystem::exists(folder / "evil.py"));
  }
}

TEST(ZipArchive, IsRefusedWhenItIsNone) {
  TemporaryFolder folder;
  folder.write("not.zip", "PK but no more");
  EXPECT_FALSE(extract_zip(folder / "not.zip", folder.path()).has_value());
}

class LambdaPortTest : public FunctionsTest {};

TEST_F(LambdaPortTest, AsksWhetherTheSessionMayInvoke) {
  auto function = config("echo", "", "", "loopgate.echo");
  const auto arn = deploy(function);
  std::string asked;
  bool allowed = false;
  EmbeddedLambda port(*world->functions, world->tasks,
                      [&](const aws::Session&, std::string_view action,
                          const std::string& resource) -> aws::Outcome<void> {
                        asked = std::string(action) + " " + resource;
                        if (allowed) return {};
                        return aws::refuse(aws::access_denied("no"));
                      });
  const auto session = std::make_shared<const aws::Session>();
  std::vector<aws::Outcome<aws::InvokeResponse>> answers;
  const auto submit = [&] {
    aws::InvokeRequest request;
    request.function_arn = arn;
    request.payload = R"({"Messages":[]})";
    port.invoke(session, request, [&](auto answer) { answers.push_back(std::move(answer)); });
  };
  submit();
  EXPECT_TRUE(answers.empty());  // never inside the call
  world->settle();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].error().code, "AccessDenied");
  EXPECT_EQ(asked, "lambda:InvokeFunction " + arn);
  allowed = true;
  submit();
  world->settle();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1]->payload, R"({"Replies":[]})");
}

}  // namespace
}  // namespace loopgate::lambda
