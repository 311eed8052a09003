// How a worker is started: which program, in which folder, with which environment.
#pragma once

#include <string>
#include <string_view>

#include "aws/session.h"
#include "base/result.h"
#include "emulators/lambda/function.h"
#include "io/process.h"

namespace loopgate::lambda {

// The session token of a worker begins with it: it is one a worker, as its log stream, and by it
// the sandbox knows which of them waits for an answer.
std::string token_label(std::string_view log_stream);
inline constexpr std::string_view kTokenPrefix = "loopgate-function-";

struct Launch {
  std::string code_folder;
  std::string data_folder;  // for bootstraps, bytecode and an empty home
  std::string runtime_api;  // "127.0.0.1:43210"
  std::string endpoint;     // of the sandbox; may be empty
  std::string log_stream;
  aws::Credentials credentials{};
};

// Where interpreters are looked for: our own PATH.
std::string search_path();

// The environment is made from nothing: no profile, credentials or configuration of the developer's
// gets in, so that a function's SDK talks to the sandbox and can never reach a real account.
Result<io::ProcessOptions> launch_options(const FunctionConfig& config, const Launch& launch,
                                          std::string& warning);

}  // namespace loopgate::lambda
