// Secrets as rows: one of each secret, and one of each of its versions.
#include "base/json.h"
#include "emulators/secretsmanager/secrets.h"

namespace loopgate::secretsmanager {

namespace {

using nlohmann::json;

constexpr std::string_view kSecrets =
    "CREATE TABLE secretsmanager_secrets (account TEXT NOT NULL, region TEXT NOT NULL,"
    " name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (account, region, name))"
    " WITHOUT ROWID";
constexpr std::string_view kVersions =
    "CREATE TABLE secretsmanager_versions (account TEXT NOT NULL, region TEXT NOT NULL,"
    " name TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY (account, region, name, number)) WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("secretsmanager", {kSecrets, kVersions});
  return store;
}

json of(const std::optional<WallTime>& time) {
  return time ? json(time->time_since_epoch().count()) : json();
}
std::optional<WallTime> time_of(const json& document, const char* name) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_number()) return std::nullopt;
  return WallTime(Duration(found->get<std::int64_t>()));
}
std::optional<std::string> text_of(const json& document, const char* name) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}
json of(const std::optional<std::string>& text) {
  return text ? json(*text) : json();
}

json of(const Rotation& rotation) {
  return {{"enabled", rotation.enabled},   {"function", rotation.function},
          {"days", rotation.days},         {"schedule", rotation.schedule},
          {"duration", rotation.duration}, {"next", of(rotation.next)},
          {"last", of(rotation.last)},     {"underWay", rotation.under_way}};
}
Rotation rotation_of(const json& document) {
  return {.enabled = document.value("enabled", false),
          .function = document.value("function", ""),
          .days = document.value("days", std::int64_t{0}),
          .schedule = document.value("schedule", ""),
          .duration = document.value("duration", ""),
          .next = time_of(document, "next"),
          .last = time_of(document, "last"),
          .under_way = document.value("underWay", "")};
}

json of(const Secret& secret) {
  return {{"arn", secret.arn},
          {"description", secret.description},
          {"key", secret.key_id},
          {"type", secret.type},
          {"policy", secret.policy},
          {"created", of(std::optional(secret.created))},
          {"changed", of(std::optional(secret.changed))},
          {"accessed", of(secret.accessed)},
          {"deletion", of(secret.deletion)},
          {"tags", secret.tags},
          {"rotation", of(secret.rotation)}};
}
void read(Secret& secret, const json& document) {
  secret.arn = document.value("arn", "");
  secret.description = document.value("description", "");
  secret.key_id = document.value("key", "");
  secret.type = document.value("type", "");
  secret.policy = document.value("policy", "");
  secret.created = time_of(document, "created").value_or(WallTime());
  secret.changed = time_of(document, "changed").value_or(WallTime());
  secret.accessed = time_of(document, "accessed");
  secret.deletion = time_of(document, "deletion");
  secret.tags = document.value("tags", Tags());
  secret.rotation = rotation_of(document.value("rotation", json::object()));
}

json of(const Version& version) {
  return {{"id", version.id},
          {"text", of(version.value.text)},
          {"binary", of(version.value.binary)},
          {"created", of(std::optional(version.created))},
          {"accessed", of(version.accessed)},
          {"stages", version.stages}};
}
Version read_version(std::int64_t number, const json& document) {
  return {.id = document.value("id", ""),
          .number = number,
          .value = {text_of(document, "text"), text_of(document, "binary")},
          .created = time_of(document, "created").value_or(WallTime()),
          .accessed = time_of(document, "accessed"),
          .stages = document.value("stages", std::vector<std::string>())};
}

store::Statement& bind_key(store::Statement& statement, const Secret& secret) {
  return statement.bind(1, std::string_view(secret.account))
      .bind(2, std::string_view(secret.region))
      .bind(3, std::string_view(secret.name));
}

}  // namespace

Secrets::Secrets(store::Store& store, Clock& clock, Random& random)
    : store_(migrated(store)), clock_(clock), random_(random), deletions_(clock) {
  load();
  store_.on_rollback([this] { load(); });
}

void Secrets::load() {
  all_.clear();
  auto rows = store_.prepare("SELECT account, region, name, document FROM secretsmanager_secrets");
  while (rows.step()) {
    Secret secret{std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2))};
    read(secret, read_json(rows.text(3)).value_or(json::object()));
    Key key(secret.account, secret.region, secret.name);
    all_[std::move(key)] = std::move(secret);
  }
  auto versions = store_.prepare(
      "SELECT account, region, name, number, document FROM secretsmanager_versions"
      " ORDER BY account, region, name, number");
  while (versions.step()) {
    const auto found = all_.find(Key(versions.text(0), versions.text(1), versions.text(2)));
    if (found == all_.end()) continue;
    found->second.versions.push_back(
        read_version(versions.integer(3), read_json(versions.text(4)).value_or(json::object())));
  }
  arm();
}

void Secrets::save(const Secret& secret) {
  auto insert =
      store_.prepare("INSERT OR REPLACE INTO secretsmanager_secrets VALUES (?1, ?2, ?3, ?4)");
  bind_key(insert, secret).bind(4, std::string_view(write_json(of(secret)))).run();
}

void Secrets::save(const Secret& secret, const Version& version) {
  auto insert =
      store_.prepare("INSERT OR REPLACE INTO secretsmanager_versions VALUES (?1, ?2, ?3, ?4, ?5)");
  bind_key(insert, secret)
      .bind(4, version.number)
      .bind(5, std::string_view(write_json(of(version))))
      .run();
}

void Secrets::drop(const Secret& secret, const Version& version) {
  auto remove = store_.prepare(
      "DELETE FROM secretsmanager_versions WHERE account = ?1 AND region = ?2 AND name = ?3"
      " AND number = ?4");
  bind_key(remove, secret).bind(4, version.number).run();
}

void Secrets::remove(const Secret& secret) {
  for (const char* table : {"secretsmanager_secrets", "secretsmanager_versions"}) {
    auto remove = store_.prepare(
        fmt::format("DELETE FROM {} WHERE account = ?1 AND region = ?2 AND name = ?3", table));
    bind_key(remove, secret).run();
  }
  all_.erase(Key(secret.account, secret.region, secret.name));
  arm();
}

void Secrets::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("secretsmanager_secrets", "account", scope.account);
  store_.delete_rows("secretsmanager_versions", "account", scope.account);
  std::erase_if(all_, [&](const auto& each) { return scope.covers(each.second.account); });
  arm();
}

}  // namespace loopgate::secretsmanager
