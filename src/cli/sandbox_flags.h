// The flags that `up` and `exec` share: everything that makes a sandbox.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox.h"

namespace loopgate::cli {

class SandboxFlags {
 public:
  void add_to(CLI::App& verb);

  Result<SandboxOptions> options() const;
  Result<std::vector<DeployOptions>> deployments() const;
  const std::string& ready_file() const { return ready_file_; }
  void set_port(int port) { port_ = port; }

 private:
  std::vector<std::string> templates_;
  std::vector<std::string> stacks_;
  std::vector<std::string> parameters_;
  int port_ = 4566;
  std::string bind_ = "127.0.0.1";
  std::vector<std::string> regions_;
  bool regions_by_port_ = false;
  std::string data_;
  bool ephemeral_ = false;
  std::string durability_ = "process";
  std::string ready_file_;
  std::vector<std::string> listen_;
  std::vector<std::string> egress_;
  bool allow_unsupported_ = false;
  std::vector<std::string> resolve_;
  std::string resolve_file_;
  std::string capture_;
};

// "K=V" at the first '='. `what` names the flag in the error.
Result<std::pair<std::string, std::string>> split_assignment(const std::string& text,
                                                             std::string_view what);
Result<std::map<std::string, std::string>> parse_parameters(const std::vector<std::string>& flags);
Result<std::string> read_file(const std::string& path);

// Builds the sandbox and deploys everything in order; the first failure is the result.
Result<std::unique_ptr<Sandbox>> start_sandbox(const SandboxFlags& flags,
                                               std::vector<DeployResult>& deployed);

// Atomically: written beside it, then renamed.
Status write_ready_file(const std::string& path, const Sandbox& sandbox);

// What clients and SDKs need: AWS_ENDPOINT_URL, credentials, region, LOOPGATE_<LOGICALID>_ADDR.
std::vector<std::pair<std::string, std::string>> client_environment(const nlohmann::json& info,
                                                                    const std::string& region);

}  // namespace loopgate::cli
