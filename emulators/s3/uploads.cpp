#include "emulators/s3/uploads.h"

#include "base/json.h"

namespace loopgate::s3 {

namespace {

constexpr std::string_view kUploads =
    "CREATE TABLE s3_uploads (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " bucket TEXT NOT NULL, key TEXT NOT NULL, started INTEGER NOT NULL, facts TEXT NOT NULL)";
constexpr std::string_view kByKey =
    "CREATE INDEX s3_uploads_of_key ON s3_uploads (bucket, key, number)";
constexpr std::string_view kParts =
    "CREATE TABLE s3_parts (upload TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL,"
    " modified INTEGER NOT NULL, content INTEGER NOT NULL, size INTEGER NOT NULL,"
    " checksums TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID";

constexpr std::string_view kSelect = "SELECT id, bucket, key, started, facts FROM s3_uploads ";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("s3_uploads", {kUploads, kByKey, kParts});
  return store;
}

Upload upload_of(const store::Statement& row) {
  return {.id = std::string(row.text(0)),
          .bucket = std::string(row.text(1)),
          .key = std::string(row.text(2)),
          .started = WallTime(Duration(row.integer(3))),
          .facts = read_json(row.text(4)).value_or(json::object())};
}

}  // namespace

Uploads::Uploads(store::Store& store, Random& random, Contents& contents)
    : store_(migrated(store)), random_(random), contents_(contents) {}

Upload Uploads::begin(Upload upload) {
  constexpr std::size_t kIdDigits = 64;
  upload.id = random_.hex(kIdDigits);
  store_.prepare("INSERT INTO s3_uploads (id, bucket, key, started, facts) VALUES (?, ?, ?, ?, ?)")
      .bind(1, upload.id)
      .bind(2, upload.bucket)
      .bind(3, upload.key)
      .bind(4, std::int64_t{upload.started.time_since_epoch().count()})
      .bind(5, write_json(upload.facts))
      .run();
  return upload;
}

std::optional<Upload> Uploads::find(std::string_view bucket, std::string_view key,
                                    std::string_view id) {
  auto row = store_.prepare(std::string(kSelect) + "WHERE id = ? AND bucket = ? AND key = ?");
  row.bind(1, id).bind(2, bucket).bind(3, key);
  if (!row.step()) return std::nullopt;
  return upload_of(row);
}

void Uploads::put_part(const Upload& upload, const Part& part) {
  for (const auto& old : parts(upload, part.number - 1, 1)) {
    if (old.number == part.number) contents_.release({old.piece});
  }
  store_
      .prepare(
          "INSERT OR REPLACE INTO s3_parts (upload, number, etag, modified, content, size,"
          " checksums) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(1, upload.id)
      .bind(2, std::int64_t{part.number})
      .bind(3, part.etag)
      .bind(4, std::int64_t{part.modified.time_since_epoch().count()})
      .bind(5, part.piece.content)
      .bind(6, static_cast<std::int64_t>(part.piece.size))
      .bind(7, write_json(part.checksums))
      .run();
}

std::vector<Part> Uploads::parts(const Upload& upload, int after, int most) {
  auto rows = store_.prepare(
      "SELECT number, etag, modified, content, size, checksums FROM s3_parts"
      " WHERE upload = ? AND number > ? ORDER BY number LIMIT ?");
  rows.bind(1, upload.id).bind(2, std::int64_t{after}).bind(3, std::int64_t{most});
  std::vector<Part> out;
  while (rows.step()) {
    out.push_back({.number = static_cast<int>(rows.integer(0)),
                   .etag = std::string(rows.text(1)),
                   .modified = WallTime(Duration(rows.integer(2))),
                   .piece = {rows.integer(3), static_cast<std::uint64_t>(rows.integer(4))},
                   .checksums = read_json(rows.text(5)).value_or(json::object())});
  }
  return out;
}

void Uploads::remove(const Upload& upload) {
  std::vector<Piece> pieces;
  for (const auto& part : parts(upload)) pieces.push_back(part.piece);
  contents_.release(pieces);
  store_.prepare("DELETE FROM s3_parts WHERE upload = ?").bind(1, upload.id).run();
  store_.prepare("DELETE FROM s3_uploads WHERE id = ?").bind(1, upload.id).run();
}

std::optional<Upload> Uploads::next(std::string_view bucket, std::string_view prefix,
                                    std::string_view key, std::string_view id) {
  auto rows = store_.prepare(
      std::string(kSelect) +
      "WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND (key > ?3 OR (key = ?3 AND"
      " number > coalesce((SELECT number FROM s3_uploads WHERE id = ?4), 0) AND ?4 <> ''))"
      " ORDER BY key, number LIMIT 1");
  rows.bind(1, bucket).bind(2, prefix).bind(3, key).bind(4, id);
  if (!rows.step()) return std::nullopt;
  return upload_of(rows);
}

std::vector<Upload> Uploads::all(std::string_view bucket) {
  auto rows = store_.prepare(std::string(kSelect) + "WHERE bucket = ? ORDER BY number");
  rows.bind(1, bucket);
  std::vector<Upload> out;
  while (rows.step()) out.push_back(upload_of(rows));
  return out;
}

}  // namespace loopgate::s3
