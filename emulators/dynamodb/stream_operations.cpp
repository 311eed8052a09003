#include "emulators/dynamodb/stream_operations.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "aws/shapes/services.h"
#include "emulators/dynamodb/errors.h"
#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/operations.h"

namespace loopgate::dynamodb {

namespace {

Outcome<const Stream*> find_stream(StreamContext& context, const std::string& arn) {
  const auto* stream = context.streams.find(arn);
  if (stream != nullptr) return stream;
  return refuse(error("ResourceNotFoundException",
                      "Requested resource not found: Stream: " + arn + " not found"));
}

// "ARN|1|POSITION:MILLISECONDS": where it reads on, and when it was made.
struct Iterator {
  std::string stream_arn{};
  std::int64_t position = 0;
  std::int64_t made = 0;

  std::string text() const { return fmt::format("{}|1|{}:{}", stream_arn, position, made); }
  static std::optional<Iterator> parse(const std::string& text) {
    const auto bar = text.find('|');
    if (bar == std::string::npos || text.substr(bar, 3) != "|1|") return std::nullopt;
    Iterator out{.stream_arn = text.substr(0, bar)};
    const auto* const end = text.data() + text.size();
    const auto [colon, wrong] = std::from_chars(text.data() + bar + 3, end, out.position);
    if (wrong != std::errc() || colon == end || *colon != ':') return std::nullopt;
    const auto [last, wrong_too] = std::from_chars(colon + 1, end, out.made);
    if (wrong_too != std::errc() || last != end) return std::nullopt;
    return out;
  }
};

ApiResult describe_stream(StreamContext& context, const ApiCall& call) {
  const auto found = find_stream(context, text_param(call.params, "StreamArn"));
  if (!found) return refuse(found.error());
  const auto& stream = **found;
  json range = {{"StartingSequenceNumber", sequence_number(stream.first + 1)}};
  if (stream.ended)
    range["EndingSequenceNumber"] = sequence_number(context.streams.last_position());
  json shards = json::array();
  if (text_param(call.params, "ExclusiveStartShardId").empty()) {
    shards.push_back({{"ShardId", stream.shard_id()}, {"SequenceNumberRange", std::move(range)}});
  }
  return json{{"StreamDescription",
               {{"StreamArn", stream.arn},
                {"StreamLabel", stream.label},
                {"StreamStatus", stream.ended ? "DISABLED" : "ENABLED"},
                {"StreamViewType", stream.view},
                {"CreationRequestDateTime", static_cast<double>(to_millis(stream.created)) / 1000},
                {"TableName", stream.table_name},
                {"KeySchema", shown(stream.keys)},
                {"Shards", std::move(shards)}}}};
}

ApiResult list_streams(StreamContext& context, const ApiCall& call) {
  const auto prefix = table_arn(call.caller, text_param(call.params, "TableName"));
  const auto after_arn = text_param(call.params, "ExclusiveStartStreamArn");
  const auto most = call.params.value("Limit", kMostTablesListed);
  const bool of_one = call.params.contains("TableName");
  json list = json::array();
  json out;
  for (const auto& [arn, stream] : context.streams.all()) {
    const bool fits = arn.starts_with(of_one ? prefix + "/" : prefix);
    if (!fits || arn <= after_arn) continue;
    if (static_cast<std::int64_t>(list.size()) == most) {
      out["LastEvaluatedStreamArn"] = list.back()["StreamArn"];
      break;
    }
    list.push_back(
        {{"StreamArn", arn}, {"TableName", stream.table_name}, {"StreamLabel", stream.label}});
  }
  out["Streams"] = std::move(list);
  return out;
}

ApiResult get_shard_iterator(StreamContext& context, const ApiCall& call) {
  const auto found = find_stream(context, text_param(call.params, "StreamArn"));
  if (!found) return refuse(found.error());
  const auto& stream = **found;
  if (text_param(call.params, "ShardId") != stream.shard_id()) {
    return refuse(
        error("ResourceNotFoundException", "Requested resource not found: Shard does not exist"));
  }
  const auto type = text_param(call.params, "ShardIteratorType");
  Iterator out{.stream_arn = stream.arn, .made = to_millis(context.clock.wall())};
  if (type == "LATEST") out.position = context.streams.last_position();
  if (type == "TRIM_HORIZON") out.position = context.streams.horizon(stream);
  if (type.ends_with("SEQUENCE_NUMBER")) {
    const auto sequence = text_param(call.params, "SequenceNumber");
    const auto position = position_of(sequence);
    if (!position) {
      return refuse(validation("Invalid SequenceNumber: " + sequence));
    }
    out.position = type.starts_with("AT") ? *position - 1 : *position;
    if (out.position < context.streams.horizon(stream) && out.position < stream.first) {
      return refuse(error("TrimmedDataAccessException",
                          "The operation attempted to read past the oldest stream record in a "
                          "shard"));
    }
  }
  return json{{"ShardIterator", out.text()}};
}

ApiResult get_records(StreamContext& context, const ApiCall& call) {
  auto iterator = Iterator::parse(text_param(call.params, "ShardIterator"));
  if (!iterator) return refuse(validation("Invalid ShardIterator"));
  const auto found = find_stream(context, iterator->stream_arn);
  if (!found) return refuse(found.error());
  const auto now = to_millis(context.clock.wall());
  constexpr auto kLife = std::chrono::milliseconds(kIteratorLife).count();
  if (iterator->made + kLife < now) {
    return refuse(error("ExpiredIteratorException",
                        "The shard iterator has expired and can no longer be used"));
  }
  const auto most = call.params.value("Limit", static_cast<std::int64_t>(kMostRecords));
  auto records = context.streams.read(**found, iterator->position, static_cast<std::size_t>(most));
  json list = json::array();
  for (auto& each : records) list.push_back(std::move(each.record));
  json out;
  const bool is_over = (*found)->ended && records.empty();
  if (!is_over) {
    if (!records.empty()) iterator->position = records.back().position;
    iterator->made = now;
    out["NextShardIterator"] = iterator->text();
  }
  out["Records"] = std::move(list);
  return out;
}

constexpr http::Operation<StreamContext> kOperations[] = {
    {"DescribeStream", describe_stream},
    {"ListStreams", list_streams},
    {"GetShardIterator", get_shard_iterator},
    {"GetRecords", get_records},
};

}  // namespace

StreamsService::StreamsService(StreamContext& context)
    : TableService(aws::shapes::kDynamodbstreams, kOperations, context) {}

http::Permission StreamsService::permission_for(const http::ApiCall& call) const {
  const auto action = "dynamodb:" + call.operation;
  if (call.operation == "ListStreams") return {action, "*"};
  auto arn = text_param(call.params, "StreamArn");
  if (const auto iterator = text_param(call.params, "ShardIterator"); !iterator.empty()) {
    arn = iterator.substr(0, iterator.find('|'));
  }
  return {action, std::move(arn)};
}

}  // namespace loopgate::dynamodb
