#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

// For a container's health check and for scripts that wait: the status says it all.
void add_health(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "health", "Whether a sandbox answers and its stacks are deployed: status 0, else 1");
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback([&outcome, endpoint] {
    const auto answer = Client(*endpoint).get("/_loopgate/health");
    outcome.status = answer ? 0 : report(answer.error());
    if (answer) fmt::print("{}\n", (*answer)["status"].get<std::string>());
  });
}

}  // namespace loopgate::cli
