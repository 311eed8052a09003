// A folder that `cdk synth` writes (cdk.out): the stacks of an app with their templates and assets.
// https://github.com/aws/aws-cdk/tree/main/packages/%40aws-cdk/cloud-assembly-schema
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace loopgate {

struct AssemblyStack {
  std::string name;
  std::string template_file;  // the folder's path in front
  // Empty: wherever it is deployed.
  std::string account;
  std::string region;
  // The name of the SSM parameter that its template asks for the version of the bootstrapping.
  // Empty: it asks for none.
  std::string bootstrap_parameter;
};

// What a bootstrapped account has in that parameter: new enough for every app.
inline constexpr const char* kBootstrapVersion = "28";

bool is_cloud_assembly(const std::string& path);  // a folder with a manifest.json
// In the order of their dependencies, those of stages too.
Result<std::vector<AssemblyStack>> read_cloud_assembly(const std::string& folder);

}  // namespace loopgate
