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

int trace(const TraceFlags& flags) {
  Client client(flags.endpoint);
  Client::Query query = {{"tag", flags.tag},
                         {"reason", flags.reason},
                         {"event", flags.event},
                         {"listener", flags.listener},
                         {"follow", flags.follow ? "1" : ""},
                         {"form", flags.json ? "json" : "text"}};
  std::erase_if(query, [](const auto& parameter) { return parameter.second.empty(); });
  std::size_t lines = 0;
  const auto status = client.follow("/_loopgate/journal", query, [&](std::string_view line) {
    ++lines;
    fmt::print("{}\n", line);
    if (flags.follow) std::fflush(stdout);
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
  verb->add_option("--event", flags->event,
                   "Only this kind of event: received, discarded, sent, …");
  verb->add_option("--listener", flags->listener,
                   "Only this listener: its logical id, STACK/LOGICALID or name");
  verb->add_flag("--follow,-f", flags->follow, "Go on as it happens");
  verb->add_flag("--json", flags->json, "One JSON object per line");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = trace(*flags); });
}

}  // namespace loopgate::cli
