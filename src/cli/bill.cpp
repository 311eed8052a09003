#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

constexpr const char* kRow = "{:<32} {:>20} {:>20} {:>20} {:>10}\n";

void print_row(const std::string& name, const nlohmann::json& row) {
  const auto counted = [&](const char* what) {
    const auto packets = row[what]["packets"].get<std::uint64_t>();
    const auto billed = row[what]["billed"].get<std::uint64_t>();
    return packets == billed ? fmt::format("{}", packets)
                             : fmt::format("{} (of {})", billed, packets);
  };
  fmt::print(kRow, name, counted("delivered"), counted("replied"), counted("sourced"),
             row["billed"].get<std::uint64_t>());
}

int bill(const std::string& listener, bool as_json, const std::string& endpoint) {
  Client::Query query;
  if (!listener.empty()) query = {{"listener", listener}};
  const auto answer = Client(endpoint).get("/_loopgate/bill", query);
  if (!answer) return report(answer.error());
  if (as_json) {
    fmt::print("{}\n", write_json(*answer));
    return 0;
  }
  fmt::print(kRow, "listener", "delivered", "replied", "sourced", "billed");
  for (const auto& row : (*answer)["listeners"])
    print_row(row.value("logical_id", row["listener"].get<std::string>()), row);
  if ((*answer)["listeners"].size() != 1) print_row("in all", *answer);
  return 0;
}

}  // namespace

void add_bill(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "bill", "Show how many packets the service would have billed since the last reset");
  auto listener = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("listener", *listener,
                   "The listener's logical id, STACK/LOGICALID or name; default: all")
      ->type_name("LISTENER");
  verb->add_flag("--json", *as_json, "As JSON");
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->footer(
      "Each delivery to a destination and each packet out counts, answers and sourced ones alike, "
      "once per\nstarted KB: '5 (of 3)' are three packets that count as five. What was discarded "
      "is free.");
  verb->callback([&outcome, listener, as_json, endpoint] {
    outcome.status = bill(*listener, *as_json, *endpoint);
  });
}

}  // namespace loopgate::cli
