#include <fmt/format.h>

#include "cli/cli.h"
#include "scenario/runner.h"

namespace loopgate::cli {

namespace {

struct RunFlags {
  std::vector<std::string> files;
  std::uint64_t seed = 0;
  bool journal = false;
};

int run_scenarios(const RunFlags& flags) {
  scenario::RunOptions options;
  if (flags.seed != 0) options.seed = flags.seed;
  options.keep_journal = flags.journal;
  std::size_t failed = 0;
  for (const auto& file : flags.files) {
    const auto report = scenario::run_file(file, options);
    fmt::print("{} {}  {} ({} simulated)\n", report.passed ? "passed" : "FAILED", file, report.name,
               to_string(report.simulated));
    if (!report.passed) fmt::print("{}\n", report.text);
    if (flags.journal) fmt::print("{}", report.journal);
    std::fflush(stdout);
    failed += report.passed ? 0 : 1;
  }
  fmt::print("{} passed, {} failed\n", flags.files.size() - failed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

void add_run(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "run", "Run scenario files, each in a sandbox of its own on simulated time");
  auto flags = std::make_shared<RunFlags>();
  verb->add_option("scenario", flags->files, "Scenario files (YAML)")
      ->required()
      ->type_name("SCENARIO");
  verb->add_option("--seed", flags->seed, "Seed of ids and randomness; default: the scenario's");
  verb->add_flag("--journal", flags->journal, "Print the whole journal as JSON lines");
  verb->callback([&outcome, flags] { outcome.status = run_scenarios(*flags); });
}

}  // namespace loopgate::cli
