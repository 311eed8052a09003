#include "emulators/s3/buckets.h"

#include "base/json.h"

namespace loopgate::s3 {

namespace {

constexpr std::string_view kBuckets =
    "CREATE TABLE s3_buckets (name TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL,"
    " created INTEGER NOT NULL, versioning INTEGER NOT NULL)";
constexpr std::string_view kDocuments =
    "CREATE TABLE s3_documents (bucket TEXT NOT NULL, kind TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY (bucket, kind))";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("s3_buckets", {kBuckets, kDocuments});
  return store;
}

}  // namespace

Buckets::Buckets(store::Store& store) : store_(migrated(store)) {
  load();
  store_.on_rollback([this] { load(); });
}

void Buckets::load() {
  buckets_.clear();
  documents_.clear();
  auto rows = store_.prepare("SELECT name, account, region, created, versioning FROM s3_buckets");
  while (rows.step()) {
    Bucket bucket{.name = std::string(rows.text(0)),
                  .account = std::string(rows.text(1)),
                  .region = std::string(rows.text(2)),
                  .created = WallTime(Duration(rows.integer(3))),
                  .versioning = static_cast<Bucket::Versioning>(rows.integer(4))};
    auto name = bucket.name;
    buckets_.emplace(std::move(name), std::move(bucket));
  }
  auto documents = store_.prepare("SELECT bucket, kind, document FROM s3_documents");
  while (documents.step()) {
    documents_[{std::string(documents.text(0)), std::string(documents.text(1))}] =
        read_json(documents.text(2)).value_or(json());
  }
}

void Buckets::save(const Bucket& bucket) {
  store_
      .prepare(
          "INSERT OR REPLACE INTO s3_buckets (name, account, region, created, versioning)"
          " VALUES (?, ?, ?, ?, ?)")
      .bind(1, bucket.name)
      .bind(2, bucket.account)
      .bind(3, bucket.region)
      .bind(4, std::int64_t{bucket.created.time_since_epoch().count()})
      .bind(5, static_cast<std::int64_t>(bucket.versioning))
      .run();
}

const Bucket* Buckets::find(std::string_view name) const {
  const auto found = buckets_.find(name);
  return found == buckets_.end() ? nullptr : &found->second;
}

void Buckets::add(Bucket bucket) {
  save(bucket);
  auto name = bucket.name;
  buckets_.insert_or_assign(std::move(name), std::move(bucket));
}

void Buckets::remove(const std::string& name) {
  store_.prepare("DELETE FROM s3_buckets WHERE name = ?").bind(1, name).run();
  store_.prepare("DELETE FROM s3_documents WHERE bucket = ?").bind(1, name).run();
  buckets_.erase(name);
  std::erase_if(documents_, [&](const auto& entry) { return entry.first.first == name; });
}

void Buckets::set_versioning(const std::string& name, Bucket::Versioning versioning) {
  auto& bucket = buckets_.at(name);
  bucket.versioning = versioning;
  save(bucket);
}

const json* Buckets::document(std::string_view bucket, std::string_view kind) const {
  const auto found = documents_.find(Place(bucket, kind));
  return found == documents_.end() ? nullptr : &found->second;
}

void Buckets::put_document(const std::string& bucket, const std::string& kind, json document) {
  store_.prepare("INSERT OR REPLACE INTO s3_documents (bucket, kind, document) VALUES (?, ?, ?)")
      .bind(1, bucket)
      .bind(2, kind)
      .bind(3, write_json(document))
      .run();
  documents_[{bucket, kind}] = std::move(document);
}

void Buckets::remove_document(const std::string& bucket, const std::string& kind) {
  store_.prepare("DELETE FROM s3_documents WHERE bucket = ? AND kind = ?")
      .bind(1, bucket)
      .bind(2, kind)
      .run();
  documents_.erase({bucket, kind});
}

}  // namespace loopgate::s3
