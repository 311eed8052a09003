// Runs scenario files: a template, then steps, in a fresh ephemeral sandbox in this process, on
// simulated time and a seed. docs/SCENARIOS.md describes the language. A failure says file:line,
// what was expected, what came, and the story of the packet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace loopgate::scenario {

struct RunOptions {
  std::optional<std::uint64_t> seed;  // else the file's, else 1
  bool keep_journal = false;          // fill Report::journal
};

struct Report {
  std::string name;
  bool passed = false;
  std::string text;     // empty when it passed; else what a person reads
  std::string journal;  // JSON lines, for comparing runs
  Duration simulated{};
};

Report run_file(const std::string& path, const RunOptions& options);

}  // namespace loopgate::scenario
