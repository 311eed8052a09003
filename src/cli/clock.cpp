#include <fmt/format.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

void print_clock(const nlohmann::json& answer) {
  fmt::print("{}  ahead of the system by {}\n", answer["now"].get<std::string>(),
             answer["ahead"].get<std::string>());
}

int show(const std::string& endpoint) {
  const auto answer = Client(endpoint).get("/_loopgate/clock");
  if (!answer) return report(answer.error());
  print_clock(*answer);
  return 0;
}

int move_clock(const std::string& by, const std::string& endpoint) {
  if (const auto step = parse_duration(by); !step) return report(step.error());
  Client client(endpoint);
  client.wait_for_ever();
  const auto answer = client.post("/_loopgate/clock", {{"advance", by}});
  if (!answer) return report(answer.error());
  print_clock(*answer);
  return 0;
}

}  // namespace

void add_clock(CLI::App& app, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("clock", "Show the sandbox's clock, or move it: clock advance 3m");
  auto endpoint = std::make_shared<std::string>();
  auto by = std::make_shared<std::string>();
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  auto* move = verb->add_subcommand(
      "advance",
      "Move time forward; everything due happens, in order, and functions that run are waited "
      "for");
  move->add_option("duration", *by, "250ms, 30s, 3m, 1h30m")->required()->type_name("DURATION");
  move->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback([&outcome, endpoint, by, move] {
    outcome.status = move->parsed() ? move_clock(*by, *endpoint) : show(*endpoint);
  });
}

}  // namespace loopgate::cli
