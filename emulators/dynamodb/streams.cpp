#include "emulators/dynamodb/streams.h"

#include <fmt/format.h>

#include <charconv>

#include "base/json.h"
#include "emulators/dynamodb/keys.h"
#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::size_t kSequenceDigits = 21;

double seconds(WallTime time) {
  return static_cast<double>(to_seconds(time));
}

json document_of(const Stream& stream) {
  json out = {{"label", stream.label},      {"table", stream.table_name},
              {"view", stream.view},        {"hash", stream.keys.hash},
              {"range", stream.keys.range}, {"created", stream.created.time_since_epoch().count()},
              {"first", stream.first}};
  if (stream.ended) out["ended"] = stream.ended->time_since_epoch().count();
  return out;
}

Stream stream_of(std::string arn, const json& document) {
  const auto time = [&](const char* name) {
    return WallTime(Duration(document.value(name, std::int64_t{0})));
  };
  Stream out{.arn = std::move(arn),
             .label = document.value("label", ""),
             .table_name = document.value("table", ""),
             .view = document.value("view", ""),
             .keys = {document.value("hash", ""), document.value("range", "")},
             .created = time("created"),
             .first = document.value("first", std::int64_t{0})};
  if (document.contains("ended")) out.ended = time("ended");
  return out;
}

store::Store& migrated(store::Store& store) {
  (void)store.migrate(
      "dynamodb_streams",
      {"CREATE TABLE dynamodb_streams (arn TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID",
       "CREATE TABLE dynamodb_records (id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL,"
       " at INTEGER NOT NULL, record TEXT NOT NULL)",
       "CREATE INDEX dynamodb_records_by_stream ON dynamodb_records (stream, id)",
       "CREATE INDEX dynamodb_records_by_time ON dynamodb_records (at)"});
  return store;
}

std::string region_of(std::string_view arn) {
  const auto from = arn.find(':', arn.find(':', arn.find(':') + 1) + 1) + 1;
  return std::string(arn.substr(from, arn.find(':', from) - from));
}

}  // namespace

std::string Stream::shard_id() const {
  return fmt::format("shardId-{:020}-{:08x}", to_millis(created),
                     static_cast<std::uint32_t>(created.time_since_epoch().count()));
}

std::string sequence_number(std::int64_t position) {
  return fmt::format("1{:020}", position);
}

