#include "cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>

#include "base/version.h"

namespace loopgate::cli {

namespace {

constexpr const char* kDescription =
    "Loopgate: Proxylity UDP Gateway and the AWS account behind it, in one process on your "
    "machine.\n"
    "Start with:  loopgate up template.yaml";

}  // namespace

CLI::Option* add_repeatable(CLI::App& verb, const std::string& name,
                            std::vector<std::string>& values, const std::string& description) {
  // CLI11 lets a list take all that follows, the verb's own arguments too.
  return verb.add_option(name, values, description)->allow_extra_args(false);
}

int run(int argc, char** argv) {
  CLI::App app(kDescription, "loopgate");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("loopgate {}", version()));
  app.failure_message(CLI::FailureMessage::help);
  Outcome outcome;
  for (auto* add :
       {add_up,       add_exec,    add_env,   add_deploy,   add_delete,  add_send,
        add_publish,  add_explain, add_trace, add_wait,     add_inspect, add_replay,
        add_run,      add_clock,   add_reset, add_snapshot, add_restore, add_health,
        add_scenario, add_reasons, add_peers, add_bill,     add_states,  add_wg_config}) {
    add(app, outcome);
  }
  // CLI11 would take what follows "--" as more positional arguments of the verb.
  const auto dashes = std::find_if(
      argv, argv + argc, [](const char* argument) { return std::strcmp(argument, "--") == 0; });
  if (dashes != argv + argc) outcome.command.assign(dashes + 1, argv + argc);
  const auto verbs = app.get_subcommands([](const CLI::App*) { return true; });
  const bool known = argc < 2 || argv[1][0] == '-' ||
                     std::any_of(
                         verbs.begin(), verbs.end(),
                         [&](const CLI::App* verb) { return verb->check_name(argv[1]); });
  if (!known) {
    std::fprintf(stderr, "loopgate: there is no verb '%s'; 'loopgate --help' lists them\n",
                 argv[1]);
    return 2;
  }
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    const auto parsed = app.get_subcommands();
    const auto verb = parsed.empty() ? std::string() : parsed.front()->get_name();
    std::fprintf(stderr, "loopgate: %s\nTry 'loopgate%s --help'.\n", error.what(),
                 verb.empty() ? "" : (" " + verb).c_str());
    return verb == kExec ? kExecFailed : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "loopgate: %s\n", error.what());
    return 1;
  }
  return outcome.status;
}

}  // namespace loopgate::cli
