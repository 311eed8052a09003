// Move tasks: what they move, when, and what becomes of them.
#include <algorithm>
#include <map>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

namespace {

// As ListMessageMoveTasks names them.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html
constexpr const char* kNoOrigin = "CouldNotDetermineMessageSource";
constexpr const char* kNoQueue = "AWS.SimpleQueueService.NonExistentQueue";
// Assumed: nobody has told what AWS calls it.
constexpr const char* kTooLong = "TaskDurationExceeded";

}  // namespace

aws::Outcome<QueueKey> Queues::moved_queue(const std::string& arn, const char* parameter) const {
  if (!is_arn(arn)) return aws::refuse(no_arn(parameter));
  const auto key = QueueKey::from_arn(arn);
  if (!key || !exists(*key)) return aws::refuse(no_such_resource(parameter));
  return *key;
}

aws::Outcome<void> Queues::check_move(const MoveRequest& request) const {
  const auto source = moved_queue(request.source_arn, "SourceArn");
  if (!source) return aws::refuse(source.error());
  if (dead_letter_sources(*source).empty()) {
    return aws::refuse(
        invalid_parameter("Source queue must be configured as a Dead Letter Queue."));
  }
  if (request.destination_arn) {
    const auto destination = moved_queue(*request.destination_arn, "DestinationArn");
    if (!destination) return aws::refuse(destination.error());
    if (destination->account != source->account || destination->region != source->region) {
      return aws::refuse(no_such_resource("DestinationArn"));
    }
    if (*destination == *source) {
      return aws::refuse(
          invalid_parameter("Source queue arn and destination queue arn cannot be the same."));
    }
    if (destination->is_fifo() != source->is_fifo()) {
      return aws::refuse(invalid_parameter(
          "The source queue and destination queue must be of the same queue type."));
    }
  }
  if (request.per_second && (*request.per_second < 1 || *request.per_second > kMaxMovedPerSecond)) {
    return aws::refuse(out_of_range("MaxNumberOfMessagesPerSecond", 1, kMaxMovedPerSecond));
  }
  std::size_t active = 0;
  for (const auto& [number, move] : moves_) {
    if (!move.task.is_active()) continue;
    if (move.task.request.source_arn == request.source_arn) {
      return aws::refuse(invalid_parameter(
          "There is already a task running. Only one active task is allowed for a "
          "source queue arn at a given time."));
    }
    const auto other = QueueKey::from_arn(move.task.request.source_arn);
    if (other && other->account == source->account) ++active;
  }
  if (active >= kMaxActiveMoves) return aws::refuse(too_many_moves());
  return {};
}

aws::Outcome<MoveTask> Queues::start_move(const MoveRequest& request) {
  if (auto checked = check_move(request); !checked) return aws::refuse(checked.error());
  Queue& source = *find(*QueueKey::from_arn(request.source_arn));
  settle(source);
  expire(source);
  MoveTask task;
  task.id = random_.uuid();
  task.request = request;
  task.to_move = static_cast<std::int64_t>(source.ready->size());
  task.started = clock_.wall();
  task.number = tables_.insert_move(task);
  forget_old_moves(request.source_arn);
  const auto number = task.number;
  moves_.emplace(number, Move{task, ScopedTimer(clock_), 0});
  // In a turn of its own: who starts it sees it running.
  continue_move(moves_.at(number), Duration{});
  return task;
}

aws::Outcome<MoveTask> Queues::cancel_move(std::string_view handle) {
  const auto parsed = MoveHandle::parse(handle);
  if (!parsed) {
    return aws::refuse(invalid_parameter("Value for parameter TaskHandle is invalid."));
  }
  const auto source = moved_queue(parsed->source_arn, "SourceArn");
  if (!source) return aws::refuse(source.error());
  const auto found = std::ranges::find_if(moves_, [&](const auto& entry) {
    return entry.second.task.id == parsed->id &&
           entry.second.task.request.source_arn == parsed->source_arn;
  });
  // Of one that has ended nobody is given the handle any more.
  if (found == moves_.end() || !found->second.task.is_active()) return aws::refuse(no_such_task());
  end_move(found->second, MoveStatus::kCancelled);
  return found->second.task;
}

