// The command line: one file per verb, each of which adds itself to the application.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace loopgate::cli {

// Parses, runs one verb and gives the process's exit status: 0, 1 for a failure that was told, 2
// for wrong usage; `exec` gives its command's, and kExecFailed for both of ours.
int run(int argc, char** argv);

inline constexpr const char* kExec = "exec";
// As env(1), timeout(1) and `docker run` have it: not the command failed, but who was to run it.
inline constexpr int kExecFailed = 125;

// What the command line gives a verb beyond its options, and what its callback leaves behind.
struct Outcome {
  std::vector<std::string> command;  // what stood after "--"
  int status = 0;
};

// An option that may be given several times, one value each: what follows a value is the next
// argument.
CLI::Option* add_repeatable(CLI::App& verb, const std::string& name,
                            std::vector<std::string>& values, const std::string& description);

void add_up(CLI::App& app, Outcome& outcome);
void add_exec(CLI::App& app, Outcome& outcome);
void add_env(CLI::App& app, Outcome& outcome);
void add_deploy(CLI::App& app, Outcome& outcome);
void add_delete(CLI::App& app, Outcome& outcome);
void add_send(CLI::App& app, Outcome& outcome);
void add_publish(CLI::App& app, Outcome& outcome);
void add_explain(CLI::App& app, Outcome& outcome);
void add_trace(CLI::App& app, Outcome& outcome);
void add_wait(CLI::App& app, Outcome& outcome);
void add_inspect(CLI::App& app, Outcome& outcome);
void add_replay(CLI::App& app, Outcome& outcome);
void add_scenario(CLI::App& app, Outcome& outcome);
void add_run(CLI::App& app, Outcome& outcome);
void add_clock(CLI::App& app, Outcome& outcome);
void add_reset(CLI::App& app, Outcome& outcome);
void add_snapshot(CLI::App& app, Outcome& outcome);
void add_restore(CLI::App& app, Outcome& outcome);
void add_health(CLI::App& app, Outcome& outcome);
void add_reasons(CLI::App& app, Outcome& outcome);
void add_bill(CLI::App& app, Outcome& outcome);
void add_peers(CLI::App& app, Outcome& outcome);
void add_states(CLI::App& app, Outcome& outcome);
void add_wg_config(CLI::App& app, Outcome& outcome);

}  // namespace loopgate::cli
