#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/packet_text.h"

namespace loopgate::cli {

namespace {

std::string text(const nlohmann::json& row, const char* field) {
  return row.contains(field) ? row[field].get<std::string>() : "-";
}

// Of a field in seconds.
std::string time(const nlohmann::json& row, const char* field) {
  if (!row.contains(field)) return "-";
  const auto duration = std::chrono::duration<double>(row[field].get<double>());
  return duration < std::chrono::minutes(1)
             ? fmt::format("{:.0f} s", duration.count())
             : readable_duration(std::chrono::round<Duration>(duration));
}

std::string traffic(const nlohmann::json& row, const char* packets, const char* bytes) {
  return fmt::format("{} ({})", row[packets].get<std::uint64_t>(),
                     readable_size(row[bytes].get<std::uint64_t>()));
}

Paint paint_of(const std::string& session) {
  if (session == "live") return Paint::kGood;
  return session == "expired" ? Paint::kWarning : Paint::kDim;
}

// A line says who and where, the next what of it, so that both fit a window.
std::string peer_text(const nlohmann::json& row, const Labels& labels, const Style& style) {
  constexpr std::size_t kIndent = 2;
  constexpr std::size_t kHang = 4;
  const auto session = text(row, "session");
  Paragraph head;
  head.add(text(row, "peer"), Paint::kBold).add("  " + labels.listener(text(row, "listener")));
  if (labels.several_regions()) head.add("@" + text(row, "region"));
  if (row.contains("endpoint")) head.add("  " + text(row, "endpoint"));
  Paragraph more;
  more.pad_to(kIndent).add("session " + session, paint_of(session));
  if (row.contains("age_s")) more.add(" for " + time(row, "age_s"));
  if (row.contains("handshake_ago_s")) {
    more.add(fmt::format(", handshake {} ago", time(row, "handshake_ago_s")));
  }
  more.add(fmt::format(", received {}, sent {}", traffic(row, "rx_packets", "rx_bytes"),
                       traffic(row, "tx_packets", "tx_bytes")));
  if (row.contains("next")) {
    more.add(fmt::format(", next: {} in {}", text(row, "next"), time(row, "next_in_s")));
  }
  return head.laid_out(style, kHang) + more.laid_out(style, kHang);
}

int peers(const std::string& listener, bool as_json, const std::string& endpoint) {
  Client client(endpoint);
  const auto answer = client.get("/_loopgate/peers", {{"listener", listener}});
  if (!answer) return report(answer.error());
  if (as_json) {
    fmt::print("{}\n", write_json(*answer));
    return 0;
  }
  const auto info = client.get("/_loopgate/info");
  if (!info) return report(info.error());
  const Labels labels(*info);
  const auto style = style_of(stdout);
  for (const auto& row : (*answer)["peers"]) fmt::print("{}", peer_text(row, labels, style));
  if ((*answer)["peers"].empty()) fmt::print("no peers\n");
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
