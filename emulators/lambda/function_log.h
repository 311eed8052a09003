// What a worker says: into the function's log group as Lambda writes it (as text, or as JSON of the
// levels that are asked for), and into the journal, so that a traceback shows in the terminal as
// well. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/lambda/function.h"
#include "emulators/lambda/surroundings.h"

namespace loopgate::lambda {

// So much at once, and so much a second from then on (a token bucket of lines and one of bytes).
class Allowance {
 public:
  struct Measure {
    std::int64_t lines = 0;
    std::int64_t bytes = 0;
  };
  Allowance(Measure burst, Measure per_second, Instant now)
      : burst_(burst), per_second_(per_second), left_(burst), since_(now) {}

  // Whether one more line of so many bytes is within it; then it is taken off.
  bool take(std::size_t bytes, Instant now);

 private:
  Measure burst_;
  Measure per_second_;
  Measure left_;
  Instant since_;
};

class FunctionLog {
 public:
  FunctionLog(Surroundings& surroundings, const FunctionConfig& config);

  const std::string& stream() const { return stream_; }

  void init_start(std::string_view program);
  void start(std::string_view request_id, std::string_view version);
  // One line of the worker's output; a carriage return inside it is a line break of the same event.
  // Over what a worker may write (limits.h), it is counted instead.
  void line(std::string_view text);
  // What we add ourselves ("… Task timed out after 3.00 seconds").
  void note(std::string_view request_id, std::string_view text);
  // END and REPORT. `init` is zero unless this call started the worker, `max_memory_mb` when it is
  // not known.
  void end(std::string_view request_id, Duration took, Duration init, std::string_view status,
           int max_memory_mb = 0);

  // The last bytes since `start`, for X-Amz-Log-Result.
  const std::string& tail() const { return tail_; }
  void keep_tail(bool keep) { keeps_tail_ = keep; }
  // What is written from now on: `batch` joins it with its call in the journal.
  void belongs_to(std::uint64_t batch) { batch_ = batch; }

 private:
  void write(std::string_view text);
  // An event of Lambda's own, of DEBUG, INFO or WARN.
  void write_event(std::string_view level, std::string_view type, nlohmann::ordered_json record);
  void report(std::string_view request_id, Duration took, Duration init, std::string_view status,
              int max_memory_mb);
  void keep_for_tail(std::string_view text);
  void append_to_journal(std::string text);
  void say_what_is_not_logged();
  void say_what_is_not_in_journal();

  Surroundings& surroundings_;
  logs::Place place_;
  std::string group_;
  std::string stream_;
  std::string name_;
  std::string version_;
  bool is_json_;
  std::string least_level_;
  Symbol function_;
  int memory_mb_;
  Allowance log_allowance_;
  Allowance journal_allowance_;
  Allowance::Measure not_logged_;
  std::int64_t not_in_journal_ = 0;  // lines that are in the log alone
  bool keeps_tail_ = false;
  std::uint64_t batch_ = 0;
  std::string tail_;
};

}  // namespace loopgate::lambda