aws::Outcome<std::vector<MoveTask>> Queues::list_moves(const std::string& source_arn,
                                                       std::size_t limit) const {
  const auto source = moved_queue(source_arn, "SourceArn");
  if (!source) return aws::refuse(source.error());
  std::vector<MoveTask> out;
  for (auto at = moves_.rbegin(); at != moves_.rend() && out.size() < limit; ++at) {
    if (at->second.task.request.source_arn == source_arn) out.push_back(at->second.task);
  }
  return out;
}

void Queues::load_moves() {
  moves_.clear();
  for (auto& task : tables_.moves()) {
    const auto number = task.number;
    auto& move =
        moves_.emplace(number, Move{std::move(task), ScopedTimer(clock_), 0}).first->second;
    if (move.task.is_active()) continue_move(move, Duration{});
  }
}

void Queues::forget_old_moves(const std::string& source_arn) {
  std::size_t left = 0;
  for (auto at = moves_.end(); at != moves_.begin();) {
    --at;
    if (at->second.task.request.source_arn != source_arn || ++left < kMaxMovesKept) continue;
    tables_.delete_move(at->first);
    at = moves_.erase(at);
  }
}

void Queues::forget_moves_of(const std::string& source_arn) {
  std::erase_if(moves_, [&](const auto& entry) {
    if (entry.second.task.request.source_arn != source_arn) return false;
    tables_.delete_move(entry.first);
    return true;
  });
}

void Queues::continue_move(Move& move, Duration delay) {
  // Only the last that was asked for: a rolled-back turn asks anew.
  move.step = ++last_step_;
  auto go_on = [this, number = move.task.number, step = move.step] {
    const auto found = moves_.find(number);
    if (found != moves_.end() && found->second.step == step) step_move(found->second);
  };
  if (delay > Duration{}) return move.timer.set_after(delay, std::move(go_on));
  tasks_.post([alive = alive_.token(), go_on = std::move(go_on)] {
    if (alive) go_on();
  });
}

void Queues::end_move(Move& move, MoveStatus status, std::string failure) {
  move.task.status = status;
  move.task.failure = std::move(failure);
  move.timer.cancel();
  move.step = 0;
  tables_.update_move(move.task);
}

// One message, or a portion of them when nobody said how fast: the loop has others to serve.
void Queues::step_move(Move& move) {
  auto& task = move.task;
  const auto source_key = QueueKey::from_arn(task.request.source_arn);
  Queue* source = source_key ? find(*source_key) : nullptr;
  if (source == nullptr) return end_move(move, MoveStatus::kFailed, kNoQueue);
  if (clock_.wall() - task.started >= kMaxMoveTime) {
    return end_move(move, MoveStatus::kFailed, kTooLong);
  }
  settle(*source);
  expire(*source);
  const std::int64_t portion = task.request.per_second ? 1 : kMovedATurn;
  std::map<std::string, std::size_t> moved;  // by the name of the queue
  std::string failure;
  for (std::int64_t i = 0; i < portion && task.moved < task.to_move && failure.empty(); ++i) {
    const auto next = source->ready->next("");
    if (!next) break;
    const auto row = tables_.load_message(next->id);
    if (!row || row->queue != source->id) continue;
    const auto& origin = row->message.dead_letter_source;
    const auto key = QueueKey::from_arn(task.request.destination_arn.value_or(origin));
    Queue* target = key ? find(*key) : nullptr;
    if (target == nullptr || target == source) {
      source->ready->add(*next, row->message.group_id);
      failure = key ? kNoQueue : kNoOrigin;
      break;
    }
    send_anew(*row, *target);
    ++task.moved;
    ++moved[target->key.name];
  }
  for (const auto& [name, count] : moved) tell(*source, count, "moved by a task to " + name);
  if (!failure.empty()) return end_move(move, MoveStatus::kFailed, std::move(failure));
  if (task.moved >= task.to_move || !source->ready->any()) {
    return end_move(move, MoveStatus::kCompleted);
  }
  tables_.update_move(task);
  const auto pause = task.request.per_second
                         ? Duration(std::chrono::seconds(1)) / *task.request.per_second
                         : Duration{};
  continue_move(move, pause);
}

// "All redriven messages are considered new messages with a new messageID and enqueueTime."
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
void Queues::send_anew(const MessageRow& row, Queue& target) {
  const auto id = next_message_++;
  const auto now = clock_.wall();
  tables_.renew_message(row.id, id, target.id, random_.uuid(), now);
  make_ready(target, {id, now + target.settings.retention}, row.message.group_id);
  arm(target);
}

}  // namespace loopgate::sqs
