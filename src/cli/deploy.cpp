#include <fmt/format.h>

#include <filesystem>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/sandbox_flags.h"
#include "cli/stack_text.h"
#include "cli/template_input.h"

namespace loopgate::cli {

namespace {

// Where a stack is, for those who do not mean the sandbox's own account and first region.
struct Place {
  std::string account;
  std::string region;

  void add_to(CLI::App& verb) {
    verb.add_option("--account", account, "Whose stack: twelve digits; default: the sandbox's own");
    verb.add_option("--region", region, "Of those that the sandbox has; default: its first");
  }
};

struct DeployFlags {
  std::string template_file;
  std::string stack;
  std::vector<std::string> parameters;
  DeploymentFlags how;
  Place place;
  std::string endpoint;
};

// What is said of one template holds for it, what a folder says for the rest.
int deploy_one(Client& client, const DeployFlags& flags, const DeployOptions& given) {
  const auto parameters = parse_parameters(flags.parameters);
  if (!parameters) return report(parameters.error());
  const auto resolve = flags.how.resolve();
  if (!resolve) return report(resolve.error());
  auto references = *resolve;
  references.insert(given.resolve.begin(), given.resolve.end());
  const auto or_given = [](const std::string& flag, const std::string& other) {
    return flag.empty() ? other : flag;
  };
  const auto answer =
      client.post("/_loopgate/deploy",
                  {{"stack", given.stack},
                   {"template_file", std::filesystem::absolute(given.template_file).string()},
                   {"template", given.template_text},
                   {"parameters", *parameters},
                   {"allow_unsupported", flags.how.allow_unsupported()},
                   {"resolve", references},
                   {"account", or_given(flags.place.account, given.account)},
                   {"region", or_given(flags.place.region, given.region)}});
  if (!answer) return report(answer.error());
  const auto stack = (*answer)["stack"].get<std::string>();
  fmt::print("deployed {}\n", stack);
  const auto info = client.get("/_loopgate/info");
  if (!info) return report(info.error());
  const auto style = style_of(stdout);
  fmt::print("{}{}", stack_text(*info, stack, style), vendor_note(*info, style));
  return 0;
}

int deploy(const DeployFlags& flags) {
  const auto given = template_input(flags.template_file, flags.stack);
  if (!given) return report(given.error());
  Client client(flags.endpoint);
  for (const DeployOptions& each : *given) {
    if (const int status = deploy_one(client, flags, each); status != 0) return status;
  }
  return 0;
}

int remove(const std::string& stack, const Place& place, const std::string& endpoint) {
  Client client(endpoint);
  const auto answer =
      client.post("/_loopgate/delete",
                  {{"stack", stack}, {"account", place.account}, {"region", place.region}});
  if (!answer) return report(answer.error());
  fmt::print("deleted {}\n", stack);
  return 0;
}

}  // namespace

void add_deploy(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("deploy", "Create or update a stack in a running sandbox");
  auto flags = std::make_shared<DeployFlags>();
  verb->add_option("template", flags->template_file,
                   "The template, or a folder that `cdk synth` wrote")
      ->required()
      ->type_name("TEMPLATE");
  verb->add_option("--stack", flags->stack,
                   "Stack name; default: the template's file name, of template.yaml its folder's");
  add_repeatable(*verb, "--parameter", flags->parameters, "A template parameter, may be repeated")
      ->type_name("NAME=VALUE");
  flags->how.add_to(*verb);
  flags->place.add_to(*verb);
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = deploy(*flags); });
}

void add_delete(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("delete", "Delete a stack of a running sandbox");
  auto stack = std::make_shared<std::string>();
  auto place = std::make_shared<Place>();
  place->add_to(*verb);
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("stack", *stack, "The stack's name")->required()->type_name("STACK");
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback(
      [&outcome, stack, place, endpoint] { outcome.status = remove(*stack, *place, *endpoint); });
}

}  // namespace loopgate::cli
