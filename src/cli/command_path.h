// The folder in front of a command's PATH in `exec`: it has this `loopgate`, and an `aws` that
// knows the sandbox although its version may not read AWS_ENDPOINT_URL (the AWS CLI before 2.13,
// version 1 for some services:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace loopgate::cli {

class CommandPath {
 public:
  // Makes `folder`, anew if it is there.
  static Result<CommandPath> make(const std::string& folder);

  // PATH as the command finds it.
  std::string variable() const;
  // The file of a command, which is looked up in that PATH; empty: there is none.
  std::string find(const std::string& command) const;

 private:
  explicit CommandPath(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace loopgate::cli
