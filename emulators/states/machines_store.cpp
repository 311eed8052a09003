// Machines and what belongs to them as rows.
#include "base/json.h"
#include "emulators/states/machines.h"

namespace loopgate::states {

namespace {

constexpr std::string_view kTable =
    "CREATE TABLE states_things (kind TEXT NOT NULL, arn TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY (kind, arn)) WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("states", {kTable});
  return store;
}

std::int64_t nanos(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_of(const Json& json, const char* name) {
  return WallTime(Duration(json.value(name, std::int64_t{0})));
}

Json of(const Logging& logging) {
  return {{"level", logging.level}, {"data", logging.data}, {"group", logging.group_arn}};
}
Logging logging_of(const Json& json) {
  return {.level = json.value("level", "OFF"),
          .data = json.value("data", false),
          .group_arn = json.value("group", "")};
}

Json of(const Tags& tags) {
  Json out = Json::object();
  for (const auto& [key, value] : tags) out[key] = value;
  return out;
}
Tags tags_of(const Json& json) {
  Tags out;
  for (const auto& tag : json.items()) out[tag.key()] = tag.value().get<std::string>();
  return out;
}

}  // namespace

Machines::Machines(store::Store& store, Clock& clock, Random& random, CheckResource check)
    : store_(migrated(store)),
      clock_(clock),
      random_(random),
      check_(std::move(check)),
      put_(store.prepare("INSERT OR REPLACE INTO states_things VALUES (?1,?2,?3)")),
      drop_(store.prepare("DELETE FROM states_things WHERE kind = ?1 AND arn = ?2")) {
  load();
  store_.on_rollback([this] { load(); });
}

void Machines::put(std::string_view kind, const std::string& arn, const std::string& document) {
  put_.bind(1, kind).bind(2, std::string_view(arn)).bind(3, std::string_view(document)).run();
}

void Machines::drop(std::string_view kind, const std::string& arn) {
  drop_.bind(1, kind).bind(2, std::string_view(arn)).run();
}

void Machines::save(const Machine& machine) {
  put("machine", machine.arn,
      write_json(Json{{"name", machine.name},
                      {"express", machine.type == MachineType::kExpress},
                      {"definition", machine.definition},
                      {"role", machine.role_arn},
                      {"logging", of(machine.logging)},
                      {"tracing", machine.tracing},
                      {"revision", machine.revision},
                      {"created", nanos(machine.created)},
                      {"updated", nanos(machine.updated)},
                      {"lastVersion", machine.last_version},
                      {"tags", of(machine.tags)}}));
}

void Machines::save(const Version& version) {
  put("version", version.arn,
      write_json(Json{{"number", version.number},
                      {"description", version.description},
                      {"created", nanos(version.created)},
                      {"revision", version.revision},
                      {"definition", version.definition},
                      {"role", version.role_arn},
                      {"logging", of(version.logging)},
                      {"tracing", version.tracing}}));
}

void Machines::save(const Alias& alias) {
  Json routes = Json::array();
  for (const auto& route : alias.routes) {
    routes.push_back({{"version", route.version_arn}, {"weight", route.weight}});
  }
  put("alias", alias.arn,
      write_json(Json{{"name", alias.name},
                      {"description", alias.description},
                      {"created", nanos(alias.created)},
                      {"updated", nanos(alias.updated)},
                      {"routes", std::move(routes)}}));
}

void Machines::save(const Activity& activity) {
  put("activity", activity.arn,
      write_json(Json{{"name", activity.name},
                      {"created", nanos(activity.created)},
                      {"tags", of(activity.tags)}}));
}

void Machines::load() {
  machines_.clear();
  versions_.clear();
  aliases_.clear();
  activities_.clear();
  auto all = store_.prepare("SELECT kind, arn, document FROM states_things");
  while (all.step()) {
    const std::string kind(all.text(0)), arn(all.text(1));
    const Json json = read_ordered_json(all.text(2)).value_or(Json::object());
    if (kind == "machine") {
      machines_[arn] = {
          .arn = arn,
          .name = json.value("name", ""),
          .type = json.value("express", false) ? MachineType::kExpress : MachineType::kStandard,
          .definition = json.value("definition", ""),
          .role_arn = json.value("role", ""),
          .logging = logging_of(json.value("logging", Json::object())),
          .tracing = json.value("tracing", false),
          .revision = json.value("revision", ""),
          .created = time_of(json, "created"),
          .updated = time_of(json, "updated"),
          .last_version = json.value("lastVersion", std::int64_t{0}),
          .tags = tags_of(json.value("tags", Json::object()))};
    } else if (kind == "version") {
      versions_[arn] = {.arn = arn,
                        .number = json.value("number", std::int64_t{0}),
                        .description = json.value("description", ""),
                        .created = time_of(json, "created"),
                        .revision = json.value("revision", ""),
                        .definition = json.value("definition", ""),
                        .role_arn = json.value("role", ""),
                        .logging = logging_of(json.value("logging", Json::object())),
                        .tracing = json.value("tracing", false)};
    } else if (kind == "alias") {
      std::vector<Route> routes;
      for (const auto& route : json.value("routes", Json::array())) {
        routes.push_back({route.value("version", ""), route.value("weight", std::int64_t{0})});
      }
      aliases_[arn] = {.arn = arn,
                       .name = json.value("name", ""),
                       .description = json.value("description", ""),
                       .created = time_of(json, "created"),
                       .updated = time_of(json, "updated"),
                       .routes = std::move(routes)};
    } else if (kind == "activity") {
      activities_[arn] = {.arn = arn,
                          .name = json.value("name", ""),
                          .created = time_of(json, "created"),
                          .tags = tags_of(json.value("tags", Json::object()))};
    }
  }
}

void Machines::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("states_things", "field(arn, 5)", scope.account);
  load();
}

}  // namespace loopgate::states