std::optional<std::int64_t> position_of(std::string_view text) {
  if (text.size() != kSequenceDigits || text[0] != '1') return std::nullopt;
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

Streams::Streams(store::Store& store, Clock& clock, Random& random)
    : store_(migrated(store)),
      clock_(clock),
      random_(random),
      append_(store.prepare("INSERT INTO dynamodb_records (stream, at, record) VALUES (?1,?2,?3)")),
      read_(store.prepare("SELECT id, at, record FROM dynamodb_records WHERE stream = ?1"
                          " AND id > ?2 AND at >= ?3 ORDER BY id LIMIT ?4")) {
  load();
  store_.on_rollback([this] { load(); });
}

void Streams::load() {
  streams_.clear();
  auto rows = store_.prepare("SELECT arn, document FROM dynamodb_streams");
  while (rows.step()) {
    std::string arn(rows.text(0));
    auto stream = stream_of(arn, read_json(rows.text(1)).value_or(json::object()));
    streams_[std::move(arn)] = std::move(stream);
  }
}

void Streams::save(const Stream& stream) {
  store_.prepare("INSERT OR REPLACE INTO dynamodb_streams VALUES (?1, ?2)")
      .bind(1, std::string_view(stream.arn))
      .bind(2, std::string_view(write_json(document_of(stream))))
      .run();
}

// The label is the time; two of the same instant differ all the same.
std::string Streams::begin(const Table& table) {
  Stream stream{.table_name = table.name,
                .view = table.stream_view,
                .keys = table.keys,
                .created = clock_.wall(),
                .first = last_position()};
  auto at = clock_.wall();
  do {
    stream.label = to_iso8601(at);
    stream.label.pop_back();  // without "Z"
    stream.arn = table.arn + "/stream/" + stream.label;
    at += std::chrono::milliseconds(1);
  } while (streams_.contains(stream.arn));
  save(stream);
  const auto label = stream.label;
  streams_[stream.arn] = std::move(stream);
  return label;
}

void Streams::end(const std::string& arn) {
  const auto found = streams_.find(arn);
  if (found == streams_.end() || found->second.ended) return;
  found->second.ended = clock_.wall();
  save(found->second);
  tell(arn);
}

void Streams::append(const Table& table, const json* old, const json* item, Cause cause) {
  if (table.stream_view.empty()) return;
  if (old == nullptr && item == nullptr) return;
  if (old != nullptr && item != nullptr && *old == *item) return;
  const auto arn = table.stream_arn();
  const bool has_new = table.stream_view.starts_with("NEW"),
             has_old = table.stream_view.contains("OLD");
  const auto now = clock_.wall();
  json change = {{"ApproximateCreationDateTime", seconds(now)},
                 {"Keys", key_attributes(table.keys, item != nullptr ? *item : *old)},
                 {"StreamViewType", table.stream_view}};
  auto size = item_size(change["Keys"]);
  if (has_new && item != nullptr) change["NewImage"] = *item, size += item_size(*item);
  if (has_old && old != nullptr) change["OldImage"] = *old, size += item_size(*old);
  change["SizeBytes"] = size;
  json record = {{"eventID", random_.hex(32)},
                 {"eventName", old == nullptr    ? "INSERT"
                               : item == nullptr ? "REMOVE"
                                                 : "MODIFY"},
                 {"eventVersion", "1.1"},
                 {"eventSource", "aws:dynamodb"},
                 {"awsRegion", region_of(table.arn)},
                 {"dynamodb", std::move(change)}};
  if (cause == Cause::kExpiry) {
    record["userIdentity"] = {{"PrincipalId", "dynamodb.amazonaws.com"}, {"Type", "Service"}};
  }
  append_.bind(1, std::string_view(arn)).bind(2, to_millis(now));
  append_.bind(3, std::string_view(write_json(record))).run();
  tell(arn);
  trim();
}

const Stream* Streams::find(std::string_view arn) const {
  const auto found = streams_.find(arn);
  return found == streams_.end() ? nullptr : &found->second;
}

std::vector<Streams::Record> Streams::read(const Stream& stream, std::int64_t behind,
                                           std::size_t most) {
  std::vector<Record> out;
  std::size_t bytes = 0;
  read_.bind(1, std::string_view(stream.arn)).bind(2, std::max(behind, stream.first));
  read_.bind(3, to_millis(clock_.wall() - kStreamLife)).bind(4, static_cast<std::int64_t>(most));
  while (bytes < kPageBytes && read_.step()) {
    Record each{.position = read_.integer(0),
                .at = WallTime(std::chrono::milliseconds(read_.integer(1))),
                .record = read_json(read_.text(2)).value_or(json::object())};
    bytes += read_.text(2).size();
    each.record["dynamodb"]["SequenceNumber"] = sequence_number(each.position);
    out.push_back(std::move(each));
  }
  read_.reset();
  return out;
}

std::int64_t Streams::last_position() {
  auto row = store_.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'dynamodb_records'");
  return row.step() ? row.integer(0) : 0;
}

std::int64_t Streams::horizon(const Stream& stream) {
  const auto first = read(stream, stream.first, 1);
  return first.empty() ? std::max(stream.first, last_position()) : first.front().position - 1;
}

// Now and then: nobody sees what is too old, whether it is there or not.
void Streams::trim() {
  if (trimmed_ != Instant{} && clock_.now() < trimmed_ + std::chrono::minutes(1)) return;
  trimmed_ = clock_.now();
  const auto oldest = clock_.wall() - kStreamLife;
  store_.prepare("DELETE FROM dynamodb_records WHERE at < ?1").bind(1, to_millis(oldest)).run();
  for (auto each = streams_.begin(); each != streams_.end();) {
    if (!each->second.ended || *each->second.ended >= oldest) {
      ++each;
      continue;
    }
    store_.prepare("DELETE FROM dynamodb_streams WHERE arn = ?1")
        .bind(1, std::string_view(each->first))
        .run();
    each = streams_.erase(each);
  }
}

void Streams::tell(const std::string& arn) {
  if (!watchers_.contains(arn) || !changed_.insert(arn).second) return;
  store_.after_commit([this, arn](bool) {
    changed_.erase(arn);
    const auto told = std::move(watchers_[arn]);
    watchers_.erase(arn);
    for (const auto& [id, callback] : told) callback();
  });
}

std::function<void()> Streams::watch(const std::string& arn, std::function<void()> callback) {
  const auto id = ++last_watcher_;
  watchers_[arn][id] = std::move(callback);
  return [this, arn, id] {
    if (const auto found = watchers_.find(arn); found != watchers_.end()) found->second.erase(id);
  };
}

void Streams::remove_records(const aws::AccountScope& scope) {
  store_.delete_rows("dynamodb_records", "field(stream, 5)", scope.account);
}

void Streams::remove_all(const aws::AccountScope& scope) {
  remove_records(scope);
  store_.delete_rows("dynamodb_streams", "field(arn, 5)", scope.account);
  load();
}

}  // namespace loopgate::dynamodb
