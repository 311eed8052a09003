#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

struct WaitFlags {
  std::map<std::string, std::string> query;
  bool json = false;
  std::string endpoint;
};

int wait(const WaitFlags& flags) {
  Client client(flags.endpoint);
  client.wait_for_ever();  // for as long as --within says
  Client::Query query(flags.query.begin(), flags.query.end());
  std::erase_if(query, [](const auto& parameter) { return parameter.second.empty(); });
  const auto answer = client.get("/_loopgate/wait", query);
  if (!answer) return report(answer.error());
  if (flags.json) {
    for (const auto& event : (*answer)["events"]) fmt::print("{}\n", write_json(event));
  }
  if ((*answer)["arrived"] == true) return 0;
  fmt::print(stderr, "loopgate: {}\n", (*answer)["said"].get<std::string>());
  return 1;
}

}  // namespace

void add_wait(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "wait", "Wait until the journal has what is asked for, or end with status 1 and what it has");
  auto flags = std::make_shared<WaitFlags>();
  const auto add = [&](const std::string& name, const char* type, const char* description) {
    verb->add_option("--" + name, flags->query[name], description)->type_name(type);
  };
  add("event", "KIND", "Of this kind: received, sent, discarded, …");
  add("reason", "CODE", "Discarded for this reason");
  add("listener", "NAME", "Of this listener: its logical id, STACK/LOGICALID or name");
  add("count", "N", "So many of them; default 1");
  add("after", "SEQ",
      "Only events after this one (last_seq of /_loopgate/info); default: all since the last "
      "reset");
  add("idle", "DURATION",
      "Then until nothing has happened for so long, and no packet is under way and no function "
      "runs");
  add("within", "DURATION", "At most so long, of real time; default 5s");
  verb->add_flag("--json", flags->json, "Print the events, one JSON object per line");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = wait(*flags); });
}

}  // namespace loopgate::cli
