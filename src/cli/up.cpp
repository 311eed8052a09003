#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/packet_log.h"
#include "cli/sandbox_flags.h"
#include "io/resident.h"

namespace loopgate::cli {

namespace {

void print_stack(const DeployResult& stack) {
  for (const auto& warning : stack.warnings) fmt::print("  warning: {}\n", warning);
  if (!stack.outputs.empty()) fmt::print("  outputs of {}:\n", stack.stack);
  for (const auto& output : stack.outputs) {
    fmt::print("    {} = {}{}\n", output.key, output.value,
               output.local.empty() ? "" : "   (here: " + output.local + ")");
  }
}

void print_ready(const Sandbox& sandbox, const std::vector<DeployResult>& deployed) {
  fmt::print("Loopgate is up at {}\n", sandbox.endpoint());
  const auto info = sandbox.describe();
  for (const auto& [stack_name, stack] : info["stacks"].items()) {
    for (const auto& [logical_id, listener] : stack["listeners"].items()) {
      fmt::print("  {} ({}):", logical_id, listener["protocol"].get<std::string>());
      for (const auto& [region, address] : listener["addresses"].items()) {
        fmt::print(" {} at {}", region, address.get<std::string>());
      }
      fmt::print("\n");
    }
  }
  for (const auto& stack : deployed) print_stack(stack);
  const bool vendor_name =
      std::any_of(deployed.begin(), deployed.end(), [](const DeployResult& stack) {
        return std::any_of(stack.outputs.begin(), stack.outputs.end(),
                           [](const StackOutput& output) { return !output.local.empty(); });
      });
  if (vendor_name) {
    fmt::print("  note: *.proxylity.com in outputs is the vendor's production; use the local address\n");
  }
  std::fflush(stdout);
}

int up(const SandboxFlags& flags, bool quiet) {
  const auto ready_file = ReadyFile::claim(flags.ready_file());
  if (!ready_file) return report(ready_file.error());
  std::vector<DeployResult> deployed;
  auto sandbox = start_sandbox(flags, deployed);
  if (!sandbox) return report(sandbox.error());
  if (const auto status = ready_file->write(**sandbox); !status) return report(status.error());
  print_ready(**sandbox, deployed);
  std::unique_ptr<PacketLog> log;
  if (!quiet) log = std::make_unique<PacketLog>((*sandbox)->clock(), (*sandbox)->journal());
  io::release_memory_of_start();
  (*sandbox)->run();
  return 0;
}

}  // namespace

void add_up(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("up", "Start the sandbox, deploy templates into it, show its packets");
  auto flags = std::make_shared<SandboxFlags>();
  auto quiet = std::make_shared<bool>(false);
  flags->add_to(*verb);
  verb->add_flag("--quiet", *quiet, "Do not print packets");
  verb->callback([&outcome, flags, quiet] { outcome.status = up(*flags, *quiet); });
}

}  // namespace loopgate::cli
