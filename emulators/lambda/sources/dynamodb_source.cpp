#include "emulators/lambda/sources/dynamodb_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::hours kStreamLife{24};

// What the role must allow.
constexpr std::array<std::string_view, 4> kActions = {"GetRecords", "GetShardIterator",
                                                      "DescribeStream", "ListStreams"};

std::string id_of(const StreamRecord& record) {
  return record.sequence_number;
}

std::int64_t position_of(const SourceRecord& record) {
  std::int64_t out = 0;
  std::from_chars(record.handle.data(), record.handle.data() + record.handle.size(), out);
  return out;
}

std::string starting_position(const EventSourceMapping& mapping) {
  return mapping.stream.value("StartingPosition", "LATEST");
}

}  // namespace

aws::Outcome<void> validate_dynamodb(const Json& params, const EventSourceMapping& mapping) {
  if (params.contains("ScalingConfig") && !params["ScalingConfig"].empty()) {
    return aws::refuse(invalid_parameter(
        "Unsupported ScalingConfig parameter for given event source mapping type."));
  }
  const auto where = mapping.stream.value("StartingPosition", "");
  if (where.empty()) {
    return aws::refuse(invalid_parameter(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
        "constraint: Member must not be null."));
  }
  if (where == "AT_TIMESTAMP") {
    return aws::refuse(
        invalid_parameter("Unsupported starting position for given event source mapping type: "
                          "AT_TIMESTAMP"));
  }
  return {};
}

void check_dynamodb(const SourceWorld& world, const EventSourceMapping& mapping,
                    FunctionPtr function, aws::Completion<aws::Done> done) {
  with_execution_role(
      world, function, [world, mapping, done = std::move(done)](aws::SessionPtr session) mutable {
        if (world.streams == nullptr) {
          return done(aws::refuse(invalid_parameter("Unrecognized event source.")));
        }
        for (const auto action : kActions) {
          const auto resource = action == "ListStreams" ? "*" : mapping.source_arn;
          if (world.authorize(*session, fmt::format("dynamodb:{}", action), resource)) continue;
          return done(aws::refuse(invalid_parameter(fmt::format(
              "Cannot access stream {}. Please ensure the role can perform the GetRecords, "
              "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.",
              mapping.source_arn))));
        }
        const auto begun = world.streams->reader.begin(mapping.source_arn, "LATEST");
        if (!begun) {
          return done(aws::refuse(invalid_parameter("Stream not found: " + mapping.source_arn)));
        }
        done(aws::Done{});
      });
}

std::unique_ptr<EventSource> make_dynamodb_source(const SourceWorld& world,
                                                  const EventSourceMapping& mapping) {
  return std::make_unique<DynamoDbSource>(world, mapping);
}

DynamoDbSource::DynamoDbSource(const SourceWorld& world, const EventSourceMapping& mapping)
    : world_(world), mapping_(mapping), retry_(world.clock) {}

DynamoDbSource::~DynamoDbSource() {
  stop();
}

// Where it was the last time, else where the mapping wants to begin; from then on that is known.
void DynamoDbSource::open(FunctionPtr, aws::Completion<aws::Done> done) {
  auto& streams = *world_.streams;
  const auto begun = streams.reader.begin(mapping_.source_arn, starting_position(mapping_));
  if (!begun) return finish(std::move(done), aws::refuse(begun.error()));
  const auto known = streams.checkpoints.find(mapping_.uuid);
  if (held_.empty()) position_ = known.value_or(*begun);
  if (!known) streams.checkpoints.save(mapping_.uuid, position_);
  finish(std::move(done), aws::Done{});
}

void DynamoDbSource::finish(aws::Completion<aws::Done> done, aws::Outcome<aws::Done> outcome) {
  world_.streams->tasks.post(
      [alive = alive_.token(), done = std::move(done), outcome = std::move(outcome)]() mutable {
        if (alive) done(std::move(outcome));
      });
}

void DynamoDbSource::receive(std::size_t most, aws::Completion<SourceRecords> done) {
  most_ = most;
  waiting_ = std::move(done);
  if (again_.empty()) return look();
  if (pause_ == Duration{}) return answer_again();
  retry_.set_after(pause_, [this] { answer_again(); });
}

void DynamoDbSource::answer_again() {
  auto chunk = std::move(again_.front());
  again_.pop_front();
  answer(given(chunk));
}

void DynamoDbSource::look() {
  if (!waiting_) return;
  auto records = world_.streams->reader.read(mapping_.source_arn, position_, most_);
  if (!records) {
    return answer(aws::refuse(records.error()));
  }
  if (records->empty()) {
    unwatch_ = world_.streams->reader.watch(mapping_.source_arn, [this] {
      unwatch_ = nullptr;
      world_.streams->tasks.post([this, alive = alive_.token()] {
        if (alive) look();
      });
    });
    return;
  }
  Chunk chunk;
  for (auto& record : *records) {
    position_ = record.position;
    chunk.push_back(record.position);
    record.event["eventSourceARN"] = mapping_.source_arn;
    held_[record.position] = {std::move(record)};
  }
  answer(given(chunk));
}

