#include "emulators/s3/objects.h"

#include <limits>

#include "base/json.h"

namespace loopgate::s3 {

namespace {

constexpr std::string_view kTable =
    "CREATE TABLE s3_objects (number INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL,"
    " key TEXT NOT NULL, version TEXT NOT NULL, marker INTEGER NOT NULL, latest INTEGER NOT NULL,"
    " size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, pieces TEXT NOT NULL,"
    " facts TEXT NOT NULL)";
constexpr std::string_view kByKey = "CREATE INDEX s3_versions ON s3_objects (bucket, key, number)";
constexpr std::string_view kById =
    "CREATE UNIQUE INDEX s3_version_ids ON s3_objects (bucket, key, version)";
constexpr std::string_view kLatest =
    "CREATE UNIQUE INDEX s3_latest ON s3_objects (bucket, key) WHERE latest = 1 AND marker = 0";

#define COLUMNS "number, key, version, marker, latest, size, etag, modified, pieces, facts"

store::Store& migrated(store::Store& store) {
  (void)store.migrate("s3_objects", {kTable, kByKey, kById, kLatest});
  return store;
}

std::string text_of(const std::vector<Piece>& pieces) {
  json out = json::array();
  for (const auto& piece : pieces) out.push_back({piece.content, piece.size});
  return write_json(out);
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  for (const auto& each : read_json(text).value_or(json::array())) {
    out.push_back({each.at(0).get<std::int64_t>(), each.at(1).get<std::uint64_t>()});
  }
  return out;
}

Object object_of(const store::Statement& row) {
  return {.number = row.integer(0),
          .key = std::string(row.text(1)),
          .version = std::string(row.text(2)),
          .is_marker = row.integer(3) != 0,
          .is_latest = row.integer(4) != 0,
          .size = static_cast<std::uint64_t>(row.integer(5)),
          .etag = std::string(row.text(6)),
          .modified = WallTime(Duration(row.integer(7))),
          .pieces = pieces_of(row.text(8)),
          .facts = read_json(row.text(9)).value_or(json::object())};
}

std::optional<Object> first_of(store::Statement& rows) {
  if (!rows.step()) return std::nullopt;
  return object_of(rows);
}

// What all keys with the prefix are less than; empty: nothing is greater.
std::string end_of(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty() && static_cast<unsigned char>(out.back()) == 0xff) out.pop_back();
  if (!out.empty()) out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) + 1);
  return out;
}

}  // namespace

Objects::Objects(store::Store& store, Random& random, Contents& contents)
    : store_(migrated(store)), random_(random), contents_(contents) {}

std::optional<Object> Objects::find(std::string_view bucket, std::string_view key,
                                    std::string_view version) {
  if (!version.empty()) {
    auto row = store_.prepare("SELECT " COLUMNS
                              " FROM s3_objects WHERE bucket = ? AND key = ? AND version = ?");
    row.bind(1, bucket).bind(2, key).bind(3, version);
    return first_of(row);
  }
  auto row = store_.prepare("SELECT " COLUMNS
                            " FROM s3_objects WHERE bucket = ? AND key = ?"
                            " ORDER BY number DESC LIMIT 1");
  row.bind(1, bucket).bind(2, key);
  return first_of(row);
}

void Objects::insert(std::string_view bucket, const Object& object) {
  store_.prepare("UPDATE s3_objects SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1")
      .bind(1, bucket)
      .bind(2, object.key)
      .run();
  store_
      .prepare(
          "INSERT INTO s3_objects (bucket, key, version, marker, latest, size, etag, modified,"
          " pieces, facts) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)")
      .bind(1, bucket)
      .bind(2, object.key)
      .bind(3, object.version)
      .bind(4, std::int64_t{object.is_marker})
      .bind(5, static_cast<std::int64_t>(object.size))
      .bind(6, object.etag)
      .bind(7, std::int64_t{object.modified.time_since_epoch().count()})
      .bind(8, text_of(object.pieces))
      .bind(9, write_json(object.facts))
      .run();
}

void Objects::erase(const Object& object) {
  store_.prepare("DELETE FROM s3_objects WHERE number = ?").bind(1, object.number).run();
  contents_.release(object.pieces);
}

