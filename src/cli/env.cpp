#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/sandbox_flags.h"

namespace loopgate::cli {

namespace {

int env(const std::string& endpoint) {
  Client client(endpoint);
  const auto info = client.get("/_loopgate/info");
  if (!info) return report(info.error());
  for (const auto& name : foreign_variables()) fmt::print("unset {}\n", name);
  for (const auto& [name, value] :
       client_environment(*info, (*info)["regions"].front().get<std::string>())) {
    fmt::print("export {}={}\n", name, shell_quoted(value));
  }
  return 0;
}

}  // namespace

void add_env(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "env", "Print what clients need as shell exports: eval \"$(loopgate env)\"");
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback([&outcome, endpoint] { outcome.status = env(*endpoint); });
}

}  // namespace loopgate::cli
