#include "emulators/sns/archive.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::string_view kMessages =
    "CREATE TABLE sns_archive (id INTEGER PRIMARY KEY AUTOINCREMENT, topic_arn TEXT NOT NULL,"
    " at INTEGER NOT NULL, message TEXT NOT NULL)";
constexpr std::string_view kMessagesIndex =
    "CREATE INDEX sns_archive_topic ON sns_archive"
    " (topic_arn, id)";
constexpr std::string_view kMessagesByTime =
    "CREATE INDEX sns_archive_at ON sns_archive"
    " (topic_arn, at)";
constexpr std::string_view kReplays =
    "CREATE TABLE sns_replays (subscription_arn TEXT PRIMARY KEY, behind INTEGER NOT NULL,"
    " barrier INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, done INTEGER NOT NULL)"
    " WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("sns_archive", {kMessages, kMessagesIndex, kMessagesByTime, kReplays});
  return store;
}

WallTime from_millis(std::int64_t millis) {
  return WallTime(std::chrono::milliseconds(millis));
}

json to_json(const ArchivedMessage& message) {
  const auto& request = message.request;
  json attributes = json::array();
  for (const auto& each : request.attributes) {
    attributes.push_back({each.name, each.type, codec::base64_encode(as_bytes(each.value))});
  }
  return {{"id", message.message_id},
          {"sequence", message.sequence_number},
          {"message", request.message},
          {"subject", request.subject ? json(*request.subject) : json()},
          {"structure", request.structure},
          {"group", request.group_id},
          {"deduplication", request.deduplication_id},
          {"trace", request.trace_header},
          {"attributes", std::move(attributes)}};
}

ArchivedMessage from_json(const json& document) {
  ArchivedMessage out;
  out.message_id = document.value("id", "");
  out.sequence_number = document.value("sequence", "");
  auto& request = out.request;
  request.message = document.value("message", "");
  if (document["subject"].is_string()) request.subject = document["subject"].get<std::string>();
  request.structure = document.value("structure", "");
  request.group_id = document.value("group", "");
  request.deduplication_id = document.value("deduplication", "");
  request.trace_header = document.value("trace", "");
  for (const auto& each : document["attributes"]) {
    request.attributes.push_back(
        {each.at(0).get<std::string>(), each.at(1).get<std::string>(),
         codec::base64_decode_text(each.at(2).get<std::string>()).value_or("")});
  }
  return out;
}

aws::AwsError archive_refusal(std::string_view why) {
  return invalid_parameter("ArchivePolicy Reason: " + std::string(why));
}
aws::AwsError replay_refusal(std::string_view why) {
  return invalid_parameter("ReplayPolicy: " + std::string(why));
}

std::optional<WallTime> time_in(const json& policy, const char* name) {
  const auto found = policy.find(name);
  if (found == policy.end() || !found->is_string()) return std::nullopt;
  return parse_iso8601(found->get<std::string>());
}

}  // namespace

aws::Outcome<std::optional<std::chrono::days>> parse_archive_policy(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto policy = read_json(text).value_or(nullptr);
  if (!policy.is_object()) return aws::refuse(archive_refusal("it is not a JSON object"));
  if (policy.empty()) return std::nullopt;
  for (const auto& [name, value] : policy.items()) {
    if (name != "MessageRetentionPeriod") {
      return aws::refuse(archive_refusal(name + " is not a member of it"));
    }
  }
  const auto& period = policy["MessageRetentionPeriod"];
  const auto digits = period.is_string() ? period.get<std::string>() : write_json(period);
  const auto days = read_json(digits).value_or(nullptr);
  if (!days.is_number_integer() || days.get<std::int64_t>() < 1 ||
      days.get<std::int64_t>() > kMaxArchiveDays.count()) {
    return aws::refuse(
        archive_refusal("MessageRetentionPeriod must be a number of days from 1 to 365"));
  }
  return std::chrono::days(days.get<std::int64_t>());
}

aws::Outcome<ReplayPolicy> parse_replay_policy(std::string_view text) {
  const auto policy = read_json(text).value_or(nullptr);
  if (!policy.is_object()) return aws::refuse(replay_refusal("it is not a JSON object"));
  for (const auto& [name, value] : policy.items()) {
    if (name != "PointType" && name != "StartingPoint" && name != "EndingPoint") {
      return aws::refuse(replay_refusal(name + " is not a member of it"));
    }
  }
  if (policy.value("PointType", json()) != "Timestamp") {
    return aws::refuse(replay_refusal("PointType must be Timestamp"));
  }
  const auto from = time_in(policy, "StartingPoint");
  if (!from) {
    return aws::refuse(
        replay_refusal("StartingPoint must be a time like 2024-05-01T09:30:00.000Z"));
  }
  ReplayPolicy out{*from, time_in(policy, "EndingPoint")};
  if (policy.contains("EndingPoint") && !out.until) {
    return aws::refuse(replay_refusal("EndingPoint must be a time like 2024-05-01T09:30:00.000Z"));
  }
  if (out.until && *out.until < out.from) {
    return aws::refuse(replay_refusal("EndingPoint must not be before StartingPoint"));
  }
  return out;
}

