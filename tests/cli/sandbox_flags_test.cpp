#include "cli/sandbox_flags.h"

#include <gmock/gmock.h>

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
  for (const std::string flag : {"--region eu-west-1", "--stack app", "--parameter A=B", "--listen L=20000",
                                 "--egress 192.0.2.0/24", "--resolve ssm:/a=b"}) {
    const auto flags = parse(flag + " one.yaml " + flag.substr(0, flag.find(' ')) + "=" +
                             flag.substr(flag.find(' ') + 1) + " two.yaml");
    const auto deployments = flags.deployments();
    ASSERT_TRUE(deployments) << flag << ": " << deployments.error().message;
    ASSERT_EQ(deployments->size(), 2U) << flag;
    EXPECT_EQ((*deployments)[0].template_file, "one.yaml");
    EXPECT_EQ((*deployments)[1].template_file, "two.yaml");
  }
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
