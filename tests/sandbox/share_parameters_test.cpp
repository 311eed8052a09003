#include "sandbox/share_parameters.h"

#include <gtest/gtest.h>

namespace loopgate {
namespace {

using Parameters = std::map<std::string, std::string>;

std::vector<DeployOptions> two_templates() {
  DeployOptions gateway;
  gateway.template_file = "gateway.yaml";
  gateway.template_text = "Parameters: {Port: {Type: Number}, Env: {Type: String}}";
  DeployOptions backend;
  backend.stack = "backend";
  backend.template_text = "Parameters: {Env: {Type: String}}";
  return {gateway, backend};
}

TEST(ShareParameters, GivesEachTemplateWhatItDeclares) {
  auto deployments = two_templates();
  ASSERT_TRUE(share_parameters({{"Port", "5000"}, {"Env", "test"}}, deployments));
  EXPECT_EQ(deployments[0].parameters, (Parameters{{"Port", "5000"}, {"Env", "test"}}));
  EXPECT_EQ(deployments[1].parameters, (Parameters{{"Env", "test"}}));
}

TEST(ShareParameters, LetsAStacksOwnValueGoFirst) {
  auto deployments = two_templates();
  ASSERT_TRUE(share_parameters({{"Env", "test"}, {"backend/Env", "b"}, {"gateway/Port", "1"}},
                               deployments));
  EXPECT_EQ(deployments[0].parameters, (Parameters{{"Port", "1"}, {"Env", "test"}}));
  EXPECT_EQ(deployments[1].parameters, (Parameters{{"Env", "b"}}));
}

TEST(ShareParameters, RefusesWhatNoTemplateDeclares) {
  for (const auto& [name, error] :
       Parameters{{"Prot", "no template has the parameter 'Prot': did you mean 'Port'?"},
                  {"backend/Port",
                   "no template has the parameter 'backend/Port': did you mean 'Port'?"}}) {
    auto deployments = two_templates();
    const auto refused = share_parameters({{name, "1"}}, deployments);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().message, error);
  }
  auto broken = two_templates();
  broken[0].template_text = "{";
  EXPECT_EQ(share_parameters({{"Env", "x"}}, broken).error().where.file, "gateway.yaml");
}

}  // namespace
}  // namespace loopgate
