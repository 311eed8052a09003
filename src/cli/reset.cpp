#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

void add_reset(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "reset", "Delete every stack, queue, topic, function and log of a sandbox");
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback([&outcome, endpoint] {
    const auto answer = Client(*endpoint).post("/_loopgate/reset", nlohmann::json::object());
    outcome.status = answer ? 0 : report(answer.error());
    if (answer) fmt::print("the sandbox is empty\n");
  });
}

}  // namespace loopgate::cli
