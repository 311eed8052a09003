#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/sandbox_flags.h"
#include "io/process.h"

extern char** environ;

namespace loopgate::cli {

namespace {

constexpr int kSignalBase = 128;            // as shells report a child that a signal ended
constexpr std::chrono::seconds kGrace{10};  // what an interrupted command has to clean up

// Ours with `changes` on top, and without what would reach past the sandbox.
std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  const auto foreign = foreign_variables();
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('='));
    bool replaced = std::ranges::find(foreign, name) != foreign.end();
    for (const auto& [changed, value] : changes) replaced = replaced || changed == name;
    if (!replaced) out.emplace_back(text);
  }
  for (const auto& [name, value] : changes) out.push_back(name + "=" + value);
  return out;
}

// Runs the command on the sandbox's loop until it has ended; gives its exit status as a shell does.
Result<int> run_command(Sandbox& sandbox, const std::vector<std::string>& command) {
  io::ProcessOptions process;
  process.argv = command;
  process.environment =
      merged_environment(client_environment(sandbox.describe(), sandbox.options().regions.front()));
  process.inherit_stdio = true;
  std::optional<io::ExitStatus> ended;
  const auto on_exit = [&](io::ExitStatus status) {
    ended = status;
    sandbox.stop();
  };
  const auto child =
      io::Process::spawn(sandbox.loop(), process, {.on_line = nullptr, .on_exit = on_exit});
  if (!child) return std::unexpected(child.error());

  // The terminal has sent its SIGINT to the command as well. A second signal, or too long a
  // farewell, ends it.
  ScopedTimer grace(sandbox.clock());
  sandbox.loop().on_signal([&](int signal) {
    if (grace.is_set()) return (*child)->kill();
    if (signal == SIGTERM) (*child)->terminate();
    grace.set_after(kGrace, [&] { (*child)->kill(); });
  });
  sandbox.run();
  if (!ended) return kSignalBase + SIGINT;  // before it had begun
  return ended->signal != 0 ? kSignalBase + ended->signal : ended->code;
}

int exec(SandboxFlags& flags, const std::vector<std::string>& command) {
  const auto ready_file = ReadyFile::claim(flags.ready_file());
  if (!ready_file) return report(ready_file.error());
  auto sandbox = start_sandbox(flags);
  if (!sandbox) return report(sandbox.error());
  if (const auto status = ready_file->write(**sandbox); !status) return report(status.error());
  const auto status = run_command(**sandbox, command);
  return status ? *status : report(status.error());
}

}  // namespace

void add_exec(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "exec",
      "Start a sandbox, run a command against it, stop: loopgate exec TEMPLATE… -- COMMAND…");
  auto flags = std::make_shared<SandboxFlags>();
  flags->set_port(0);
  flags->add_to(*verb);
  verb->footer(
      "The command finds AWS_ENDPOINT_URL, credentials, AWS_REGION and LOOPGATE_<LOGICALID>_ADDR "
      "in "
      "its environment;\nits exit status is the verb's.");
  verb->callback([&outcome, flags] {
    if (outcome.command.empty()) throw CLI::RequiredError("exec: a command after '--'");
    outcome.status = exec(*flags, outcome.command);
  });
}

}  // namespace loopgate::cli
