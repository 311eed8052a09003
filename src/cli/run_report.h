// What a run of `exec` looked like from inside the sandbox, for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/run_record.h"
#include "sandbox/redaction.h"

namespace loopgate::cli {

struct CommandEnd {
  std::string command = {};
  int status = 0;
  std::string note = {};  // "did not end within 5m"; empty: it ended with `status`
  Duration took{};        // of real time
};

// One event as a line of the report; more where its text has more.
std::string report_line(const Journal& journal, const Event& event, const Redaction& redaction);

// For stderr, after a command that failed: what was discarded, warned of and thrown while it ran.
// Empty when nothing was.
std::string report_troubles(const RunRecord& record, const Redaction& redaction,
                            const CommandEnd& end);

// A page of HTML that stands alone. `stacks` is the sandbox's description, already redacted.
std::string report_page(const nlohmann::ordered_json& stacks, const RunRecord& record,
                        const Redaction& redaction, const CommandEnd& end);

}  // namespace loopgate::cli
