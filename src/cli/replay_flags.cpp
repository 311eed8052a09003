#include "cli/replay_flags.h"

#include <fmt/format.h>

#include <string_view>

#include "cli/capture_input.h"
#include "cli/cli.h"

namespace loopgate::cli {

namespace {

Result<std::vector<Cidr>> parse_networks(const std::vector<std::string>& texts, const char* flag) {
  std::vector<Cidr> out;
  for (const auto& text : texts) {
    const auto network = Cidr::parse(text);
    if (!network) return fail(fmt::format("{} '{}' is no address or network", flag, text));
    out.push_back(*network);
  }
  return out;
}

Result<std::optional<CaptureTime>> parse_time(const std::string& text, const char* flag) {
  if (text.empty()) return std::nullopt;
  auto time = CaptureTime::parse(text);
  if (!time) return fail(fmt::format("{}: {}", flag, time.error().message));
  return *time;
}

std::string quoted(const std::string& argument) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@+[]";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void add_selection(CLI::App& verb, ReplayFlags& flags) {
  verb.add_flag("--both", flags.selection.both,
                "Servers' datagrams too; without it, those of who spoke first in each flow");
  add_repeatable(verb, "--client", flags.clients, "Only flows of these clients")
      ->type_name("NETWORK");
  add_repeatable(verb, "--server", flags.servers, "Only flows to these servers")
      ->type_name("NETWORK");
  verb.add_option("--port", flags.selection.ports, "Only datagrams that were sent to this port")
      ->check(CLI::Range(1, 65535))
      ->allow_extra_args(false);
  verb.add_option("--since", flags.since,
                  "Only from here on: a date, or so long after the first packet")
      ->type_name("TIME");
  verb.add_option("--until", flags.until, "Only before")->type_name("TIME");
}

void add_timing(CLI::App& verb, ReplayFlags& flags) {
  auto* speed = verb.add_option("--speed", flags.speed,
                                "With the recorded gaps, so many times as fast; default: at once");
  speed->check(CLI::PositiveNumber);
  verb.add_flag("--advance", flags.advance,
                "With the recorded gaps, by moving the sandbox's clock instead of waiting");
  verb.add_option("--pps", flags.per_second, "At most so many packets a second")
      ->check(CLI::PositiveNumber);
  verb.add_option("--loop", flags.rounds, "Play the capture so many times; 0: for ever")
      ->capture_default_str();
}

}  // namespace

void ReplayFlags::add_choice_to(CLI::App& verb) {
  verb.add_option("file", input.file, "The capture; - is standard input")
      ->required()
      ->type_name("FILE");
  verb.add_option("--to", to,
                  "The target of all: a listener's logical id, STACK/LOGICALID, name or port; with "
                  "--send also ADDRESS:PORT")
      ->type_name("TARGET");
  add_repeatable(verb, "--map", maps,
                 "The target of what was sent to a port; without --to and --map, listeners take "
                 "what was sent to their own ports")
      ->type_name("PORT=TARGET");
  add_selection(verb, *this);
  verb.add_option(
      "--key-log", input.key_log,
      "WireGuard key log: takes what the sessions in the capture carried, as those peers");
  verb.add_flag("--tunnels", input.tunnels, "Open IP in IP, IPv6 in IP and GRE");
}

void ReplayFlags::add_to(CLI::App& verb) {
  add_choice_to(verb);
  verb.add_option("--region", region, "Ingress region; default: the first");
  add_timing(verb, *this);
  verb.add_flag("--send", send,
                "Through real sockets, one for each captured source, not into the sandbox");
  verb.add_flag("--quiet", quiet, "Do not print answers");
  verb.add_option("--write", write,
                  "Requests and answers as pcapng, each with its story as a comment")
      ->type_name("FILE");
  verb.add_flag("--compare", compare,
                "Compare the answers with the capture's own; status 1 when they differ");
  verb.add_option("--against", against, "Compare them with those that an earlier run has written")
      ->type_name("FILE");
  add_repeatable(verb, "--mask", masks,
                 "May differ: ids, times, a field (payload.seq, ttl), bytes (4-8)")
      ->type_name("MASK");
  auto* mutate = verb.add_option("--mutate", mutants,
                                 "Also so many damaged copies of each packet: cut, flipped, "
                                 "twice, late; ends with what functions did wrong");
  mutate->check(CLI::Range(1, 1000))->type_name("N");
  verb.add_option("--seed", seed, "Of the damage")->needs(mutate)->capture_default_str();
  verb.add_option("--only", only, "Only the packet with this place, from 1")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  verb.add_flag("--fail-on-discard", fail_on_discard,
                "End with status 1 when a packet or an answer was discarded");
  verb.add_option("--wait", wait, "Stop when nothing has come for so long")->capture_default_str();
  verb.add_option("--endpoint", endpoint, "The running sandbox");
}

Result<ReplaySelection> ReplayFlags::parse_selection() const {
  ReplaySelection out = selection;
  auto client_networks = parse_networks(clients, "--client");
  if (!client_networks) return std::unexpected(client_networks.error());
  out.clients = *std::move(client_networks);
  auto server_networks = parse_networks(servers, "--server");
  if (!server_networks) return std::unexpected(server_networks.error());
  out.servers = *std::move(server_networks);
  const auto from = parse_time(since, "--since");
  if (!from) return std::unexpected(from.error());
  out.since = *from;
  const auto to_time = parse_time(until, "--until");
  if (!to_time) return std::unexpected(to_time.error());
  out.until = *to_time;
  return out;
}

Status ReplayFlags::check() const {
  if (rounds != 1 && is_standard_input(input.file)) {
    return fail("--loop reads the capture anew, and standard input comes once: give a file");
  }
  if (advance && send) {
    return fail(
        "--advance moves the sandbox's clock, and what was sent has not arrived yet: leave "
        "out --send");
  }
  if (compares() && rounds != 1) return fail("a comparison is of one round: leave out --loop");
  if (compares() && only != 0) {
    return fail("--only leaves out what the others are answered by: nothing to compare them with");
  }
  if (!compares() && !masks.empty()) return fail("--mask is of --compare and --against");
  if (compares() && mutants != 0) {
    return fail("--mutate sends what nobody has recorded an answer to: nothing to compare with");
  }
  if (send && mutants != 0) {
    return fail(
        "--mutate needs the story of each packet, which is not known of what was sent: "
        "leave out --send");
  }
  if (advance && per_second) return fail("--advance keeps the recorded times: no --pps");
  return {};
}

std::string ReplayFlags::command() const {
  auto out = "loopgate replay " + quoted(input.file);
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {} {}", flag, quoted(value));
  };
  const auto add_all = [&](const char* flag, const std::vector<std::string>& values) {
    for (const auto& value : values) add(flag, value);
  };
  add("--to", to);
  add_all("--map", maps);
  add("--region", region);
  if (selection.both) out += " --both";
  add_all("--client", clients);
  add_all("--server", servers);
  for (const auto port : selection.ports) add("--port", std::to_string(port));
  add("--since", since);
  add("--until", until);
  add("--key-log", input.key_log);
  if (input.tunnels) out += " --tunnels";
  add("--endpoint", endpoint);
  return out + fmt::format(" --mutate {} --seed {}", mutants, seed);
}

}  // namespace loopgate::cli
