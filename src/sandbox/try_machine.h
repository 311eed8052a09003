// A state machine tried without an account: its states run as they would, on a clock that waits for
// nobody, and what tasks would answer is given beforehand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace loopgate {

struct MachineTrial {
  std::string definition;       // JSON or YAML
  std::string definition_file;  // for places in messages
  std::string input = "{}";     // JSON
  // Of Task states and Maps in DISTRIBUTED mode: what they answer, JSON, by the state's name. A
  // text that begins with "error:" is the name of the error with which they fail.
  std::map<std::string, std::string> answers{};
  bool express = false;
  std::uint64_t seed = 1;
};

struct TriedMachine {
  struct Step {
    std::string state;
    std::string type;    // "Pass"
    std::string input;   // JSON
    std::string output;  // JSON; empty: it has none (it failed)
    std::string at;      // how long after the start it was left: "1h"
  };

  std::string status;  // "SUCCEEDED"
  std::string output;  // JSON
  std::string error, cause;
  std::vector<Step> steps{};  // in the order in which they were entered
};

// The error says what is wrong with the definition, one line each, or with what was given.
Result<TriedMachine> try_machine(const MachineTrial& trial);

}  // namespace loopgate
