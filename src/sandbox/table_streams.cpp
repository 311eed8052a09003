#include "sandbox/table_streams.h"

#include <utility>

namespace loopgate {

namespace {

// As functions get it; the API writes the identity's names in capitals.
nlohmann::ordered_json event_of(nlohmann::json record) {
  nlohmann::ordered_json out;
  for (const char* name : {"eventID", "eventName", "eventVersion", "eventSource", "awsRegion"}) {
    out[name] = std::move(record[name]);
  }
  out["dynamodb"] = std::move(record["dynamodb"]);
  if (record.contains("userIdentity")) {
    out["userIdentity"] = {{"type", "Service"}, {"principalId", "dynamodb.amazonaws.com"}};
  }
  return out;
}

}  // namespace

aws::Outcome<const dynamodb::Stream*> TableStreams::find(const std::string& arn) const {
  const auto* stream = streams_.find(arn);
  if (stream != nullptr) return stream;
  return aws::refuse({"ResourceNotFoundException",
                      "Requested resource not found: Stream: " + arn + " not found",
                      400,
                      {}});
}

aws::Outcome<std::int64_t> TableStreams::begin(const std::string& stream_arn,
                                               std::string_view where) {
  const auto stream = find(stream_arn);
  if (!stream) return aws::refuse(stream.error());
  return where == "TRIM_HORIZON" ? streams_.horizon(**stream) : streams_.last_position();
}

aws::Outcome<std::vector<lambda::StreamRecord>> TableStreams::read(const std::string& stream_arn,
                                                                   std::int64_t behind,
                                                                   std::size_t most) {
  const auto stream = find(stream_arn);
  if (!stream) return aws::refuse(stream.error());
  std::vector<lambda::StreamRecord> out;
  for (auto& each : streams_.read(**stream, behind, most)) {
    out.push_back({.position = each.position,
                   .sequence_number = dynamodb::sequence_number(each.position),
                   .at = each.at,
                   .event = event_of(std::move(each.record))});
  }
  return out;
}

std::string TableStreams::shard_id(const std::string& stream_arn) {
  const auto* stream = streams_.find(stream_arn);
  return stream != nullptr ? stream->shard_id() : std::string();
}

std::function<void()> TableStreams::watch(const std::string& stream_arn,
                                          std::function<void()> callback) {
  return streams_.watch(stream_arn, std::move(callback));
}

}  // namespace loopgate
