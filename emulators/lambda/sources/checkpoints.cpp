#include "emulators/lambda/sources/checkpoints.h"

namespace loopgate::lambda {

namespace {

store::Store& migrated(store::Store& store) {
  (void)store.migrate("lambda_checkpoints",
                      {"CREATE TABLE lambda_checkpoints (uuid TEXT PRIMARY KEY,"
                       " position INTEGER NOT NULL) WITHOUT ROWID"});
  return store;
}

}  // namespace

Checkpoints::Checkpoints(store::Store& store)
    : select_(migrated(store).prepare("SELECT position FROM lambda_checkpoints WHERE uuid = ?1")),
      upsert_(store.prepare("INSERT OR REPLACE INTO lambda_checkpoints VALUES (?1, ?2)")),
      delete_(store.prepare("DELETE FROM lambda_checkpoints WHERE uuid = ?1")) {}

std::optional<std::int64_t> Checkpoints::find(const std::string& uuid) {
  select_.bind(1, std::string_view(uuid));
  std::optional<std::int64_t> out;
  if (select_.step()) out = select_.integer(0);
  select_.reset();
  return out;
}

void Checkpoints::save(const std::string& uuid, std::int64_t position) {
  upsert_.bind(1, std::string_view(uuid)).bind(2, position).run();
}

void Checkpoints::remove(const std::string& uuid) {
  delete_.bind(1, std::string_view(uuid)).run();
}

}  // namespace loopgate::lambda