void Objects::elect_latest(std::string_view bucket, std::string_view key) {
  store_
      .prepare(
          "UPDATE s3_objects SET latest = 1 WHERE number = (SELECT max(number) FROM s3_objects"
          " WHERE bucket = ? AND key = ?)")
      .bind(1, bucket)
      .bind(2, key)
      .run();
}

// An id is one of 32 characters, as AWS's are.
std::string Objects::put(const Bucket& bucket, Object object) {
  constexpr std::size_t kIdChars = 32;
  if (bucket.versioning == Bucket::Versioning::kEnabled) {
    object.version = random_.upper_alnum(kIdChars);
  } else {
    object.version = kNullVersion;
    if (const auto old = find(bucket.name, object.key, kNullVersion)) erase(*old);
  }
  insert(bucket.name, object);
  return object.version;
}

void Objects::change_facts(const Object& object) {
  store_.prepare("UPDATE s3_objects SET facts = ? WHERE number = ?")
      .bind(1, write_json(object.facts))
      .bind(2, object.number)
      .run();
}

Objects::Deleted Objects::remove(const Bucket& bucket, const std::string& key, WallTime at) {
  if (bucket.versioning == Bucket::Versioning::kNever) {
    auto out = remove_version(bucket, key, kNullVersion);
    out.version.clear();
    return out;
  }
  Object marker;
  marker.key = key;
  marker.is_marker = true;
  marker.modified = at;
  const bool was_there = find(bucket.name, key).has_value();
  return {.is_marker = true, .version = put(bucket, std::move(marker)), .was_there = was_there};
}

Objects::Deleted Objects::remove_version(const Bucket& bucket, const std::string& key,
                                         std::string_view version) {
  Deleted out{.version = std::string(version)};
  const auto object = find(bucket.name, key, version);
  if (!object) return out;
  out.was_there = true;
  out.is_marker = object->is_marker;
  erase(*object);
  if (object->is_latest) elect_latest(bucket.name, key);
  return out;
}

std::optional<Object> Objects::next(std::string_view bucket, std::string_view prefix,
                                    std::string_view after, bool or_equal) {
  const bool from_prefix = after < prefix;
  const auto end = end_of(prefix);
  std::string sql =
      "SELECT " COLUMNS " FROM s3_objects WHERE bucket = ? AND latest = 1 AND marker = 0 AND key ";
  sql += from_prefix || or_equal ? ">= ?" : "> ?";
  if (!end.empty()) sql += " AND key < ?";
  auto rows = store_.prepare(sql + " ORDER BY key LIMIT 1");
  rows.bind(1, bucket).bind(2, from_prefix ? prefix : after);
  if (!end.empty()) rows.bind(3, end);
  return first_of(rows);
}

std::optional<Object> Objects::next_version(std::string_view bucket, std::string_view prefix,
                                            std::string_view key, std::int64_t below) {
  if (!key.empty() && key >= prefix) {
    auto same = store_.prepare("SELECT " COLUMNS
                               " FROM s3_objects WHERE bucket = ? AND key = ? AND number < ?"
                               " ORDER BY number DESC LIMIT 1");
    same.bind(1, bucket).bind(2, key).bind(3, below);
    if (auto found = first_of(same); found && key.starts_with(prefix)) return found;
  }
  const auto end = end_of(prefix);
  const bool from_prefix = key < prefix || key.empty();
  std::string sql = "SELECT min(key) FROM s3_objects WHERE bucket = ? AND key ";
  sql += from_prefix ? ">= ?" : "> ?";
  if (!end.empty()) sql += " AND key < ?";
  auto first = store_.prepare(sql);
  first.bind(1, bucket).bind(2, from_prefix ? prefix : key);
  if (!end.empty()) first.bind(3, end);
  if (!first.step() || first.is_null(0)) return std::nullopt;
  return find(bucket, std::string(first.text(0)));
}

bool Objects::is_empty(std::string_view bucket) {
  return !store_.prepare("SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1")
              .bind(1, bucket)
              .step();
}

void Objects::remove_all(std::string_view bucket) {
  std::vector<std::vector<Piece>> pieces;
  auto rows = store_.prepare("SELECT pieces FROM s3_objects WHERE bucket = ?");
  rows.bind(1, bucket);
  while (rows.step()) pieces.push_back(pieces_of(rows.text(0)));
  for (const auto& each : pieces) contents_.release(each);
  store_.prepare("DELETE FROM s3_objects WHERE bucket = ?").bind(1, bucket).run();
}

}  // namespace loopgate::s3
