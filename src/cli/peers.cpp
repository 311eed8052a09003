#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

std::string seconds(const nlohmann::json& row, const char* field) {
  return row.contains(field) ? fmt::format("{:.0f} s", row[field].get<double>()) : "-";
}

std::string text(const nlohmann::json& row, const char* field) {
  return row.contains(field) ? row[field].get<std::string>() : "-";
}

int peers(const std::string& listener, bool as_json, const std::string& endpoint) {
  const auto answer = Client(endpoint).get("/_loopgate/peers", {{"listener", listener}});
  if (!answer) return report(answer.error());
  if (as_json) {
    fmt::print("{}\n", write_json(*answer));
    return 0;
  }
  constexpr const char* kRow = "{:<44} {:<10} {:<9} {:<22} {:>8} {:>9} {:>17} {:>17}  {}\n";
  fmt::print(kRow, "peer", "region", "session", "endpoint", "age", "handshake", "received", "sent",
             "next");
  for (const auto& row : (*answer)["peers"]) {
    const auto traffic = [&](const char* packets, const char* bytes) {
      return fmt::format("{} ({} B)", row[packets].get<std::uint64_t>(),
                         row[bytes].get<std::uint64_t>());
    };
    fmt::print(kRow, text(row, "peer"), text(row, "region"), text(row, "session"),
               text(row, "endpoint"), seconds(row, "age_s"), seconds(row, "handshake_ago_s"),
               traffic("rx_packets", "rx_bytes"), traffic("tx_packets", "tx_bytes"),
               row.contains("next") ? text(row, "next") + " in " + seconds(row, "next_in_s") : "-");
  }
  return 0;
}

}  // namespace

void add_peers(CLI::App& app, Outcome& outcome) {
  auto* verb =
      app.add_subcommand("peers", "Show the WireGuard peers of a listener and their sessions");
  auto listener = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto endpoint = std::make_shared<std::string>();
  verb->add_option("listener", *listener,
                   "The listener's logical id, STACK/LOGICALID or name; default: all")
      ->type_name("LISTENER");
  verb->add_flag("--json", *as_json, "As JSON");
  verb->add_option("--endpoint", *endpoint, "The running sandbox");
  verb->callback([&outcome, listener, as_json, endpoint] {
    outcome.status = peers(*listener, *as_json, *endpoint);
  });
}

}  // namespace loopgate::cli
