// How a worker is started: which program, in which folder, with which environment.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "emulators/lambda/function.h"
#include "io/process.h"

namespace loopgate::lambda {

// Of the session token that each worker has of its own: its calls are known by it.
inline constexpr std::string_view kTokenPrefix = "loopgate-function-";

struct Launch {
  std::string code_folder;
  std::string data_folder;  // for bootstraps, bytecode and an empty home
  std::string runtime_api;  // "127.0.0.1:43210"
  std::string endpoint;     // of the sandbox; may be empty
  std::string log_stream;
};

// The environment is made from nothing: no profile, credentials or configuration of the developer's
// gets in, so that a function's SDK talks to the sandbox and can never reach a real account.
Result<io::ProcessOptions> launch_options(const FunctionConfig& config, const Launch& launch,
                                          std::string& warning);

}  // namespace loopgate::lambda
