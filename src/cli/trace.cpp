#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/packet_text.h"

namespace loopgate::cli {

namespace {

struct TraceFlags {
  std::string tag;
  std::string reason;
  std::string event;
  std::string listener;
  std::string client;
  std::string last;
  std::string since;
  std::string until;
  bool follow = false;
  bool json = false;
  bool every_event = false;
  std::string endpoint;
};

Client::Query query_of(const TraceFlags& flags) {
  Client::Query query = {{"tag", flags.tag},       {"reason", flags.reason},
                         {"event", flags.event},   {"listener", flags.listener},
                         {"client", flags.client}, {"last", flags.last},
                         {"since", flags.since},   {"until", flags.until}};
  if (flags.follow) query.emplace("follow", "1");
  query.emplace("form", flags.every_event && !flags.json ? "text" : "json");
  std::erase_if(query, [](const auto& parameter) { return parameter.second.empty(); });
  return query;
}

// Turns the journal's lines of JSON into what people read.
class Story {
 public:
  Story(const TraceFlags& flags, Client& client)
      : client_(client),
        flags_(flags),
        // Who asks for one packet, or for one kind of step, wants to see the steps.
        text_(style_of(stdout), flags.tag.empty() && flags.event.empty()
                                    ? PacketText::Detail::kPackets
                                    : PacketText::Detail::kStory) {}

  void add(std::string_view line) {
    const auto document = read_json(line).value_or(nullptr);
    if (document.is_object() && document.contains("forgotten")) {
      fmt::print("… {} older events are no longer in memory\n",
                 document["forgotten"].get<std::uint64_t>());
    }
    const auto event = read_told(document);
    if (!event) return;
    learn_names(*event);
    fmt::print("{}", text_.add(*event));
  }
  void settle() { fmt::print("{}", text_.settle()); }

 private:
  // Once for what there is; for listeners that come while it follows, again.
  void learn_names(const Told& event) {
    const bool is_new = flags_.follow && event.kind == EventKind::kListener;
    if (std::exchange(knows_names_, true) && !is_new) return;
    if (const auto info = client_.get("/_loopgate/info")) text_.set_labels(Labels(*info));
  }

  Client& client_;
  const TraceFlags& flags_;
  PacketText text_;
  bool knows_names_ = false;
};

int trace(const TraceFlags& flags) {
  Client client(flags.endpoint);
  Story story(flags, client);
  std::size_t lines = 0;
  const auto on_line = [&](std::string_view line) {
    ++lines;
    flags.json || flags.every_event ? fmt::print("{}\n", line) : story.add(line);
    return true;
  };
  const auto on_pause = [&] {
    if (!flags.follow) return;
    story.settle();
    std::fflush(stdout);
  };
  const auto status = client.follow("/_loopgate/journal", query_of(flags), on_line, on_pause);
  story.settle();
  if (!status) return report(status.error());
  if (lines == 0 && !flags.json) fmt::print(stderr, "nothing in the journal matches\n");
  return 0;
}

}  // namespace

void add_trace(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("trace", "Show what happened to packets, and why");
  auto flags = std::make_shared<TraceFlags>();
  verb->add_option("tag", flags->tag, "Only the story of this packet, step by step")
      ->type_name("TAG");
  verb->add_option("--reason", flags->reason, "Only what was discarded for this reason");
  verb->add_option("--event", flags->event,
                   "Only this kind of event: received, discarded, sent, …");
  verb->add_option("--listener", flags->listener,
                   "Only this listener: its logical id, STACK/LOGICALID or name");
  verb->add_option("--client", flags->client, "Only the packets of this client")
      ->type_name("ADDRESS[:PORT]");
  verb->add_option("--last", flags->last, "Only the last packets, so many")->type_name("N");
  verb->add_option("--since", flags->since, "Only since then: 5m ago, or 2026-11-02T09:15:30Z")
      ->type_name("TIME");
  verb->add_option("--until", flags->until, "Only until then")->type_name("TIME");
  verb->add_flag("--follow,-f", flags->follow, "Go on as it happens");
  verb->add_flag("--verbose,-v", flags->every_event, "Every event, a line each");
  verb->add_flag("--json", flags->json, "One JSON object per line");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = trace(*flags); });
}

}  // namespace loopgate::cli
