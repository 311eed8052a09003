// AWS::Serverless::LayerVersion becomes an AWS::Lambda::LayerVersion.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-layerversion.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

constexpr std::array kKnown = {"CompatibleArchitectures",
                               "CompatibleRuntimes",
                               "ContentUri",
                               "Description",
                               "LayerName",
                               "LicenseInfo",
                               "PublishLambdaVersion",
                               "RetentionPolicy"};

}  // namespace

Result<Node> translate_layer(const FunctionWork& work) {
  const std::vector<std::string> known(kKnown.begin(), kKnown.end());
  for (const Member& member : work.properties.members) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    return fail(fmt::format("AWS::Serverless::LayerVersion '{}' has no property '{}'{}",
                            work.logical_id, member.name, did_you_mean(member.name, known)),
                member.origin.place());
  }
  if (!work.properties.find("ContentUri")) {
    return fail(fmt::format("the layer '{}' has no ContentUri", work.logical_id),
                work.origin.place());
  }
  Node properties = work.properties;
  const Node uri = *properties.find("ContentUri");
  for (const char* const name : {"ContentUri", "RetentionPolicy", "PublishLambdaVersion"}) {
    properties.erase(name);
  }
  properties.set("Content", package_of(uri));
  if (!properties.find("LayerName")) properties.set("LayerName", work.logical_id);
  Node out = work.source;
  out.set("Type", Node::string("AWS::Lambda::LayerVersion", work.origin));
  out.set("Properties", std::move(properties));
  return out;
}

}  // namespace loopgate::cfn::sam
