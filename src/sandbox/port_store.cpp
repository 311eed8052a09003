#include "sandbox/port_store.h"

#include "base/check.h"

namespace loopgate {

PortStore::PortStore(store::Store& store) {
  const auto migrated = store.migrate(
      "ports",
      {"CREATE TABLE listener_port (key TEXT PRIMARY KEY, port INTEGER NOT NULL) WITHOUT ROWID"});
  LOOPGATE_CHECK(migrated.has_value());
  select_ = store.prepare("SELECT port FROM listener_port WHERE key = ?");
  upsert_ = store.prepare(
      "INSERT INTO listener_port VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET port = "
      "excluded.port");
}

std::optional<std::uint16_t> PortStore::find(const std::string& key) {
  select_.bind(1, std::string_view(key));
  std::optional<std::uint16_t> port;
  if (select_.step()) port = static_cast<std::uint16_t>(select_.integer(0));
  select_.reset();
  return port;
}

void PortStore::remember(const std::string& key, std::uint16_t port) {
  upsert_.bind(1, std::string_view(key)).bind(2, std::int64_t{port}).run();
}

}  // namespace loopgate
