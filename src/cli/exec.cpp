#include <cstdlib>
#include <optional>
#include <string_view>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/sandbox_flags.h"
#include "io/process.h"

extern char** environ;

namespace loopgate::cli {

namespace {

constexpr int kSignalBase = 128;  // as shells report a child that a signal ended

// Ours with `changes` on top, and without a profile that would reach past the sandbox.
std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    bool replaced = name == "AWS_PROFILE" || name == "AWS_DEFAULT_PROFILE" || name == "AWS_SESSION_TOKEN";
    for (const auto& [changed, value] : changes) replaced = replaced || changed == name;
    if (!replaced) out.emplace_back(text);
  }
  for (const auto& [name, value] : changes) out.push_back(name + "=" + value);
  return out;
}

int exec(SandboxFlags& flags, const std::vector<std::string>& command) {
  std::vector<DeployResult> deployed;
  auto sandbox = start_sandbox(flags, deployed);
  if (!sandbox) return report(sandbox.error());
  if (!flags.ready_file().empty()) {
    if (const auto status = write_ready_file(flags.ready_file(), **sandbox); !status) {
      return report(status.error());
    }
  }
  io::ProcessOptions process;
  process.argv = command;
  process.environment = merged_environment(
      client_environment((*sandbox)->describe(), (*sandbox)->options().regions.front()));
  process.inherit_stdio = true;
  std::optional<io::ExitStatus> ended;
  auto child = io::Process::spawn((*sandbox)->loop(), process, {.on_line = nullptr, .on_exit = [&](io::ExitStatus status) {
                                    ended = status;
                                    (*sandbox)->stop();
                                  }});
  if (!child) return report(child.error());
  (*sandbox)->run();
  if (!ended) return kSignalBase + 2;  // we were interrupted; the child ends with us
  return ended->signal != 0 ? kSignalBase + ended->signal : ended->code;
}

}  // namespace

void add_exec(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "exec", "Start a sandbox, run a command against it, stop: loopgate exec TEMPLATE… -- COMMAND…");
  auto flags = std::make_shared<SandboxFlags>();
  flags->set_port(0);
  flags->add_to(*verb);
  verb->footer("The command finds AWS_ENDPOINT_URL, credentials, AWS_REGION and LOOPGATE_<LOGICALID>_ADDR in "
               "its environment;\nits exit status is the verb's.");
  verb->callback([&outcome, flags] {
    if (outcome.command.empty()) throw CLI::RequiredError("exec: a command after '--'");
    outcome.status = exec(*flags, outcome.command);
  });
}

}  // namespace loopgate::cli
