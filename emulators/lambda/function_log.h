// What a worker says: into the function's log group as Lambda writes it, and into the journal, so
// that a traceback shows in the terminal as well.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/lambda/function.h"
#include "emulators/lambda/surroundings.h"

namespace loopgate::lambda {

class FunctionLog {
 public:
  FunctionLog(Surroundings& surroundings, const FunctionConfig& config);

  const std::string& stream() const { return stream_; }

  void init_start(std::string_view program);
  void start(std::string_view request_id, std::string_view version);
  // One line of the worker's output; a carriage return inside it is a line break of the same event.
  void line(std::string_view text);
  // What we add ourselves ("… Task timed out after 3.00 seconds").
  void note(std::string_view request_id, std::string_view text);
  // END and REPORT. `init` is zero unless this call started the worker.
  void end(std::string_view request_id, Duration took, Duration init, std::string_view status);

  // The last bytes since `start`, for X-Amz-Log-Result.
  const std::string& tail() const { return tail_; }
  void keep_tail(bool keep) { keeps_tail_ = keep; }

 private:
  void write(std::string_view text);

  Surroundings& surroundings_;
  logs::Place place_;
  std::string group_;
  std::string stream_;
  Symbol function_;
  int memory_mb_;
  bool keeps_tail_ = false;
  std::string tail_;
};

}  // namespace loopgate::lambda
