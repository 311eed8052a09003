#include "cli/sandbox_flags.h"

#include <gmock/gmock.h>

#include <string>
#include <tuple>

namespace loopgate::cli {
namespace {

using testing::ElementsAre;

SandboxFlags parse(const std::string& line) {
  CLI::App app;
  SandboxFlags flags;
  flags.add_to(app);
  app.parse(line);
  return flags;
}

TEST(SandboxFlags, ARepeatableFlagTakesOneValueAndLeavesTheTemplatesAlone) {
  const std::string one = LOOPGATE_SOURCE_DIR "/fixtures/templates/echo.yaml";
  const std::string two = LOOPGATE_SOURCE_DIR "/fixtures/templates/queue.yaml";
  const std::tuple<std::string, std::string, std::string> cases[] = {
      {"--region", "eu-west-1", "us-east-1"},     {"--stack", "app", "other"},
      {"--parameter", "Count=1", "Count=2"},      {"--listen", "L=20000", "M=20001"},
      {"--egress", "192.0.2.0/24", "10.0.0.0/8"}, {"--resolve", "ssm:/a=b", "ssm:/c=d"}};
  for (const auto& [flag, first, second] : cases) {
    const auto flags =
        parse(flag + " " + first + " " + one + " " + flag + "=" + second + " " + two);
    const auto deployments = flags.deployments();
    ASSERT_TRUE(deployments) << flag << ": " << deployments.error().to_string();
    ASSERT_EQ(deployments->size(), 2U) << flag;
    EXPECT_EQ((*deployments)[0].template_file, one);
    EXPECT_EQ((*deployments)[1].template_file, two);
  }
}

TEST(SandboxFlags, TwoTemplatesOfOneNameNeedStackNames) {
  const std::string both = LOOPGATE_SOURCE_DIR "/fixtures/templates/echo.yaml " LOOPGATE_SOURCE_DIR
                                               "/fixtures/templates/echo.yaml";
  const auto refused = parse(both).deployments();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("would both be the stack 'echo'"));
  EXPECT_TRUE(parse("--stack a --stack b " + both).deployments());
}

TEST(SandboxFlags, RegionsStandInTheOrderGiven) {
  const auto options = parse("--region us-west-2 --region eu-west-1 live.yaml").options();
  ASSERT_TRUE(options);
  EXPECT_THAT(options->regions, ElementsAre("us-west-2", "eu-west-1"));
}

TEST(SandboxFlags, WhatIsNoRegionDoesNotStart) {
  auto options = parse("--port 0 --region uswest2").options();
  ASSERT_TRUE(options);
  const auto sandbox = Sandbox::create(std::move(*options));
  ASSERT_FALSE(sandbox);
  EXPECT_THAT(sandbox.error().message, testing::HasSubstr("'uswest2' is not the name of a region"));
}

}  // namespace
}  // namespace loopgate::cli
