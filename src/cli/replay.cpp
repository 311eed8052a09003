#include <fmt/format.h>

#include <algorithm>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/payload_flags.h"
#include "cli/replay_comparison.h"
#include "cli/replay_delivery.h"
#include "cli/replay_findings.h"
#include "cli/replay_flags.h"
#include "cli/replay_run.h"
#include "cli/replay_writer.h"

namespace loopgate::cli {

namespace {

// What comes back, as it comes.
class Printer final : public ReplayObserver {
 public:
  void on_answer(const ReplayAnswer& answer) override {
    fmt::print("to {}: {}\n", answer.client.to_string(), printable(answer.payload));
  }
};

Result<ReplayTargets> targets_of(const ReplayFlags& flags, Client& client) {
  auto targets = ReplayTargets::parse(flags.to, flags.maps);
  if (!targets) return targets;
  if (targets->by_ports()) {
    const auto info = client.get("/_loopgate/info");
    if (!info) return std::unexpected(info.error());
    targets->match_ports(*info);
    if (targets->all().empty()) {
      return fail("no listener is deployed; name a target with --to or --map");
    }
  }
  if (flags.send) return targets;
  for (const auto& target : targets->all()) {
    if (!Endpoint::parse(target)) continue;
    return fail(
        fmt::format("{} is an address: --send sends there; without it, name a listener", target));
  }
  return targets;
}

std::string list_of(const ReplayInput::Skipped& skipped) {
  std::string out;
  for (const auto& [why, count] : skipped) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, why);
  }
  return out;
}

std::string why_nothing(const ReplayInput::Skipped& skipped, const ReplayTargets& targets) {
  if (skipped.empty()) return "nothing was replayed: the capture has no packets";
  auto out = "nothing was replayed: of its packets are " + list_of(skipped);
  if (targets.by_ports()) {
    out += fmt::format(" (the listeners have {}; --to or --map names others)", targets.ports());
  }
  return out;
}

void print_summary(const ReplayDelivery& delivery, const ReplayInput::Skipped& skipped) {
  const auto counts = delivery.counts();
  const auto* outcomes = delivery.outcomes();
  const auto ends = outcomes == nullptr ? std::string() : outcomes->to_string();
  fmt::print("replayed {} datagrams{}{}\n", counts.put, ends.empty() ? "" : ": ", ends);
  for (const auto& [why, count] : skipped) fmt::print("skipped {}: {}\n", count, why);
  fmt::print("{} answers\n", counts.answers);
  for (const auto& note : counts.notes) fmt::print("{}\n", note);
  if (outcomes != nullptr && outcomes->forgotten() != 0) {
    fmt::print(
        "{} events of the journal were gone before they were read: what became of some packets is "
        "not known\n",
        outcomes->forgotten());
  }
}

// Whoever looks at the packets besides the user.
struct Observers {
  Printer printer;
  std::unique_ptr<ReplayWriter> writer;
  std::unique_ptr<ReplayComparison> comparison;
  std::unique_ptr<ReplayFindings> findings;

  static Result<Observers> of(const ReplayFlags& flags) {
    Observers out;
    if (flags.compares()) {
      auto masks = codec::capture::Masks::parse(flags.masks);
      if (!masks) return fail("--mask: " + masks.error().message);
      out.comparison = std::make_unique<ReplayComparison>(*std::move(masks));
    }
    if (flags.mutants != 0) out.findings = std::make_unique<ReplayFindings>();
    if (!flags.against.empty()) {
      auto run = ReplayInput::open({.file = flags.against});
      if (!run) return std::unexpected(run.error());
      out.comparison->against(*std::move(run));
    }
    if (flags.write.empty()) return out;
    auto writer = ReplayWriter::open(flags.write, !flags.send);
    if (!writer) return std::unexpected(writer.error());
    out.writer = *std::move(writer);
    return out;
  }

  ReplayObservers list(bool quiet) {
    ReplayObservers out;
    if (!quiet) out.push_back(&printer);
    if (writer) out.push_back(writer.get());
    if (comparison) out.push_back(comparison.get());
    if (findings) out.push_back(findings.get());
    return out;
  }
};

// What was written and compared; 1 when it is not as it should be.
int finish(Observers& observers, const ReplayFlags& flags) {
  if (observers.writer) {
    if (const auto written = observers.writer->finish(); !written) return report(written.error());
    fmt::print("wrote {} packets to {}\n", observers.writer->written(), flags.write);
    if (observers.writer->left_out() != 0) {
      fmt::print("left out {}: too large for an IP packet, or to a client that said nothing\n",
                 observers.writer->left_out());
    }
  }
  if (observers.findings && !observers.findings->print(flags.command())) return 1;
  if (!observers.comparison) return 0;
  const auto same = observers.comparison->finish();
  if (!same) return report(same.error());
  return *same ? 0 : report({"the answers are not the same", {}});
}

int conclude(const ReplayFlags& flags, const ReplayDelivery& delivery) {
  const auto counts = delivery.counts();
  if (counts.lost != 0) {
    return report({fmt::format("{} more answers came faster than they could be read, and were let "
                               "go: replay more slowly (--pps)",
                               counts.lost),
                   {}});
  }
  if (flags.fail_on_discard && delivery.outcomes() != nullptr &&
      delivery.outcomes()->any_discarded()) {
    return report(
        {"something was discarded; 'loopgate trace --event discarded' tells of each", {}});
  }
  return 0;
}

int replay(const ReplayFlags& flags) {
  const auto wait = parse_duration(flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  if (const auto checked = flags.check(); !checked) return report(checked.error());
  const auto selection = flags.parse_selection();
  if (!selection) return report(selection.error());
  // A file that is none is told before the sandbox is asked for anything.
  if (const auto checked = ReplayInput::check(flags.input.file); !checked) {
    return report(checked.error());
  }
  Client client(flags.endpoint);
  const auto targets = targets_of(flags, client);
  if (!targets) return report(targets.error());
  auto observers = Observers::of(flags);
  if (!observers) return report(observers.error());
  const auto list = observers->list(flags.quiet);
  const auto delivery = flags.send ? make_sender(client, flags.region, list)
                                   : make_injector(client, flags.region, list);
  auto* comparison = flags.against.empty() ? observers->comparison.get() : nullptr;
  ReplayRun run(flags, *selection, *targets, client, *delivery, comparison);
  const auto status = run.run();
  if (!status && delivery->counts().put == 0) return report(status.error());
  if (const auto finished = delivery->finish(*wait); !finished) return report(finished.error());
  print_summary(*delivery, run.skipped());
  const int finished = finish(*observers, flags);
  if (!status) return report(status.error());
  if (delivery->counts().put == 0) {
    return report({why_nothing(run.skipped(), *targets), {flags.input.file}});
  }
  return std::max(finished, conclude(flags, *delivery));
}

}  // namespace

void add_replay(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "replay",
      "Replay a capture (pcap, pcapng; gzip, zstd), or the gateway's own JSON, into listeners");
  auto flags = std::make_shared<ReplayFlags>();
  flags->add_to(*verb);
  verb->callback([&outcome, flags] { outcome.status = replay(*flags); });
}

}  // namespace loopgate::cli