void DynamoDbSource::answer(aws::Outcome<SourceRecords> records) {
  world_.streams->tasks.post([alive = alive_.token(), done = std::exchange(waiting_, nullptr),
                              records = std::move(records)]() mutable {
    if (alive && done) done(std::move(records));
  });
}

SourceRecords DynamoDbSource::given(const Chunk& chunk) const {
  SourceRecords out;
  for (const auto position : chunk) {
    const auto& record = held_.at(position).record;
    out.push_back({id_of(record), std::to_string(position), record.event});
  }
  return out;
}

void DynamoDbSource::stop() {
  if (const auto unwatch = std::exchange(unwatch_, nullptr)) unwatch();
  retry_.cancel();
  waiting_ = nullptr;
}

// From the first that failed on all comes again: the order is the stream's.
void DynamoDbSource::settle(SourceRecords batch, const std::set<std::string>& failed,
                            aws::Completion<aws::Done> done) {
  Chunk left;
  for (const auto& record : batch) {
    const auto position = position_of(record);
    if (!held_.contains(position)) continue;  // forgotten
    if (left.empty() && !failed.contains(record.id)) {
      done_with(position);
    } else {
      left.push_back(position);
    }
  }
  pause_ =
      left.empty() ? Duration{} : std::clamp<Duration>(pause_ * 2, kFirstPollRetry, kLastPollRetry);
  if (!left.empty()) retry(left);
  save_position();
  finish(std::move(done), aws::Done{});
}

void DynamoDbSource::retry(const Chunk& chunk) {
  const bool bisects = mapping_.stream.value("BisectBatchOnFunctionError", false);
  if (bisects && chunk.size() > 1) {
    const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
    again_.push_front(Chunk(middle, chunk.end()));
    again_.push_front(Chunk(chunk.begin(), middle));
    return;
  }
  for (const auto position : chunk) ++held_.at(position).failures;
  if (const auto condition = given_up(chunk); !condition.empty()) return discard(chunk, condition);
  again_.push_front(chunk);
}

std::string_view DynamoDbSource::given_up(const Chunk& chunk) const {
  const auto& first = held_.at(chunk.front());
  const auto most = setting("MaximumRetryAttempts", -1);
  if (most >= 0 && first.failures > most) return "RetryAttemptsExhausted";
  const auto age = setting("MaximumRecordAgeInSeconds", -1);
  const Duration oldest = age >= 0 ? Duration(std::chrono::seconds(age)) : Duration(kStreamLife);
  if (world_.clock.wall() - first.record.at > oldest) return "RecordAgeExceeded";
  return "";
}

// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
void DynamoDbSource::discard(const Chunk& chunk, std::string_view condition) {
  const auto &first = held_.at(chunk.front()), &last = held_.at(chunk.back());
  const auto target = mapping_.stream.value("DestinationConfig", Json::object())
                          .value("OnFailure", Json::object())
                          .value("Destination", "");
  world_.journal.warn(fmt::format("{}: {} records of {} are given up ({}){}", mapping_.function_arn,
                                  chunk.size(), mapping_.source_arn, condition,
                                  target.empty() ? "" : " and go to " + target));
  if (!target.empty()) {
    const Json payload = {
        {"requestContext",
         {{"requestId", mapping_.uuid},
          {"functionArn", mapping_.function_arn},
          {"condition", condition},
          {"approximateInvokeCount", first.failures}}},
        {"responseContext",
         {{"statusCode", 200}, {"executedVersion", "$LATEST"}, {"functionError", "Unhandled"}}},
        {"version", "1.0"},
        {"timestamp", to_iso8601(world_.clock.wall())},
        {"DDBStreamBatchInfo",
         {{"shardId", world_.streams->reader.shard_id(mapping_.source_arn)},
          {"startSequenceNumber", id_of(first.record)},
          {"endSequenceNumber", id_of(last.record)},
          {"approximateArrivalOfFirstRecord", to_iso8601(first.record.at)},
          {"approximateArrivalOfLastRecord", to_iso8601(last.record.at)},
          {"batchSize", chunk.size()},
          {"streamArn", mapping_.source_arn}}}};
    world_.streams->deliver(target, write_json(payload));
  }
  for (const auto position : chunk) done_with(position);
  pause_ = {};
}

std::int64_t DynamoDbSource::setting(const char* name, std::int64_t otherwise) const {
  const auto found = mapping_.stream.find(name);
  return found != mapping_.stream.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                                      : otherwise;
}

void DynamoDbSource::done_with(std::int64_t position) {
  held_.erase(position);
}

// All before the first that is still held has been seen to.
void DynamoDbSource::save_position() {
  world_.streams->checkpoints.save(mapping_.uuid,
                                   held_.empty() ? position_ : held_.begin()->first - 1);
}

void DynamoDbSource::give_back(SourceRecords records) {
  Chunk chunk;
  for (const auto& record : records) {
    if (const auto position = position_of(record); held_.contains(position)) {
      chunk.push_back(position);
    }
  }
  if (!chunk.empty()) again_.push_front(std::move(chunk));
}

Duration DynamoDbSource::hold() const {
  return kStreamLife;
}

}  // namespace loopgate::lambda
