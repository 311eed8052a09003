// Parameters as rows: one of each parameter, and one of each of its versions.
#include "base/json.h"
#include "emulators/ssm/parameters.h"

namespace loopgate::ssm {

namespace {

using nlohmann::json;

constexpr std::string_view kParameters =
    "CREATE TABLE ssm_parameters (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,"
    " tags TEXT NOT NULL, PRIMARY KEY (account, region, name)) WITHOUT ROWID";
constexpr std::string_view kVersions =
    "CREATE TABLE ssm_versions (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,"
    " version INTEGER NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY (account, region, name, version)) WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("ssm", {kParameters, kVersions});
  return store;
}

json of(const Version& version) {
  return {{"type", version.type},
          {"value", version.value},
          {"cipher", version.cipher},
          {"key", version.key_id},
          {"description", version.description},
          {"pattern", version.allowed_pattern},
          {"tier", version.tier},
          {"dataType", version.data_type},
          {"by", version.modified_by},
          {"modified", version.modified.time_since_epoch().count()},
          {"labels", version.labels}};
}

Version read_version(std::int64_t number, const json& document) {
  return {.number = number,
          .type = document.value("type", ""),
          .value = document.value("value", ""),
          .cipher = document.value("cipher", ""),
          .key_id = document.value("key", ""),
          .description = document.value("description", ""),
          .allowed_pattern = document.value("pattern", ""),
          .tier = document.value("tier", ""),
          .data_type = document.value("dataType", ""),
          .modified_by = document.value("by", ""),
          .modified = WallTime(Duration(document.value("modified", std::int64_t{0}))),
          .labels = document.value("labels", std::vector<std::string>())};
}

store::Statement& bind_key(store::Statement& statement, const Parameter& parameter) {
  return statement.bind(1, std::string_view(parameter.account))
      .bind(2, std::string_view(parameter.region))
      .bind(3, std::string_view(parameter.name));
}

}  // namespace

Parameters::Parameters(store::Store& store, Clock& clock, Random& random)
    : store_(migrated(store)), clock_(clock), random_(random) {
  load();
  store_.on_rollback([this] { load(); });
}

void Parameters::load() {
  all_.clear();
  auto rows = store_.prepare("SELECT account, region, name, tags FROM ssm_parameters");
  while (rows.step()) {
    Parameter parameter{std::string(rows.text(0)), std::string(rows.text(1)),
                        std::string(rows.text(2))};
    parameter.tags = read_json(rows.text(3)).value_or(json::object()).get<Tags>();
    Key key(parameter.account, parameter.region, parameter.name);
    all_[std::move(key)] = std::move(parameter);
  }
  auto versions = store_.prepare(
      "SELECT account, region, name, version, document FROM ssm_versions"
      " ORDER BY account, region, name, version");
  while (versions.step()) {
    const auto found = all_.find(Key(versions.text(0), versions.text(1), versions.text(2)));
    if (found == all_.end()) continue;
    found->second.versions.push_back(
        read_version(versions.integer(3), read_json(versions.text(4)).value_or(json::object())));
  }
  std::erase_if(all_, [](const auto& each) { return each.second.versions.empty(); });
}

void Parameters::save(const Parameter& parameter) {
  auto insert = store_.prepare("INSERT OR REPLACE INTO ssm_parameters VALUES (?1, ?2, ?3, ?4)");
  bind_key(insert, parameter).bind(4, std::string_view(write_json(json(parameter.tags)))).run();
}

void Parameters::save(const Parameter& parameter, const Version& version) {
  auto insert = store_.prepare("INSERT OR REPLACE INTO ssm_versions VALUES (?1, ?2, ?3, ?4, ?5)");
  bind_key(insert, parameter)
      .bind(4, version.number)
      .bind(5, std::string_view(write_json(of(version))))
      .run();
}

void Parameters::drop(const Parameter& parameter, const Version& version) {
  auto remove = store_.prepare(
      "DELETE FROM ssm_versions WHERE account = ?1 AND region = ?2 AND name = ?3 AND version = ?4");
  bind_key(remove, parameter).bind(4, version.number).run();
}

Outcome<void> Parameters::remove(const Place& place, const std::string& name) {
  const auto found = all_.find(Key(place.account, place.region, name));
  if (found == all_.end()) return refuse(parameter_not_found());
  for (const char* table : {"ssm_parameters", "ssm_versions"}) {
    auto remove = store_.prepare(
        fmt::format("DELETE FROM {} WHERE account = ?1 AND region = ?2 AND name = ?3", table));
    bind_key(remove, found->second).run();
  }
  all_.erase(found);
  return {};
}

void Parameters::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("ssm_parameters", "account", scope.account);
  store_.delete_rows("ssm_versions", "account", scope.account);
  std::erase_if(all_, [&](const auto& each) { return scope.covers(each.second.account); });
}

}  // namespace loopgate::ssm
