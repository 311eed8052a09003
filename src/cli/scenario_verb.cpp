#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "cli/captured_story.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/replay_flags.h"
#include "cli/sandbox_flags.h"

namespace loopgate::cli {

namespace {

struct ScenarioFlags {
  ReplayFlags packets;
  std::string template_file;
  std::vector<std::string> parameters;
  std::string name;
  std::string output;
};

// Fills the story from the capture.
Status tell(const ScenarioFlags& flags, CapturedStory& story) {
  const auto selection = flags.packets.parse_selection();
  if (!selection) return std::unexpected(selection.error());
  auto targets = ReplayTargets::parse(flags.packets.to, flags.packets.maps);
  if (!targets) return std::unexpected(targets.error());
  if (targets->by_ports()) {
    return fail("say which listener takes what was sent to which port: --map 5683=Coap, or --to");
  }
  auto input = ReplayInput::open(flags.packets.input);
  if (!input) return std::unexpected(input.error());
  std::optional<WallTime> first;
  for (;;) {
    const auto packet = (*input)->next();
    if (!packet) return std::unexpected(packet.error());
    if (*packet == nullptr) break;
    const auto& each = **packet;
    first = first.value_or(each.time);
    bool fits = true;
    if (selection->is_recorded_answer(each, *first)) {
      if (const auto* target = targets->find(each.source.port)) {
        fits = story.add_answer(each, *target);
      }
    } else if (selection->why_not(each, *first).empty()) {
      if (const auto* target = targets->find(each.destination.port)) {
        fits = story.add_request(each, *target);
      }
    }
    if (!fits) {
      return fail(
          fmt::format("these are more than {} datagrams; choose some with --port, --client, "
                      "--since and --until",
                      CapturedStory::kMaxDatagrams));
    }
  }
  (*input)->print_warnings();
  if (story.requests() != 0) return {};
  return fail("no datagram of a client went to " + targets->ports() +
              "; 'loopgate inspect' shows what is in the capture");
}

// As seen from the folder of the scenario.
std::string seen_from(const std::string& output, const std::string& file) {
  const auto folder = std::filesystem::absolute(output).parent_path();
  const auto relative = std::filesystem::absolute(file).lexically_normal().lexically_relative(
      folder.lexically_normal());
  return relative.empty() ? file : relative.string();
}

int make_scenario(const ScenarioFlags& flags) {
  const auto parameters = parse_parameters(flags.parameters);
  if (!parameters) return report(parameters.error());
  CapturedStory story;
  if (const auto told = tell(flags, story); !told) return report(told.error());
  const auto& capture = flags.packets.input.file;
  const bool to_file = !flags.output.empty() && flags.output != "-";
  const auto text = story.to_yaml(
      {.name = flags.name.empty() ? std::filesystem::path(capture).stem().string() : flags.name,
       .capture = std::filesystem::path(capture).filename().string(),
       .template_file =
           to_file ? seen_from(flags.output, flags.template_file) : flags.template_file,
       .parameters = *parameters});
  if (!to_file) {
    fmt::print("{}", text);
    return 0;
  }
  std::ofstream out(flags.output, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) return report({"cannot be written", {flags.output}});
  fmt::print("{}: {} datagrams sent, {} answers expected\n", flags.output, story.requests(),
             story.answers());
  return 0;
}

}  // namespace

void add_scenario(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "scenario", "Make a scenario from a capture: its clients' datagrams, its answers expected");
  auto flags = std::make_shared<ScenarioFlags>();
  flags->packets.add_choice_to(*verb);
  verb->add_option("--template", flags->template_file, "The template with those listeners")
      ->required()
      ->type_name("TEMPLATE");
  add_repeatable(*verb, "--parameter", flags->parameters, "A template parameter, may be repeated")
      ->type_name("NAME=VALUE");
  verb->add_option("--name", flags->name, "Of the scenario; default: the capture's");
  verb->add_option("-o,--output", flags->output, "Where it is written; default: standard output")
      ->type_name("FILE");
  verb->callback([&outcome, flags] { outcome.status = make_scenario(*flags); });
}

}  // namespace loopgate::cli
