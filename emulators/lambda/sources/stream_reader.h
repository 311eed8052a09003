// Streams as they are read for functions: the door to whoever keeps them, and what a source needs
// besides. A stream is one sequence of records; what lies behind a position has been read.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "base/task_queue.h"
#include "base/time.h"
#include "emulators/lambda/sources/checkpoints.h"

namespace loopgate::lambda {

struct StreamRecord {
  std::int64_t position = 0;
  std::string sequence_number{};
  WallTime at{};
  nlohmann::ordered_json event{};  // as the function gets it, without its source's ARN
};

class StreamReader {
 public:
  virtual ~StreamReader() = default;
  // Where to begin: "TRIM_HORIZON" or "LATEST". ResourceNotFoundException.
  virtual aws::Outcome<std::int64_t> begin(const std::string& stream_arn,
                                           std::string_view where) = 0;
  // In order; empty when nothing has been added. ResourceNotFoundException.
  virtual aws::Outcome<std::vector<StreamRecord>> read(const std::string& stream_arn,
                                                       std::int64_t behind, std::size_t most) = 0;
  virtual std::string shard_id(const std::string& stream_arn) = 0;
  // Calls back once when there may be more. What is given back cancels it.
  virtual std::function<void()> watch(const std::string& stream_arn,
                                      std::function<void()> callback) = 0;
};

struct StreamWorld {
  StreamReader& reader;
  TaskQueue& tasks;
  Checkpoints& checkpoints;
  // Where records go that a function did not take: a queue or a topic.
  std::function<void(const std::string& target_arn, std::string payload)> deliver;
};

}  // namespace loopgate::lambda
