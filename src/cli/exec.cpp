#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>

#include "base/system_time.h"
#include "cli/artifacts.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/command_path.h"
#include "cli/run_record.h"
#include "cli/run_report.h"
#include "cli/sandbox_flags.h"
#include "io/process.h"

extern char** environ;

namespace loopgate::cli {

namespace {

// As shells, env(1) and timeout(1) have them.
constexpr int kTimedOut = 124;
constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;
constexpr int kSignalBase = 128;  // of a child that a signal ended

constexpr std::chrono::seconds kGrace{10};  // what an interrupted command has to clean up
constexpr std::chrono::hours kWithoutEnd{1};

struct ExecFlags {
  SandboxFlags sandbox;
  bool strict = false;
  std::string timeout;
  std::string artifacts;
  bool with_secrets = false;
};

// The sandbox's own failure, which is none of the command.
int fail_ourselves(const Error& error) {
  report(error);
  return kExecFailed;
}

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

// One run of the command on the sandbox's loop.
class Run {
 public:
  // `limit` of real time: the sandbox's own clock may be moved by the command.
  Run(Sandbox& sandbox, const CommandPath& path, std::optional<Duration> limit)
      : sandbox_(sandbox), path_(path), limit_(limit) {}

  // Until it has ended. Its status as a shell has it.
  CommandEnd run(const std::vector<std::string>& command) {
    CommandEnd end{.command = fmt::format("{}", fmt::join(command, " "))};
    const auto began = system_instant();
    end.status = start(command);
    if (child_) end.status = wait(began);
    if (timed_out_) end.note = fmt::format("did not end within {}", to_string(*limit_));
    end.took = system_instant() - began;
    return end;
  }

  // By Ctrl-C: whoever did it knows why the command failed.
  bool interrupted() const { return interrupted_; }

 private:
  int start(const std::vector<std::string>& command);
  int wait(Instant began);
  void on_signal(int signal);
  void keep_time();

