#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

void add_reset(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "reset", "Delete every stack, queue, topic, function and log of a sandbox, and its journal");
  auto endpoint = std::make_shared<std::string>();
  auto keep = std::make_shared<bool>(false);
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->add_flag(
      "--keep-stacks", *keep,
      "Keep what was deployed and made, and warm functions; only messages, logs, packets "
      "under way and the journal go. For between two tests");
  verb->callback([&outcome, endpoint, keep] {
    const auto answer = Client(*endpoint).post("/_loopgate/reset", {{"keep_stacks", *keep}});
    outcome.status = answer ? 0 : report(answer.error());
    if (answer)
      fmt::print("{}\n", *keep ? "the sandbox has forgotten what it saw" : "the sandbox is empty");
  });
}

}  // namespace loopgate::cli
