// The flags that verbs share: everything that makes a sandbox (`up`, `exec`), and how to deploy.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sandbox.h"

namespace loopgate::cli {

// How a template is deployed that needs more than the sandbox has: of every verb that deploys.
class DeploymentFlags {
 public:
  void add_to(CLI::App& verb);

  bool allow_unsupported() const { return allow_unsupported_; }
  // Of dynamic references: those of --resolve go before those of --resolve-file.
  Result<std::map<std::string, std::string>> resolve() const;

 private:
  bool allow_unsupported_ = false;
  std::vector<std::string> resolve_;
  std::string resolve_file_;
};

class SandboxFlags {
 public:
  void add_to(CLI::App& verb);

  Result<SandboxOptions> options() const;
  Result<std::vector<DeployOptions>> deployments() const;
  const std::string& ready_file() const { return ready_file_; }
  void set_port(int port) { port_ = port; }
  const std::string& capture() const { return capture_; }
  void set_capture(std::string file, bool redacted) {
    capture_ = std::move(file);
    redact_capture_ = redacted;
  }

 private:
  std::vector<std::string> templates_;
  std::vector<std::string> stacks_;
  std::vector<std::string> parameters_;
  int port_ = 4566;
  std::string bind_ = "127.0.0.1";
  std::vector<std::string> allow_hosts_;
  std::vector<std::string> allow_origins_;
  std::string account_;
  std::vector<std::string> regions_;
  bool regions_by_port_ = false;
  std::string data_;
  bool ephemeral_ = false;
  std::string durability_ = "process";
  std::string ready_file_;
  std::vector<std::string> listen_;
  std::vector<std::string> egress_;
  DeploymentFlags deployment_;
  std::string capture_;
  bool redact_capture_ = false;
  bool enforce_iam_ = false;
  bool verify_signatures_ = false;
  bool allow_service_delivery_ = false;
};

// "K=V" at the first '='. `what` names the flag in the error.
Result<std::pair<std::string, std::string>> split_assignment(const std::string& text,
                                                             std::string_view what);
Result<std::map<std::string, std::string>> parse_parameters(const std::vector<std::string>& flags);

// What the verbs read of text.
inline constexpr std::size_t kMaxTextFileBytes = 1U << 20;

// Builds the sandbox and deploys everything in order; the first failure is the result. SIGINT and
// SIGTERM end the process meanwhile, and stop the sandbox from then on.
Result<std::unique_ptr<Sandbox>> start_sandbox(const SandboxFlags& flags);

// What --listen names and no stack has, a sentence each.
std::vector<std::string> unused_ports(const Sandbox& sandbox);

// Tells a harness that all is up by being there: one of an earlier run is removed first, this one
// when the sandbox ends. All of it does nothing for an empty path.
class ReadyFile {
 public:
  static Result<ReadyFile> claim(const std::string& path);
  ReadyFile(ReadyFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~ReadyFile();

  Status write(const Sandbox& sandbox) const;  // atomically

 private:
  explicit ReadyFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

// What clients and SDKs need: AWS_ENDPOINT_URL, credentials, region, LOOPGATE_<LOGICALID>_ADDR of
// listeners, LOOPGATE_OUTPUT_<NAME> of stacks (the address here where an output names the vendor's
// production); with <STACK>_ in front of ID or NAME where several stacks have it. LOOPGATE_STACK
// has the stacks' names, separated by spaces.
std::vector<std::pair<std::string, std::string>> client_environment(const nlohmann::json& info,
                                                                    const std::string& region);

// As one word for a POSIX shell.
std::string shell_quoted(const std::string& text);

// Variables of ours that would lead clients past the sandbox: profiles, a real session, endpoints
// of single services (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
std::vector<std::string> foreign_variables();

}  // namespace loopgate::cli
