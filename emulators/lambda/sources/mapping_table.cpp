#include "emulators/lambda/sources/mapping_table.h"

#include <spdlog/spdlog.h>

#include "base/check.h"
#include "base/json.h"

namespace loopgate::lambda {

MappingTable::MappingTable(store::Store& store) {
  const auto status = store.migrate("lambda_sources",
                                    {"CREATE TABLE lambda_event_source_mappings (uuid TEXT PRIMARY "
                                     "KEY, mapping TEXT NOT NULL) WITHOUT ROWID"});
  LOOPGATE_CHECK(status.has_value());
  select_ = store.prepare("SELECT mapping FROM lambda_event_source_mappings ORDER BY uuid");
  upsert_ = store.prepare(
      "INSERT INTO lambda_event_source_mappings (uuid, mapping) VALUES (?, ?) "
      "ON CONFLICT (uuid) DO UPDATE SET mapping = excluded.mapping");
  delete_ = store.prepare("DELETE FROM lambda_event_source_mappings WHERE uuid = ?");
}

std::vector<EventSourceMapping> MappingTable::load() {
  std::vector<EventSourceMapping> out;
  while (select_.step()) {
    auto mapping = parse_mapping(read_json(select_.text(0)).value_or(nullptr));
    if (mapping) {
      out.push_back(*std::move(mapping));
    } else {
      spdlog::warn("{}", mapping.error().message);
    }
  }
  select_.reset();
  return out;
}

void MappingTable::save(const EventSourceMapping& mapping) {
  upsert_.bind(1, mapping.uuid).bind(2, write_json(to_json(mapping))).run();
}

void MappingTable::remove(const std::string& uuid) {
  delete_.bind(1, uuid).run();
}

}  // namespace loopgate::lambda
