#include "emulators/logs/log_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"
#include "base/check.h"
#include "emulators/logs/errors.h"
#include "emulators/logs/limits.h"

namespace loopgate::logs {

namespace {

constexpr std::string_view kGroupColumns =
    "SELECT id, name, created_ms, retention_days, bytes, events, forgotten FROM log_groups ";
constexpr std::string_view kStreamColumns =
    "SELECT id, name, created_ms, first_ms, last_ms, ingested_ms FROM log_streams ";

WallTime from_millis(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

Group read_group(const store::Statement& row, const Place& place) {
  Group group;
  group.id = row.integer(0);
  group.name = row.text(1);
  group.arn = group_arn(place, group.name);
  group.created = from_millis(row.integer(2));
  group.retention_days = row.integer(3);
  group.bytes = row.integer(4);
  group.events = row.integer(5);
  group.forgotten = row.integer(6);
  return group;
}

Stream read_stream(const store::Statement& row, const Place& place, const std::string& group) {
  Stream stream;
  stream.id = row.integer(0);
  stream.name = row.text(1);
  stream.arn = stream_arn(place, group, stream.name);
  stream.created = from_millis(row.integer(2));
  stream.first_ms = row.integer(3);
  stream.last_ms = row.integer(4);
  stream.last_ingested_ms = row.integer(5);
  return stream;
}

bool is_group_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxGroupName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-/.#").contains(c);
  });
}

bool is_stream_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxStreamName &&
         name.find_first_of(":*") == std::string_view::npos;
}

// Of a row of streams or events.
constexpr std::string_view kOwner = "(SELECT account FROM log_groups WHERE id = group_id)";

void migrate(store::Store& store) {
  const auto status = store.migrate(
      "logs",
      {"CREATE TABLE log_groups (id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT "
       "NULL, "
       "name TEXT NOT NULL, created_ms INTEGER NOT NULL, retention_days INTEGER NOT NULL DEFAULT "
       "0, "
       "bytes INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0, "
       "forgotten INTEGER NOT NULL DEFAULT 0, UNIQUE (account, region, name))",
       "CREATE TABLE log_streams (id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, "
       "name TEXT NOT NULL, created_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL DEFAULT -1, "
       "last_ms INTEGER NOT NULL DEFAULT -1, ingested_ms INTEGER NOT NULL DEFAULT -1, "
       "UNIQUE (group_id, name))",
       "CREATE TABLE log_events (id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, "
       "stream_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL, "
       "message TEXT NOT NULL)",
       "CREATE INDEX log_events_by_stream ON log_events (stream_id, at_ms, id)",
       "CREATE INDEX log_events_by_group ON log_events (group_id, at_ms, id)"});
  LOOPGATE_CHECK(status.has_value());
}

}  // namespace

std::pair<Place, std::string> find_group(Place place, const std::string& name_or_arn) {
  constexpr std::string_view kResource = "log-group:";
  const auto arn = aws::Arn::parse(name_or_arn);
  if (!arn || !arn->resource.starts_with(kResource)) return {std::move(place), name_or_arn};
  auto name = arn->resource.substr(kResource.size());
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return {{arn->account, arn->region}, std::move(name)};
}

std::string group_arn(const Place& place, std::string_view name) {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", place.region, place.account, name);
}

std::string stream_arn(const Place& place, std::string_view group, std::string_view stream) {
  return fmt::format("{}:log-stream:{}", group_arn(place, group), stream);
}

