// The options of `replay`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/replay_input.h"
#include "cli/replay_plan.h"

namespace loopgate::cli {

struct ReplayFlags {
  ReplayInputOptions input;
  std::string to;
  std::vector<std::string> maps;
  std::string region;
  ReplaySelection selection;
  std::vector<std::string> clients;
  std::vector<std::string> servers;
  std::string since;
  std::string until;
  std::optional<double> speed;
  std::optional<double> per_second;
  bool advance = false;
  std::uint64_t rounds = 1;
  bool send = false;
  bool quiet = false;
  bool fail_on_discard = false;
  std::string write;
  bool compare = false;
  std::string against;
  std::vector<std::string> masks;
  std::uint64_t mutants = 0;  // of each packet
  std::uint64_t seed = 1;
  std::uint64_t only = 0;  // the packet with this place; 0: all
  std::string wait = "2s";
  std::string endpoint;

  void add_to(CLI::App& verb);
  // Those of them that say which packets, and where each goes.
  void add_choice_to(CLI::App& verb);
  bool compares() const { return compare || !against.empty(); }
  // What of them contradicts another.
  Status check() const;
  Result<ReplaySelection> parse_selection() const;
  // What plays the same packets again, for a shell.
  std::string command() const;
};

}  // namespace loopgate::cli
