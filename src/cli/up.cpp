#include <fmt/format.h>

#include <cstdio>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/packet_log.h"
#include "cli/sandbox_flags.h"
#include "io/resident.h"

namespace loopgate::cli {

namespace {

// Of a stack that was deployed now, or kept from an earlier run.
void print_stack(const std::string& name, const nlohmann::ordered_json& stack, bool several) {
  for (const auto& warning : stack["warnings"]) {
    fmt::print("  warning: {}{}\n", several ? name + ": " : "", warning.get<std::string>());
  }
  if (!stack["outputs"].empty()) fmt::print("  outputs of {}:\n", name);
  for (const auto& [key, value] : stack["outputs"].items()) {
    const auto local = stack["local"].find(key);
    fmt::print("    {} = {}{}\n", key, value.get<std::string>(),
               local == stack["local"].end() ? "" : "   (here: " + local->get<std::string>() + ")");
  }
}

void print_ready(const Sandbox& sandbox) {
  fmt::print("Loopgate is up at {}, its console at {}/_loopgate/\n", sandbox.endpoint(),
             sandbox.endpoint());
  const auto info = sandbox.describe();
  const bool several = info["stacks"].size() > 1;
  for (const auto& [stack_name, stack] : info["stacks"].items()) {
    for (const auto& [logical_id, listener] : stack["listeners"].items()) {
      fmt::print("  {}{} ({}):", several ? stack_name + "/" : "", logical_id,
                 listener["protocol"].get<std::string>());
      for (const auto& [region, address] : listener["addresses"].items()) {
        fmt::print(" {} at {}", region, address.get<std::string>());
      }
      fmt::print("\n");
    }
  }
  bool vendor_name = false;
  for (const auto& [name, stack] : info["stacks"].items()) {
    if (!stack.contains("status"))
      continue;  // of another region: only its listeners are ours to tell
    print_stack(name, stack, several);
    vendor_name = vendor_name || !stack["local"].empty();
  }
  if (vendor_name) {
    fmt::print(
        "  note: *.proxylity.com in outputs is the vendor's production; use the local address\n");
  }
  const auto ahead = std::chrono::round<std::chrono::seconds>(sandbox.clock_ahead());
  if (ahead > Duration{}) {
    fmt::print(
        "  note: the clock is ahead of the system's by {}, as it was left; 'loopgate reset' sets "
        "it back\n",
        to_string(ahead));
  }
  std::fflush(stdout);
}

int up(const SandboxFlags& flags, bool quiet) {
  const auto ready_file = ReadyFile::claim(flags.ready_file());
  if (!ready_file) return report(ready_file.error());
  auto sandbox = start_sandbox(flags);
  if (!sandbox) return report(sandbox.error());
  if (const auto status = ready_file->write(**sandbox); !status) return report(status.error());
  print_ready(**sandbox);
  std::unique_ptr<PacketLog> log;
  if (!quiet) log = std::make_unique<PacketLog>((*sandbox)->clock(), (*sandbox)->journal());
  io::release_memory_of_start();
  (*sandbox)->run();
  return 0;
}

}  // namespace

void add_up(CLI::App& app, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("up", "Start the sandbox, deploy templates into it, show its packets");
  auto flags = std::make_shared<SandboxFlags>();
  auto quiet = std::make_shared<bool>(false);
  flags->add_to(*verb);
  verb->add_flag("--quiet", *quiet, "Do not print packets");
  verb->callback([&outcome, flags, quiet] { outcome.status = up(*flags, *quiet); });
}

}  // namespace loopgate::cli
