#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

struct TraceFlags {
  std::string tag;
  std::string reason;
  std::string event;
  std::string listener;
  bool follow = false;
  bool json = false;
  std::string endpoint;
};

void add_query(std::string& path, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += name;
  path += '=';
  for (const char c : value) path += fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

int trace(const TraceFlags& flags) {
  std::string path = "/_loopgate/journal";
  add_query(path, "tag", flags.tag);
  add_query(path, "reason", flags.reason);
  add_query(path, "event", flags.event);
  add_query(path, "listener", flags.listener);
  add_query(path, "follow", flags.follow ? "1" : "");
  add_query(path, "form", flags.json ? "json" : "text");
  Client client(flags.endpoint);
  std::size_t lines = 0;
  const auto status = client.follow(path, [&](std::string_view line) {
    ++lines;
    fmt::print("{}\n", line);
    std::fflush(stdout);
    return true;
  });
  if (!status) return report(status.error());
  if (lines == 0 && !flags.json) fmt::print(stderr, "nothing in the journal matches\n");
  return 0;
}

}  // namespace

void add_trace(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("trace", "Show what happened to packets, and why");
  auto flags = std::make_shared<TraceFlags>();
  verb->add_option("tag", flags->tag, "Only the story of this packet")->type_name("TAG");
  verb->add_option("--reason", flags->reason, "Only what was discarded for this reason");
  verb->add_option("--event", flags->event, "Only this kind of event: received, discarded, sent, …");
  verb->add_option("--listener", flags->listener, "Only this listener, by name");
  verb->add_flag("--follow,-f", flags->follow, "Go on as it happens");
  verb->add_flag("--json", flags->json, "One JSON object per line");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = trace(*flags); });
}

}  // namespace loopgate::cli
