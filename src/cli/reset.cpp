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
  auto account = std::make_shared<std::string>();
  auto* const whose = verb->add_option(
      "--account", *account,
      "Only what belongs to this account, for suites side by side: twelve digits, as "
      "their access key. The journal and the clock are everybody's and stay");
  verb->add_flag(
      "--keep-stacks", *keep,
      "Keep what was deployed and made, and warm functions; only messages, logs, packets "
      "under way and the journal go. For between two tests");
  verb->callback([&outcome, endpoint, keep, account, whose] {
    nlohmann::json body = {{"keep_stacks", *keep}};
    if (whose->count() > 0) body["account"] = *account;  // an empty one is refused, not everybody's
    const auto answer = Client(*endpoint).post("/_loopgate/reset", body);
    outcome.status = answer ? 0 : report(answer.error());
    if (!answer) return;
    const auto name = account->empty() ? "the sandbox" : "account " + *account;
    fmt::print("{} {}\n", name, *keep ? "has forgotten what it saw" : "is empty");
  });
}

}  // namespace loopgate::cli
