#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

// The two verbs have the same arguments.
void add_verb(CLI::App& app, Outcome& outcome, const char* name, const char* description,
              int (*run)(const std::string& name, const std::string& endpoint)) {
  auto* verb = app.add_subcommand(name, description);
  auto snapshot = std::make_shared<std::string>();
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("name", *snapshot, "The snapshot's name")->required()->type_name("NAME");
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback(
      [&outcome, run, snapshot, endpoint] { outcome.status = run(*snapshot, *endpoint); });
}

int take(const std::string& name, const std::string& endpoint) {
  const auto answer = Client(endpoint).post("/_loopgate/snapshot", {{"name", name}});
  if (!answer) return report(answer.error());
  fmt::print("the sandbox's state is kept as '{}' until it ends\n", name);
  return 0;
}

int put_back(const std::string& name, const std::string& endpoint) {
  const auto answer = Client(endpoint).post("/_loopgate/restore", {{"name", name}});
  if (!answer) return report(answer.error());
  fmt::print("the sandbox is as it was at '{}'\n", name);
  return 0;
}

}  // namespace

void add_snapshot(CLI::App& app, Outcome& outcome) {
  add_verb(app, outcome, "snapshot",
           "Keep the state of a sandbox by a name: stacks, messages, functions, logs, its clock",
           take);
}

void add_restore(CLI::App& app, Outcome& outcome) {
  add_verb(app, outcome, "restore", "Put a sandbox back to what 'snapshot' has kept", put_back);
}

}  // namespace loopgate::cli