Archive::Archive(store::Store& store)
    : store_(migrated(store)),
      insert_(store.prepare("INSERT INTO sns_archive (topic_arn, at, message) VALUES (?1,?2,?3)")),
      drop_before_(store.prepare("DELETE FROM sns_archive WHERE topic_arn = ?1 AND at < ?2")) {
  load();
  store_.on_rollback([this] { load(); });
}

void Archive::load() {
  running_.clear();
  auto rows = store_.prepare("SELECT subscription_arn FROM sns_replays WHERE done = 0");
  while (rows.step()) running_.emplace(rows.text(0));
}

void Archive::add(const std::string& topic_arn, const ArchivedMessage& message) {
  insert_.bind(1, std::string_view(topic_arn))
      .bind(2, to_millis(message.at))
      .bind(3, std::string_view(write_json(to_json(message))))
      .run();
}

std::vector<ArchivedMessage> Archive::read(const std::string& topic_arn, std::int64_t after,
                                           std::size_t limit) {
  auto rows = store_.prepare(
      "SELECT id, at, message FROM sns_archive WHERE topic_arn = ?1 AND id > ?2 ORDER BY id"
      " LIMIT ?3");
  rows.bind(1, std::string_view(topic_arn))
      .bind(2, after)
      .bind(3, static_cast<std::int64_t>(limit));
  std::vector<ArchivedMessage> out;
  while (rows.step()) {
    auto message = from_json(read_json(rows.text(2)).value_or(json::object()));
    message.id = rows.integer(0);
    message.at = from_millis(rows.integer(1));
    out.push_back(std::move(message));
  }
  return out;
}

std::int64_t Archive::last(const std::string& topic_arn) {
  auto row = store_.prepare("SELECT max(id) FROM sns_archive WHERE topic_arn = ?1");
  row.bind(1, std::string_view(topic_arn));
  return row.step() ? row.integer(0) : 0;
}

std::optional<WallTime> Archive::oldest(const std::string& topic_arn) {
  auto row = store_.prepare("SELECT at FROM sns_archive WHERE topic_arn = ?1 ORDER BY id LIMIT 1");
  row.bind(1, std::string_view(topic_arn));
  if (!row.step()) return std::nullopt;
  return from_millis(row.integer(0));
}

void Archive::drop_before(const std::string& topic_arn, WallTime at) {
  drop_before_.bind(1, std::string_view(topic_arn)).bind(2, to_millis(at)).run();
}

void Archive::drop(const std::string& topic_arn) {
  store_.prepare("DELETE FROM sns_archive WHERE topic_arn = ?1")
      .bind(1, std::string_view(topic_arn))
      .run();
}

void Archive::put(const Replay& replay) {
  auto row = store_.prepare("INSERT OR REPLACE INTO sns_replays VALUES (?1,?2,?3,?4,?5,?6)");
  row.bind(1, std::string_view(replay.subscription_arn))
      .bind(2, replay.behind)
      .bind(3, replay.barrier)
      .bind(4, to_millis(replay.policy.from))
      .bind(6, std::int64_t{replay.done});
  replay.policy.until ? row.bind(5, to_millis(*replay.policy.until)) : row.bind_null(5);
  row.run();
  if (replay.done) {
    running_.erase(replay.subscription_arn);
  } else {
    running_.insert(replay.subscription_arn);
  }
}

std::optional<Archive::Replay> Archive::replay(const std::string& subscription_arn) {
  auto row = store_.prepare(
      "SELECT behind, barrier, since, until, done FROM sns_replays WHERE subscription_arn = ?1");
  row.bind(1, std::string_view(subscription_arn));
  if (!row.step()) return std::nullopt;
  Replay out{.subscription_arn = subscription_arn,
             .behind = row.integer(0),
             .barrier = row.integer(1),
             .policy = {from_millis(row.integer(2))},
             .done = row.integer(4) != 0};
  if (!row.is_null(3)) out.policy.until = from_millis(row.integer(3));
  return out;
}

void Archive::end(const std::string& subscription_arn) {
  store_.prepare("DELETE FROM sns_replays WHERE subscription_arn = ?1")
      .bind(1, std::string_view(subscription_arn))
      .run();
  running_.erase(subscription_arn);
}

void Archive::forget(const aws::AccountScope& scope) {
  store_.delete_rows("sns_archive", "field(topic_arn, 5)", scope.account);
  store_.delete_rows("sns_replays", "field(subscription_arn, 5)", scope.account);
  std::erase_if(running_, [&](const auto& arn) { return scope.covers_arn(arn); });
}

}  // namespace loopgate::sns