  Sandbox& sandbox_;
  const CommandPath& path_;
  const std::optional<Duration> limit_;
  std::unique_ptr<io::Process> child_;
  std::optional<io::ExitStatus> ended_;
  std::optional<Instant> deadline_;  // then it is asked to end, or killed if it was asked already
  bool asked_to_end_ = false;
  bool timed_out_ = false;
  bool interrupted_ = false;
};

int Run::start(const std::vector<std::string>& command) {
  io::ProcessOptions process;
  process.argv = command;
  process.file = path_.find(command.front());
  if (process.file.empty()) {
    const bool is_there = io::is_there(command.front());
    report({fmt::format("{}: {}", command.front(),
                        is_there ? "is no program that may be run" : "there is no such program"),
            {}});
    return is_there ? kCannotExecute : kNotFound;
  }
  auto environment = client_environment(sandbox_.describe(), sandbox_.options().regions.front());
  environment.emplace_back("PATH", path_.variable());
  process.environment = merged_environment(environment);
  process.inherit_stdio = true;
  auto child = io::Process::spawn(
      sandbox_.loop(), process,
      {.on_line = nullptr, .on_exit = [this](io::ExitStatus status) { ended_ = status; }});
  if (!child) {
    report(child.error());
    return kCannotExecute;
  }
  child_ = std::move(*child);
  return 0;
}

int Run::wait(Instant began) {
  if (limit_) deadline_ = began + *limit_;
  sandbox_.loop().on_signal([this](int signal) { on_signal(signal); });
  while (!ended_) {
    sandbox_.turn(deadline_ ? std::max(Duration(), *deadline_ - system_instant()) : kWithoutEnd);
    keep_time();
  }
  if (timed_out_) return kTimedOut;
  return ended_->signal != 0 ? kSignalBase + ended_->signal : ended_->code;
}

// The terminal has sent its SIGINT to the command as well. A second signal, or too long a farewell,
// ends it.
void Run::on_signal(int signal) {
  interrupted_ = interrupted_ || signal == SIGINT;
  if (asked_to_end_) return child_->kill();
  if (signal == SIGTERM) child_->terminate();
  asked_to_end_ = true;
  deadline_ = system_instant() + kGrace;
}

void Run::keep_time() {
  if (ended_ || !deadline_ || system_instant() < *deadline_) return;
  if (asked_to_end_) {
    child_->kill_tree();
    deadline_.reset();
    return;
  }
  timed_out_ = asked_to_end_ = true;
  child_->terminate_tree();
  deadline_ = system_instant() + kGrace;
}

// A warning of what is deployed is an error to who asked for that.
Status tell_warnings(const Sandbox& sandbox, bool strict) {
  auto count = unused_ports(sandbox).size();  // the start has told them
  const auto info = sandbox.describe();
  for (const auto& [name, stack] : info["stacks"].items()) {
    if (!stack.contains("warnings")) continue;
    for (const auto& warning : stack["warnings"]) {
      fmt::print(stderr, "warning: {}: {}\n", name, without_controls(warning.get<std::string>()));
      ++count;
    }
  }
  if (!strict || count == 0) return {};
  return fail(fmt::format("{} of the deployment, and --strict takes them for errors",
                          count == 1 ? "a warning" : fmt::format("{} warnings", count)));
}

std::vector<std::string> all_secrets(const Sandbox& sandbox) {
  auto secrets = sandbox.secrets();
  const auto ours = secrets_of_environment(environ);
  secrets.insert(secrets.end(), ours.begin(), ours.end());
  return secrets;
}

Result<std::optional<Duration>> read_timeout(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto limit = parse_duration(text);
  if (!limit) return fail("--timeout: " + limit.error().message);
  if (*limit == Duration{}) return fail("--timeout: 0 would end the command before it begins");
  return *limit;
}

// What there is to say once the command has ended; its status, unless that hides a failure of ours.
int finish(const Sandbox& sandbox, const RunRecord& record, const Redaction& redaction,
           const CommandEnd& end, bool tells, Artifacts* artifacts) {
  if (tells) fmt::print(stderr, "{}", report_troubles(record, redaction, end));
  if (artifacts == nullptr) return end.status;
  const auto written = artifacts->finish(sandbox, record, redaction, end);
  if (written) return end.status;
  const int ours = fail_ourselves(written.error());
  return end.status != 0 ? end.status : ours;
}

Result<std::unique_ptr<Artifacts>> open_artifacts(ExecFlags& flags) {
  if (flags.artifacts.empty()) return nullptr;
  if (!flags.sandbox.capture().empty()) {
    return fail("--artifacts has the capture in its folder: leave --capture out");
  }
  auto artifacts = Artifacts::open(flags.artifacts);
  if (!artifacts) return artifacts;
  flags.sandbox.set_capture(Artifacts::capture_file(flags.artifacts), !flags.with_secrets);
  return artifacts;
}

int exec(ExecFlags& flags, const std::vector<std::string>& command) {
  const auto limit = read_timeout(flags.timeout);
  if (!limit) return fail_ourselves(limit.error());
  const auto ready_file = ReadyFile::claim(flags.sandbox.ready_file());
  if (!ready_file) return fail_ourselves(ready_file.error());
  const auto artifacts = open_artifacts(flags);
  if (!artifacts) return fail_ourselves(artifacts.error());
  const auto started = start_sandbox(flags.sandbox);
  if (!started) return fail_ourselves(started.error());
  auto& sandbox = **started;
  if (const auto told = tell_warnings(sandbox, flags.strict); !told) {
    return fail_ourselves(told.error());
  }
  const auto path = CommandPath::make(sandbox.folder() + "/bin");
  if (!path) return fail_ourselves(path.error());
  if (const auto written = ready_file->write(sandbox); !written) {
    return fail_ourselves(written.error());
  }
  RunRecord record(sandbox.journal());
  const Redaction redaction(flags.with_secrets ? std::vector<std::string>() : all_secrets(sandbox));
  if (*artifacts) {
    record.on_event([&](const Event& event) {
      (*artifacts)->write(sandbox.journal(), redaction.apply(event));
    });
  }
  Run run(sandbox, *path, *limit);
  const auto end = run.run(command);
  if (!end.note.empty()) fmt::print(stderr, "loopgate: the command {}\n", end.note);
  return finish(sandbox, record, redaction, end, end.status != 0 && !run.interrupted(),
                artifacts->get());
}

}  // namespace

void add_exec(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      kExec,
      "Start a sandbox, run a command against it, stop: loopgate exec TEMPLATE… -- COMMAND…");
  auto flags = std::make_shared<ExecFlags>();
  flags->sandbox.set_port(0);
  flags->sandbox.add_to(*verb);
  verb->add_flag("--strict", flags->strict, "Take warnings of the deployment for errors");
  verb->add_option("--timeout", flags->timeout,
                   "End the command, and what it started, after this time: 90s, 5m")
      ->type_name("DURATION");
  verb->add_option("--artifacts", flags->artifacts,
                   "Leave the journal, a capture, functions' logs, the stacks and a report in this "
                   "folder")
      ->type_name("DIR");
  verb->add_flag("--with-secrets", flags->with_secrets,
                 "Do not redact what is secret: NoEcho parameters, resolved references, and "
                 "variables like *_TOKEN");
  verb->footer(
      "The command finds AWS_ENDPOINT_URL, credentials, AWS_REGION, LOOPGATE_<LOGICALID>_ADDR,\n"
      "LOOPGATE_OUTPUT_<NAME> and LOOPGATE_STACK in its environment, and on its PATH this loopgate "
      "and an\naws that knows the sandbox. boto3 before 1.28 needs "
      "endpoint_url=os.environ[\"AWS_ENDPOINT_URL\"].\n"
      "Exit status: the command's; 124 it did not end within --timeout, 125 the sandbox failed, "
      "126 "
      "the\ncommand cannot be run, 127 it is not there, 128 + N signal N ended it.");
  verb->callback([&outcome, flags] {
    if (outcome.command.empty()) throw CLI::RequiredError("exec: a command after '--'");
    outcome.status = exec(*flags, outcome.command);
  });
}

}  // namespace loopgate::cli
