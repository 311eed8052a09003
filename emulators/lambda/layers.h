// Layers: what functions share, published in versions.
// https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "emulators/lambda/documents.h"
#include "emulators/lambda/function.h"

namespace loopgate::lambda {

struct LayerVersion {
  std::string account;
  std::string region;
  std::string name;
  std::int64_t number = 0;
  std::string description;
  std::string license;
  // null: not given
  nlohmann::json runtimes;
  nlohmann::json architectures;
  CodeSource content;
  std::int64_t created_ms = 0;                          // wall clock
  nlohmann::json statements = nlohmann::json::array();  // of its policy
  std::string policy_revision;

  std::string layer_arn() const;
  std::string arn() const;
};

std::string layer_arn(std::string_view region, std::string_view account, std::string_view name);

class Layers {
 public:
  // `folder` is that of all functions: uploaded archives are kept relative to it.
  Layers(Documents& documents, std::string folder);

  // Gives it the next number, which is never given twice.
  LayerVersion publish(LayerVersion version);
  void save(const LayerVersion& version);
  void remove(const LayerVersion& version);
  std::optional<LayerVersion> find(const std::string& version_arn);
  // Of one layer (`prefix` is its ARN with ':'), or of all; the newest version of each first.
  std::vector<LayerVersion> list(std::string_view prefix);

  // What a function's `Layers` names. InvalidParameterValueException.
  aws::Outcome<std::vector<LayerUse>> use(const nlohmann::json& arns, const FunctionConfig& config);

 private:
  Documents& documents_;
  std::string folder_;
};

}  // namespace loopgate::lambda
