#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "base/system_time.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/scenario_report.h"
#include "io/forked.h"
#include "io/system_message.h"
#include "scenario/runner.h"

namespace loopgate::cli {

namespace {

namespace fs = std::filesystem;

struct RunFlags {
  std::vector<std::string> paths;
  std::uint64_t seed = 0;
  std::size_t jobs = 0;
  bool journal = false;
  bool tap = false;
  bool json = false;
  std::string junit;
  std::string html;
};

// A file as it is named; of a folder the scenarios in it and below, by name.
Result<std::vector<std::string>> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const auto& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      const auto extension = entry.path().extension();
      if (extension != ".yaml" && extension != ".yml") continue;
      if (scenario::is_scenario(entry.path().string())) found.push_back(entry.path().string());
    }
    if (error) return fail(fmt::format("{}: {}", path, error.message()));
    if (found.empty()) return fail(path + ": no scenario is in this folder");
    std::ranges::sort(found);
    std::ranges::move(found, std::back_inserter(out));
  }
  return out;
}

Status write_report(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) return fail(fmt::format("cannot write: {}", io::system_message(errno)), {path});
  return {};
}

ScenarioResult run_one(const std::string& file, const scenario::RunOptions& options) {
  const auto began = system_instant();
  ScenarioResult out{file, scenario::run_file(file, options), {}};
  out.took = system_instant() - began;
  return out;
}

class Run {
 public:
  explicit Run(const RunFlags& flags) : flags_(flags) {}

  int of(const std::vector<std::string>& files) {
    scenario::RunOptions options;
    if (flags_.seed != 0) options.seed = flags_.seed;
    options.keep_journal = flags_.journal;
    if (flags_.tap) fmt::print("{}", tap_header(files.size()));
    if (flags_.jobs == 1 || files.size() == 1) {
      for (const auto& file : files) add(run_one(file, options));
    } else {
      run_beside_each_other(files, options);
    }
    return finish();
  }

 private:
  void run_beside_each_other(const std::vector<std::string>& files,
                             const scenario::RunOptions& options) {
    const auto work = [&](std::size_t job) {
      const auto result = run_one(files[job], options);
      auto described = describe(result);
      described["journal"] = result.report.journal;
      return write_json(described);
    };
    io::run_forked(
        files.size(), flags_.jobs, work, [&](std::size_t job, Result<std::string> result) {
          const auto described =
              result ? read_json(*result) : Result<nlohmann::json>(std::unexpected(result.error()));
          if (described) return add(read_result(*described));
          ScenarioResult broken{files[job], {}, {}};
          broken.report.message = described.error().message;
          broken.report.text = files[job] + ": " + broken.report.message;
          add(std::move(broken));
        });
  }

  void add(ScenarioResult result) {
    const auto& report = result.report;
    passed_ += report.passed ? 1 : 0;
    skipped_ += report.skipped.empty() ? 0 : 1;
    if (flags_.tap) {
      fmt::print("{}", tap_lines(results_.size() + 1, result));
    } else if (flags_.json) {
      fmt::print("{}\n", write_json(describe(result)));
    } else {
      print(result);
    }
    if (flags_.journal) fmt::print("{}", report.journal);
    std::fflush(stdout);
    results_.push_back(std::move(result));
  }

  static void print(const ScenarioResult& result) {
    const auto& report = result.report;
    if (!report.skipped.empty()) {
      fmt::print("skipped {}  {}: {}\n", result.file, report.name, report.skipped);
      return;
    }
    fmt::print("{} {}  {} ({} simulated)\n", report.passed ? "passed" : "FAILED", result.file,
               report.name, to_string(report.simulated));
    if (!report.passed) fmt::print("{}\n", report.text);
  }

  int finish() {
    const auto failed = results_.size() - passed_ - skipped_;
    if (!flags_.tap && !flags_.json) {
      fmt::print("{} passed, {} failed", passed_, failed);
      if (skipped_ != 0) fmt::print(", {} skipped", skipped_);
      fmt::print("\n");
    }
    for (const auto& [path, text] :
         {std::pair{flags_.junit, &as_junit}, std::pair{flags_.html, &scenario_page}}) {
      if (path.empty()) continue;
      if (const auto written = write_report(path, text(results_)); !written)
        return report(written.error());
    }
    return failed == 0 ? 0 : 1;
  }

  const RunFlags& flags_;
  std::vector<ScenarioResult> results_;
  std::size_t passed_ = 0;
  std::size_t skipped_ = 0;
};

int run_scenarios(const RunFlags& flags) {
  const auto files = find_scenarios(flags.paths);
  if (!files) return report(files.error());
  return Run(flags).of(*files);
}

}  // namespace

void add_run(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "run", "Run scenario files, each in a sandbox of its own on simulated time");
  auto flags = std::make_shared<RunFlags>();
  verb->add_option("scenario", flags->paths, "Scenario files (YAML), or folders of them")
      ->required()
      ->type_name("SCENARIO");
  verb->add_option("--seed", flags->seed, "Seed of ids and randomness; default: the scenario's");
  verb->add_option("-j,--jobs", flags->jobs,
                   "How many run side by side, each in a process of its own; default: one a core");
  verb->add_flag("--journal", flags->journal, "Print the whole journal as JSON lines");
  auto* tap = verb->add_flag("--tap", flags->tap, "Print results as TAP, version 14");
  verb->add_flag("--json", flags->json, "Print a line of JSON for each scenario")->excludes(tap);
  verb->add_option("--junit", flags->junit, "Write the results as JUnit XML, for CI")
      ->type_name("FILE");
  verb->add_option("--html", flags->html, "Write the results as a page to read")->type_name("FILE");
  verb->callback([&outcome, flags] { outcome.status = run_scenarios(*flags); });
}

}  // namespace loopgate::cli
