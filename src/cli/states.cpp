#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "cli/cli.h"
#include "cli/client.h"
#include "sandbox/try_machine.h"

namespace loopgate::cli {

namespace {

struct Given {
  std::string definition;
  std::string input = "{}";
  std::vector<std::string> answers;
  std::uint64_t seed = 1;
  bool express = false;
  bool trace = false;
};

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("cannot be read", {path, 0});
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// JSON as it stands, or the file behind "@".
Result<std::string> text_or_file(const std::string& given) {
  return given.starts_with('@') ? read_text(given.substr(1)) : Result<std::string>(given);
}

void print_steps(const TriedMachine& tried) {
  for (const auto& step : tried.steps) {
    fmt::print("{} ({})\n  in   {}\n", step.state, step.type, step.input);
    if (!step.output.empty()) fmt::print("  out  {}  after {}\n", step.output, step.at);
  }
}

int run_machine(const Given& given) {
  MachineTrial trial;
  trial.definition_file = given.definition;
  auto definition = read_text(given.definition);
  if (!definition) return report(definition.error());
  trial.definition = std::move(*definition);
  auto input = text_or_file(given.input);
  if (!input) return report(input.error());
  trial.input = std::move(*input);
  trial.express = given.express;
  trial.seed = given.seed;
  for (const auto& answer : given.answers) {
    const auto equals = answer.find('=');
    if (equals == std::string::npos) {
      return report(Error{"--answer is STATE=JSON or STATE=error:NAME, not " + answer, {}});
    }
    auto text = text_or_file(answer.substr(equals + 1));
    if (!text) return report(text.error());
    trial.answers[answer.substr(0, equals)] = std::move(*text);
  }
  const auto tried = try_machine(trial);
  if (!tried) return report(tried.error());
  if (given.trace) print_steps(*tried);
  if (tried->status == "SUCCEEDED") {
    fmt::print("{}\n", tried->output);
    return 0;
  }
  std::fprintf(stderr, "%s",
               fmt::format("{}: {}{}{}\n", tried->status,
                           tried->error.empty() ? "no error name" : tried->error,
                           tried->cause.empty() ? "" : ": ", tried->cause)
                   .c_str());
  return 1;
}

}  // namespace

void add_states(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("states", "Try a state machine: states run machine.asl.json");
  verb->require_subcommand(1);
  auto given = std::make_shared<Given>();
  auto* run = verb->add_subcommand(
      "run", "Run a definition here, without a sandbox; waiting takes no time");
  run->add_option("definition", given->definition, "The definition, JSON or YAML")
      ->required()
      ->type_name("FILE");
  run->add_option("--input", given->input, "JSON, or @FILE")->type_name("JSON");
  add_repeatable(*run, "--answer", given->answers,
                 "What a task answers: STATE=JSON, STATE=@FILE or STATE=error:NAME");
  run->add_option("--seed", given->seed, "Of everything random (jitter, UUIDs)");
  run->add_flag("--express", given->express, "As an EXPRESS machine");
  run->add_flag("--trace", given->trace, "Each state with its input and output");
  run->callback([&outcome, given] { outcome.status = run_machine(*given); });
}

}  // namespace loopgate::cli
