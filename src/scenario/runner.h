// Runs scenario files: a template, then steps, in a fresh ephemeral sandbox in this process, on
// simulated time and a seed. docs/SCENARIOS.md describes the language. A failure says file:line,
// what was expected, what came, and the story of the packet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace loopgate::scenario {

struct RunOptions {
  std::optional<std::uint64_t> seed;  // else the file's, else 1
  bool keep_journal = false;          // fill Report::journal
};

struct Report {
  std::string name{};
  bool passed = false;
  std::string skipped{};  // why it was not run; empty: it was
  std::uint64_t seed = 0;
  // What failed: `text` is what a person reads, whole; the others are its parts.
  std::string text{};
  SourcePlace where{};
  std::string step{};  // its kind: "expect"
  std::string message{};
  std::string expected{};
  std::string got{};
  std::string journal{};  // JSON lines, for comparing runs
  Duration simulated{};
};

// Whether the file looks like a scenario: not every YAML file in a folder is one.
bool is_scenario(const std::string& path);
Report run_file(const std::string& path, const RunOptions& options);

}  // namespace loopgate::scenario
