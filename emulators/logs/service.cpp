#include "emulators/logs/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "aws/shapes/services.h"
#include "emulators/logs/errors.h"
#include "emulators/logs/limits.h"

namespace loopgate::logs {

namespace {

using Json = nlohmann::json;
using http::ApiCall;
using http::ApiResult;

Place place_of(const ApiCall& call) {
  return {call.caller.account, call.caller.region};
}

std::size_t limit_of(const Json& params, std::size_t most) {
  const auto given = params.value("limit", static_cast<std::int64_t>(most));
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(given, 1, static_cast<std::int64_t>(most)));
}

// logGroupName, or logGroupIdentifier: a name or an ARN.
std::string group_of(const Json& params) {
  if (params.contains("logGroupName")) return http::text_param(params, "logGroupName");
  return find_group({}, http::text_param(params, "logGroupIdentifier")).second;
}

// "f/1762074930204/17": direction, time and id of the event next to it.
std::string make_token(char direction, Position position) {
  return fmt::format("{}/{}/{}", direction, position.at_ms, position.id);
}

struct Token {
  char direction = 'f';
  Position position;
};
std::optional<Token> parse_token(std::string_view text) {
  if (text.size() < 5 || (text[0] != 'f' && text[0] != 'b') || text[1] != '/') return std::nullopt;
  const auto slash = text.find('/', 2);
  if (slash == std::string_view::npos) return std::nullopt;
  Token token{text[0], {}};
  const auto parse = [&](std::size_t from, std::size_t to, std::int64_t& out) {
    const auto [at, error] = std::from_chars(text.data() + from, text.data() + to, out);
    return error == std::errc() && at == text.data() + to;
  };
  if (!parse(2, slash, token.position.at_ms)) return std::nullopt;
  if (!parse(slash + 1, text.size(), token.position.id)) return std::nullopt;
  return token;
}

ReadOptions read_options(const Json& params) {
  ReadOptions options;
  options.from_ms = params.value("startTime", options.from_ms);
  options.until_ms = params.value("endTime", options.until_ms);
  options.limit = limit_of(params, kMaxReadEvents);
  return options;
}

ApiResult done(const aws::Outcome<void>& outcome) {
  if (!outcome) return aws::refuse(outcome.error());
  return Json::object();
}

// --- groups and streams ---

ApiResult create_group(LogStore& logs, const ApiCall& call) {
  return done(logs.create_group(place_of(call), http::text_param(call.params, "logGroupName")));
}

ApiResult delete_group(LogStore& logs, const ApiCall& call) {
  return done(logs.delete_group(place_of(call), http::text_param(call.params, "logGroupName")));
}

Json to_json(const Group& group) {
  Json json = {{"logGroupName", group.name}, {"creationTime", to_millis(group.created)},
               {"metricFilterCount", 0},     {"arn", group.arn + ":*"},
               {"logGroupArn", group.arn},   {"storedBytes", group.bytes},
               {"logGroupClass", "STANDARD"}};
  if (group.retention_days > 0) json["retentionInDays"] = group.retention_days;
  return json;
}

ApiResult describe_groups(LogStore& logs, const ApiCall& call) {
  const auto limit = limit_of(call.params, kMaxDescribe);
  const auto groups =
      logs.groups(place_of(call), http::text_param(call.params, "logGroupNamePrefix"),
                  http::text_param(call.params, "nextToken"), limit);
  const auto pattern = http::text_param(call.params, "logGroupNamePattern");
  auto list = Json::array();
  for (const auto& group : groups) {
    if (group.name.contains(pattern)) list.push_back(to_json(group));
  }
  Json result = {{"logGroups", std::move(list)}};
  if (groups.size() == limit) result["nextToken"] = groups.back().name;
  return result;
}

ApiResult set_retention(LogStore& logs, const ApiCall& call) {
  return done(logs.set_retention(place_of(call), http::text_param(call.params, "logGroupName"),
                                 call.params.value("retentionInDays", std::int64_t{0})));
}

ApiResult list_tags(LogStore&, const ApiCall&) {
  return Json{{"tags", Json::object()}};
}

ApiResult create_stream(LogStore& logs, const ApiCall& call) {
  return done(logs.create_stream(place_of(call), http::text_param(call.params, "logGroupName"),
                                 http::text_param(call.params, "logStreamName")));
}

Json to_json(const Stream& stream) {
  Json json = {{"logStreamName", stream.name},
               {"creationTime", to_millis(stream.created)},
               {"arn", stream.arn},
               {"uploadSequenceToken", std::to_string(stream.id)},
               {"storedBytes", 0}};
  if (stream.first_ms >= 0) {
    json["firstEventTimestamp"] = stream.first_ms;
    json["lastEventTimestamp"] = stream.last_ms;
    json["lastIngestionTime"] = stream.last_ingested_ms;
  }
  return json;
}

ApiResult describe_streams(LogStore& logs, const ApiCall& call) {
  const auto& params = call.params;
  const auto name = group_of(params);
  if (const auto group = logs.group(place_of(call), name); !group)
    return aws::refuse(group.error());
  const bool by_time = http::text_param(params, "orderBy") == "LastEventTime";
  if (by_time && !http::text_param(params, "logStreamNamePrefix").empty()) {
    return aws::refuse(
        invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix."));
  }
  const auto limit = limit_of(params, kMaxDescribe);
  const auto streams =
      logs.streams(place_of(call), name, http::text_param(params, "logStreamNamePrefix"),
                   http::text_param(params, "nextToken"), limit, by_time);
  auto list = Json::array();
  for (const auto& stream : streams) list.push_back(to_json(stream));
  Json result = {{"logStreams", std::move(list)}};
  if (!by_time && streams.size() == limit) result["nextToken"] = streams.back().name;
  return result;
}

// --- events ---

ApiResult put_events(LogStore& logs, const ApiCall& call) {
  std::vector<aws::LogLine> lines;
  std::size_t bytes = 0;
  std::int64_t before = 0;
  for (const auto& event : call.params.at("logEvents")) {
    const auto at_ms = event.value("timestamp", std::int64_t{0});
    const auto message = event.value("message", "");
    if (at_ms < 0 || message.empty()) {
      return aws::refuse(
          invalid_parameter("a log event has a timestamp of 0 or more and a message"));
    }
    if (at_ms < before) {
      return aws::refuse(invalid_parameter(
          "Log events in a single PutLogEvents request must be in chronological order."));
    }
    before = at_ms;
    bytes += message.size() + kEventOverhead;
    lines.push_back({WallTime(std::chrono::milliseconds(at_ms)), message});
  }
  if (lines.empty() || lines.size() > kMaxPutEvents || bytes > kMaxPutBytes) {
    return aws::refuse(invalid_parameter(
        fmt::format("Upload too large: {} bytes and {} events; at most {} bytes and 1 to {} events",
                    bytes, lines.size(), kMaxPutBytes, kMaxPutEvents)));
  }
  const auto put = logs.put(place_of(call), http::text_param(call.params, "logGroupName"),
                            http::text_param(call.params, "logStreamName"), lines);
  if (!put) return aws::refuse(put.error());
  return Json{{"nextSequenceToken", std::to_string(lines.size())}};
}

ApiResult get_events(LogStore& logs, const ApiCall& call) {
  auto options = read_options(call.params);
  options.newest_first = !call.params.value("startFromHead", false);
  if (const auto given = http::text_param(call.params, "nextToken"); !given.empty()) {
    const auto token = parse_token(given);
    if (!token) return aws::refuse(invalid_parameter("The specified nextToken is invalid."));
    options.has_position = true;
    options.position = token->position;
    options.newest_first = token->direction == 'b';
  }
  const auto events = logs.read(place_of(call), group_of(call.params),
                                http::text_param(call.params, "logStreamName"), options);
  if (!events) return aws::refuse(events.error());
  auto list = Json::array();
  for (const auto& event : *events) {
    list.push_back({{"timestamp", event.at_ms},
                    {"message", event.message},
                    {"ingestionTime", event.ingested_ms}});
  }
  // At the end the same token comes back: that is how clients know.
  const auto first =
      events->empty() ? options.position : Position{events->front().at_ms, events->front().id};
  const auto last =
      events->empty() ? options.position : Position{events->back().at_ms, events->back().id};
  return Json{{"events", std::move(list)},
              {"nextForwardToken", make_token('f', last)},
              {"nextBackwardToken", make_token('b', first)}};
}

ApiResult filter_events(LogStore& logs, const ApiCall& call) {
  const auto pattern = FilterPattern::parse(http::text_param(call.params, "filterPattern"));
  if (!pattern) return aws::refuse(invalid_parameter(pattern.error().message));
  auto options = read_options(call.params);
  if (const auto given = http::text_param(call.params, "nextToken"); !given.empty()) {
    const auto token = parse_token(given);
    if (!token) return aws::refuse(invalid_parameter("The specified nextToken is invalid."));
    options.has_position = true;
    options.position = token->position;
  }
  const auto streams = call.params.value("logStreamNames", std::vector<std::string>());
  const auto found =
      logs.filter(place_of(call), group_of(call.params), streams,
                  http::text_param(call.params, "logStreamNamePrefix"), *pattern, options);
  if (!found) return aws::refuse(found.error());
  auto list = Json::array();
  for (const auto& event : found->events) {
    list.push_back({{"logStreamName", event.stream},
                    {"timestamp", event.at_ms},
                    {"message", event.message},
                    {"ingestionTime", event.ingested_ms},
                    {"eventId", fmt::format("{:056}", event.id)}});
  }
  Json result = {{"events", std::move(list)}, {"searchedLogStreams", Json::array()}};
  if (found->more) result["nextToken"] = make_token('f', found->position);
  return result;
}

constexpr http::Operation<LogStore> kOperations[] = {
    {"CreateLogGroup", create_group},
    {"DeleteLogGroup", delete_group},
    {"DescribeLogGroups", describe_groups},
    {"PutRetentionPolicy", set_retention},
    {"DeleteRetentionPolicy", set_retention},
    {"ListTagsForResource", list_tags},
    {"CreateLogStream", create_stream},
    {"DescribeLogStreams", describe_streams},
    {"PutLogEvents", put_events},
    {"GetLogEvents", get_events},
    {"FilterLogEvents", filter_events},
};

}  // namespace

LogsService::LogsService(LogStore& logs) : TableService(aws::shapes::kLogs, kOperations, logs) {}

// On the stream that is named, else on the group.
http::Permission LogsService::permission_for(const http::ApiCall& call) const {
  const auto group = group_of(call.params);
  const auto stream = http::text_param(call.params, "logStreamName");
  std::string resource = "*";
  if (!stream.empty()) {
    resource = stream_arn(place_of(call), group, stream);
  } else if (!group.empty()) {
    resource = group_arn(place_of(call), group) + ":*";
  }
  return {"logs:" + call.operation, std::move(resource)};
}

}  // namespace loopgate::logs
