// Where what a template names on this machine is.
#pragma once

#include <filesystem>
#include <string>

#include "template/resource.h"

namespace loopgate::lambda {

// Absolute: functions run in a folder of their own. A template of the API has none: what is
// relative is so to the folder in which the sandbox was started.
inline std::string absolute_path(const cfn::StackContext& stack, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  return fs::absolute(fs::path(stack.template_folder) / path, ignored).lexically_normal().string();
}

}  // namespace loopgate::lambda
