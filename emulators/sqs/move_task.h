// Moving the messages of a dead-letter queue, back to where they came from or to another queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace loopgate::sqs {

enum class MoveStatus : unsigned char { kRunning, kCompleted, kCancelled, kFailed };
std::string_view name(MoveStatus status);  // "RUNNING"
MoveStatus parse_move_status(std::string_view text);

struct MoveRequest {
  std::string source_arn;
  std::optional<std::string> destination_arn;  // else each message's own origin
  std::optional<std::int64_t> per_second;      // else as fast as it goes
};

struct MoveTask {
  std::int64_t number = 0;  // in the order of their starts
  std::string id;           // a UUID
  MoveRequest request;
  MoveStatus status = MoveStatus::kRunning;
  std::string failure;  // when it has failed
  std::int64_t moved = 0;
  std::int64_t to_move = 0;  // as many as could be received when it began
  WallTime started{};

  bool is_active() const { return status == MoveStatus::kRunning; }
  // Opaque to clients; says id and source, as AWS's does.
  std::string handle() const;
};

// What a handle says; nullopt of what is none.
struct MoveHandle {
  std::string id;
  std::string source_arn;
  static std::optional<MoveHandle> parse(std::string_view handle);
};

}  // namespace loopgate::sqs
