#include <fmt/format.h>

#include <cstdio>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/packet_log.h"
#include "cli/sandbox_flags.h"
#include "cli/stack_text.h"
#include "cli/template_watch.h"
#include "io/resident.h"

namespace loopgate::cli {

namespace {

struct UpFlags {
  SandboxFlags sandbox;
  bool quiet = false;
  bool every_event = false;
  bool watch = false;
};

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_ready(const Sandbox& sandbox) {
  const auto style = style_of(stdout);
  fmt::print("Loopgate is up at {}, its console at {}/_loopgate/\n", sandbox.endpoint(),
             sandbox.endpoint());
  const nlohmann::json info = sandbox.describe();
  for (const auto& [name, stack] : info["stacks"].items()) {
    print(Paragraph().add(name, Paint::kBold).add(":").laid_out(style, 0));
    print(stack_text(info, name, style));
  }
  print(vendor_note(info, style));
  const auto ahead = std::chrono::round<std::chrono::seconds>(sandbox.clock_ahead());
  if (ahead > Duration{}) {
    fmt::print(
        "note: the clock is ahead of the system's by {}, as it was left; 'loopgate reset' sets it "
        "back\n",
        to_string(ahead));
  }
  std::fflush(stdout);
}

std::unique_ptr<PacketLog> show_packets(Sandbox& sandbox, bool every_event) {
  return std::make_unique<PacketLog>(
      sandbox.clock(), sandbox.journal(),
      PacketLogOptions{.every_event = every_event,
                       .style = [] { return style_of(stdout); },
                       .labels = [&sandbox] { return Labels(sandbox.describe()); },
                       .write = print});
}

int up(const UpFlags& flags) {
  const auto ready_file = ReadyFile::claim(flags.sandbox.ready_file());
  if (!ready_file) return report(ready_file.error());
  auto sandbox = start_sandbox(flags.sandbox);
  if (!sandbox) return report(sandbox.error());
  if (const auto status = ready_file->write(**sandbox); !status) return report(status.error());
  print_ready(**sandbox);
  std::unique_ptr<PacketLog> log;
  if (!flags.quiet) log = show_packets(**sandbox, flags.every_event);
  const TemplateWatch watch(
      **sandbox, *flags.sandbox.deployments(),
      {.deploys = flags.watch, .style = [] { return style_of(stdout); }, .write = print});
  io::release_memory_of_start();
  (*sandbox)->run();
  return 0;
}

}  // namespace

void add_up(CLI::App& app, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("up", "Start the sandbox, deploy templates into it, show its packets");
  auto flags = std::make_shared<UpFlags>();
  flags->sandbox.add_to(*verb);
  verb->add_flag("--quiet", flags->quiet, "Do not print packets");
  verb->add_flag("--verbose,-v", flags->every_event,
                 "Print every event of the journal, a line each");
  verb->add_flag("--watch", flags->watch, "Deploy a template again when its file has changed");
  verb->callback([&outcome, flags] { outcome.status = up(*flags); });
}

}  // namespace loopgate::cli