LogStore::LogStore(store::Store& store, Clock& clock) : store_(store), clock_(clock) {
  migrate(store_);
  const auto groups = [&](std::string_view rest) {
    return store_.prepare(fmt::format("{}{}", kGroupColumns, rest));
  };
  const auto streams = [&](std::string_view rest) {
    return store_.prepare(fmt::format("{}{}", kStreamColumns, rest));
  };
  insert_group_ = store_.prepare(
      "INSERT INTO log_groups (account, region, name, created_ms) VALUES (?, ?, ?, ?)");
  select_group_ = groups("WHERE account = ? AND region = ? AND name = ?");
  list_groups_ = groups(
      "WHERE account = ? AND region = ? AND name > ? AND substr(name, 1, length(?4)) = ?4 "
      "ORDER BY name LIMIT ?5");
  update_group_ = store_.prepare(
      "UPDATE log_groups SET retention_days = ?, bytes = ?, events = ?, forgotten = ? WHERE id = "
      "?");
  delete_group_ = store_.prepare("DELETE FROM log_groups WHERE id = ?");
  insert_stream_ =
      store_.prepare("INSERT INTO log_streams (group_id, name, created_ms) VALUES (?, ?, ?)");
  select_stream_ = streams("WHERE group_id = ? AND name = ?");
  list_streams_ = streams(
      "WHERE group_id = ? AND name > ? AND substr(name, 1, length(?3)) = ?3 ORDER BY name LIMIT "
      "?4");
  recent_streams_ = streams(
      "WHERE group_id = ? AND substr(name, 1, length(?2)) = ?2 ORDER BY last_ms DESC, id DESC "
      "LIMIT ?3");
  update_stream_ = store_.prepare(
      "UPDATE log_streams SET first_ms = ?, last_ms = ?, ingested_ms = ? WHERE id = ?");
  delete_streams_ = store_.prepare("DELETE FROM log_streams WHERE group_id = ?");
  delete_events_ = store_.prepare("DELETE FROM log_events WHERE group_id = ?");
  insert_event_ = store_.prepare(
      "INSERT INTO log_events (group_id, stream_id, at_ms, ingested_ms, message) "
      "VALUES (?, ?, ?, ?, ?)");
  oldest_events_ = store_.prepare(
      "SELECT count(*), total(length(CAST(message AS BLOB))), max(id) FROM (SELECT id, message "
      "FROM "
      "log_events WHERE group_id = ? ORDER BY id LIMIT ?)");
  forget_events_ = store_.prepare("DELETE FROM log_events WHERE group_id = ? AND id <= ?");
  read_forward_ = store_.prepare(
      "SELECT id, at_ms, ingested_ms, message FROM log_events WHERE stream_id = ? AND at_ms >= ? "
      "AND "
      "at_ms < ? AND (at_ms, id) > (?, ?) ORDER BY at_ms, id LIMIT ?");
  read_backward_ = store_.prepare(
      "SELECT id, at_ms, ingested_ms, message FROM log_events WHERE stream_id = ? AND at_ms >= ? "
      "AND "
      "at_ms < ? AND (at_ms, id) < (?, ?) ORDER BY at_ms DESC, id DESC LIMIT ?");
  scan_ = store_.prepare(
      "SELECT e.id, e.at_ms, e.ingested_ms, e.message, s.name FROM log_events e JOIN log_streams s "
      "ON "
      "s.id = e.stream_id WHERE e.group_id = ? AND e.at_ms >= ? AND e.at_ms < ? AND "
      "(e.at_ms, e.id) > (?, ?) ORDER BY e.at_ms, e.id");
  store_.on_rollback([this] { forget_memory(); });
}

void LogStore::forget_memory() {
  groups_.clear();
  streams_.clear();
}

Group* LogStore::find_group(const Place& place, const std::string& name) {
  GroupKey key{place, name};
  if (const auto found = groups_.find(key); found != groups_.end()) return &found->second;
  select_group_.bind(1, place.account).bind(2, place.region).bind(3, name);
  Group* result = nullptr;
  if (select_group_.step()) {
    result = &groups_.emplace(std::move(key), read_group(select_group_, place)).first->second;
  }
  select_group_.reset();
  return result;
}

Stream* LogStore::find_stream(const Place& place, const Group& group, const std::string& name) {
  std::pair key{group.id, name};
  if (const auto found = streams_.find(key); found != streams_.end()) return &found->second;
  select_stream_.bind(1, group.id).bind(2, name);
  Stream* result = nullptr;
  if (select_stream_.step()) {
    result = &streams_.emplace(std::move(key), read_stream(select_stream_, place, group.name))
                  .first->second;
  }
  select_stream_.reset();
  return result;
}

