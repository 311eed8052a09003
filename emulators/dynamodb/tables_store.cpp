// Tables as rows.
#include "base/json.h"
#include "emulators/dynamodb/tables.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kTables =
    "CREATE TABLE dynamodb_tables (id INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE,"
    " document TEXT NOT NULL)";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("dynamodb", {kTables});
  return store;
}

json of(const KeySchema& keys) {
  return {{"hash", keys.hash}, {"range", keys.range}};
}
KeySchema keys_of(const json& document) {
  return {document.value("hash", ""), document.value("range", "")};
}
json of(const Throughput& throughput) {
  return {{"read", throughput.read}, {"write", throughput.write}};
}
Throughput throughput_of(const json& document) {
  return {document.value("read", std::int64_t{0}), document.value("write", std::int64_t{0})};
}

json of(const Index& index) {
  return {{"number", index.number},
          {"name", index.name},
          {"global", index.is_global},
          {"keys", of(index.keys)},
          {"projection", index.projection},
          {"included", index.included},
          {"throughput", of(index.throughput)}};
}
Index index_of(const json& document) {
  return {.number = document.value("number", std::int64_t{0}),
          .name = document.value("name", ""),
          .is_global = document.value("global", false),
          .keys = keys_of(document.value("keys", json::object())),
          .projection = document.value("projection", ""),
          .included = document.value("included", std::vector<std::string>()),
          .throughput = throughput_of(document.value("throughput", json::object()))};
}

json of(const Table& table) {
  json indexes = json::array();
  for (const auto& index : table.indexes) indexes.push_back(of(index));
  return {{"name", table.name},
          {"id", table.id},
          {"attributes", table.attributes},
          {"keys", of(table.keys)},
          {"indexes", std::move(indexes)},
          {"lastIndex", table.last_index},
          {"onDemand", table.on_demand},
          {"throughput", of(table.throughput)},
          {"replicas", table.replicas},
          {"class", table.table_class},
          {"protected", table.is_protected},
          {"encrypted", table.is_encrypted},
          {"created", table.created.time_since_epoch().count()},
          {"tags", table.tags},
          {"ttl", table.ttl_attribute},
          {"streamView", table.stream_view},
          {"streamLabel", table.stream_label}};
}

Table table_of(std::int64_t number, std::string arn, const json& document) {
  Table out{.number = number, .arn = std::move(arn)};
  out.name = document.value("name", "");
  out.id = document.value("id", "");
  out.attributes = document.value("attributes", decltype(out.attributes)());
  out.keys = keys_of(document.value("keys", json::object()));
  for (const auto& index : document.value("indexes", json::array())) {
    out.indexes.push_back(index_of(index));
  }
  out.last_index = document.value("lastIndex", std::int64_t{0});
  out.on_demand = document.value("onDemand", false);
  out.throughput = throughput_of(document.value("throughput", json::object()));
  out.replicas = document.value("replicas", std::vector<std::string>());
  out.table_class = document.value("class", "");
  out.is_protected = document.value("protected", false);
  out.is_encrypted = document.value("encrypted", false);
  out.created = WallTime(Duration(document.value("created", std::int64_t{0})));
  out.tags = document.value("tags", Tags());
  out.ttl_attribute = document.value("ttl", "");
  out.stream_view = document.value("streamView", "");
  out.stream_label = document.value("streamLabel", "");
  return out;
}

}  // namespace

Tables::Tables(store::Store& store, Clock& clock, Random& random)
    : store_(migrated(store)),
      clock_(clock),
      random_(random),
      items_(store),
      streams_(store, clock, random),
      expiry_(clock) {
  load();
  store_.on_rollback([this] { load(); });
}

void Tables::load() {
  tables_.clear();
  counts_.clear();
  auto rows = store_.prepare("SELECT id, arn, document FROM dynamodb_tables");
  while (rows.step()) {
    std::string arn(rows.text(1));
    auto table = table_of(rows.integer(0), arn, read_json(rows.text(2)).value_or(json::object()));
    tables_[std::move(arn)] = std::move(table);
  }
  index_replicas();
  arm_expiry();
}

void Tables::save(const Table& table) {
  store_.prepare("UPDATE dynamodb_tables SET document = ?2 WHERE id = ?1")
      .bind(1, table.number)
      .bind(2, std::string_view(write_json(of(table))))
      .run();
}

}  // namespace loopgate::dynamodb
