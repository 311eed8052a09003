// `exec --artifacts DIR`: what a run leaves to whoever looks into it later, with the tools that
// they have.
//
//   journal.jsonl   every event, as /_loopgate/journal has them, over resets
//   packets.pcapng  what listeners sent and received, with the keys to read it (the sandbox writes
//                   it)
//   logs/NAME.log   what a function wrote, a line an event
//   stacks.json     as /_loopgate/info, at the end of the run
//   report.html     all of it on one page: no script, nothing from outside, strangers' bytes as
//   text
//
// The files are for their user alone; what is secret is redacted.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/run_record.h"
#include "cli/run_report.h"
#include "io/private_file.h"
#include "sandbox.h"
#include "sandbox/redaction.h"

namespace loopgate::cli {

class Artifacts {
 public:
  // Makes the folder; files of an earlier run in it are replaced.
  static Result<std::unique_ptr<Artifacts>> open(const std::string& folder);
  static std::string capture_file(const std::string& folder) { return folder + "/packets.pcapng"; }

  void write(const Journal& journal, const Event& event);  // in order
  // The rest, and the first thing that went wrong.
  Status finish(const Sandbox& sandbox, const RunRecord& record, const Redaction& redaction,
                const CommandEnd& end);

 private:
  explicit Artifacts(std::string folder) : folder_(std::move(folder)) {}
  Result<io::FilePtr> create(const std::string& name) const;
  void note(const Error& error);  // the first is told at the end
  void put(std::FILE* file, const std::string& text);
  void flush(std::FILE* file);
  void log(const Journal& journal, const Event& event);
  void put_file(const std::string& name, const std::string& text);

  std::string folder_;
  io::FilePtr journal_;
  std::map<Symbol, io::FilePtr> logs_;
  Status status_;
};

}  // namespace loopgate::cli