aws::Outcome<void> LogStore::create_group(const Place& place, const std::string& name) {
  if (!is_group_name(name)) {
    return aws::refuse(invalid_parameter(fmt::format(
        "1 validation error detected: Value '{}' at 'logGroupName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        name.substr(0, kMaxGroupName))));
  }
  if (find_group(place, name) != nullptr) return aws::refuse(group_exists());
  insert_group_.bind(1, place.account).bind(2, place.region).bind(3, name);
  insert_group_.bind(4, to_millis(clock_.wall())).run();
  return {};
}

void LogStore::delete_all(const aws::AccountScope& scope) {
  forget(scope);
  store_.delete_rows("log_streams", kOwner, scope.account);
  store_.delete_rows("log_groups", "account", scope.account);
}

void LogStore::forget(const aws::AccountScope& scope) {
  std::erase_if(waiting_, [&](const Waiting& each) { return scope.covers(each.place.account); });
  forget_memory();
  store_.delete_rows("log_events", kOwner, scope.account);
  const auto clear = [&](std::string_view table, std::string_view values, std::string_view owner) {
    store_.prepare(fmt::format("UPDATE {} SET {} WHERE ?1 = '' OR {} = ?1", table, values, owner))
        .bind(1, std::string_view(scope.account))
        .run();
  };
  clear("log_streams", "first_ms = -1, last_ms = -1, ingested_ms = -1", kOwner);
  clear("log_groups", "bytes = 0, events = 0, forgotten = 0", "account");
}

aws::Outcome<void> LogStore::delete_group(const Place& place, const std::string& name) {
  flush();
  const Group* group = find_group(place, name);
  if (group == nullptr) return aws::refuse(group_not_found());
  const auto id = group->id;
  delete_events_.bind(1, id).run();
  delete_streams_.bind(1, id).run();
  delete_group_.bind(1, id).run();
  std::erase_if(streams_, [id](const auto& entry) { return entry.first.first == id; });
  groups_.erase({place, name});
  return {};
}

aws::Outcome<Group> LogStore::group(const Place& place, const std::string& name) {
  flush();
  const Group* group = find_group(place, name);
  if (group == nullptr) return aws::refuse(group_not_found());
  return *group;
}

std::vector<Group> LogStore::groups(const Place& place, std::string_view prefix,
                                    std::string_view after, std::size_t limit) {
  flush();
  list_groups_.bind(1, place.account).bind(2, place.region).bind(3, after).bind(4, prefix);
  list_groups_.bind(5, static_cast<std::int64_t>(limit));
  std::vector<Group> result;
  while (list_groups_.step()) result.push_back(read_group(list_groups_, place));
  list_groups_.reset();
  return result;
}

aws::Outcome<void> LogStore::set_retention(const Place& place, const std::string& name,
                                           std::int64_t days) {
  Group* group = find_group(place, name);
  if (group == nullptr) return aws::refuse(group_not_found());
  group->retention_days = days;
  save(*group);
  return {};
}

void LogStore::save(const Group& group) {
  update_group_.bind(1, group.retention_days).bind(2, group.bytes).bind(3, group.events);
  update_group_.bind(4, group.forgotten).bind(5, group.id).run();
}

aws::Outcome<void> LogStore::create_stream(const Place& place, const std::string& group_name,
                                           const std::string& name) {
  const Group* group = find_group(place, group_name);
  if (group == nullptr) return aws::refuse(group_not_found());
  if (!is_stream_name(name)) {
    return aws::refuse(
        invalid_parameter("1 validation error detected: Value at 'logStreamName' failed to satisfy "
                          "constraint: Member "
                          "must satisfy regular expression pattern: [^:*]*"));
  }
  if (find_stream(place, *group, name) != nullptr) return aws::refuse(stream_exists());
  insert_stream_.bind(1, group->id).bind(2, name).bind(3, to_millis(clock_.wall())).run();
  return {};
}

aws::Outcome<Stream> LogStore::stream(const Place& place, const std::string& group_name,
                                      const std::string& name) {
  flush();
  const Group* group = find_group(place, group_name);
  if (group == nullptr) return aws::refuse(group_not_found());
  const Stream* stream = find_stream(place, *group, name);
  if (stream == nullptr) return aws::refuse(stream_not_found());
  return *stream;
}

std::vector<Stream> LogStore::streams(const Place& place, const std::string& group_name,
                                      std::string_view prefix, std::string_view after,
                                      std::size_t limit, bool by_last_event) {
  flush();
  const Group* group = find_group(place, group_name);
  if (group == nullptr) return {};
  const auto most = static_cast<std::int64_t>(limit);
  auto& rows = by_last_event ? recent_streams_ : list_streams_;
  if (by_last_event) {
    rows.bind(1, group->id).bind(2, prefix).bind(3, most);
  } else {
    rows.bind(1, group->id).bind(2, after).bind(3, prefix).bind(4, most);
  }
  std::vector<Stream> result;
  while (rows.step()) result.push_back(read_stream(rows, place, group_name));
  rows.reset();
  return result;
}

}  // namespace loopgate::logs
