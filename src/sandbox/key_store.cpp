#include "sandbox/key_store.h"

#include "base/check.h"

namespace loopgate {

KeyStore::KeyStore(store::Store& store) {
  const auto migrated = store.migrate(
      "keys",
      {"CREATE TABLE listener_key (key TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID"});
  LOOPGATE_CHECK(migrated.has_value());
  select_ = store.prepare("SELECT secret FROM listener_key WHERE key = ?");
  upsert_ = store.prepare(
      "INSERT INTO listener_key VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET secret = "
      "excluded.secret");
  delete_ = store.prepare("DELETE FROM listener_key WHERE key = ?");
}

std::optional<wireguard::SecretKey> KeyStore::find(const std::string& key) {
  select_.bind(1, std::string_view(key));
  std::optional<wireguard::SecretKey> secret;
  if (select_.step()) {
    const auto bytes = select_.blob(0);
    if (bytes.size() == wireguard::kKeySize) {
      secret = wireguard::SecretKey(bytes.first<wireguard::kKeySize>());
    }
  }
  select_.reset();
  return secret;
}

void KeyStore::remember(const std::string& key, const wireguard::SecretKey& secret) {
  upsert_.bind(1, std::string_view(key)).bind(2, ByteSpan(secret.bytes())).run();
}

void KeyStore::forget(const std::string& key) {
  delete_.bind(1, std::string_view(key)).run();
}

}  // namespace loopgate
