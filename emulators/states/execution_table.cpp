#include "emulators/states/execution_table.h"

#include "base/json.h"

namespace loopgate::states {

namespace {

constexpr std::string_view kExecutions =
    "CREATE TABLE states_executions (ordinal INTEGER PRIMARY KEY AUTOINCREMENT,"
    " arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, map_run TEXT NOT NULL,"
    " status INTEGER NOT NULL, started INTEGER NOT NULL, stopped INTEGER NOT NULL,"
    " definition INTEGER NOT NULL, document TEXT NOT NULL, snapshot TEXT NOT NULL,"
    " revision INTEGER NOT NULL)";
constexpr std::string_view kByMachine =
    "CREATE INDEX states_executions_machine ON states_executions (machine, map_run, ordinal)";
constexpr std::string_view kByRun =
    "CREATE INDEX states_executions_run ON states_executions (map_run, ordinal)"
    " WHERE map_run <> ''";
constexpr std::string_view kRunning =
    "CREATE INDEX states_executions_running ON states_executions (status) WHERE status = 0";
constexpr std::string_view kEvents =
    "CREATE TABLE states_events (execution INTEGER NOT NULL, first INTEGER NOT NULL,"
    " events TEXT NOT NULL, PRIMARY KEY (execution, first)) WITHOUT ROWID";
constexpr std::string_view kDefinitions =
    "CREATE TABLE states_definitions (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)";
constexpr std::string_view kMapRuns =
    "CREATE TABLE states_map_runs (arn TEXT PRIMARY KEY, execution TEXT NOT NULL,"
    " document TEXT NOT NULL) WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("states_executions",
                      {kExecutions, kByMachine, kByRun, kRunning, kEvents, kDefinitions, kMapRuns});
  return store;
}

std::int64_t nanos(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_of(std::int64_t nanos) {
  return WallTime(Duration(nanos));
}
void put(Json& out, const char* name, const std::optional<std::string>& text) {
  if (text) out[name] = *text;
}
std::optional<std::string> text_of(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return json[name].get<std::string>();
}

Json document_of(const Record& record) {
  Json out = {{"name", record.name},
              {"machineName", record.what.machine_name},
              {"role", record.what.role_arn},
              {"version", record.what.version_arn},
              {"alias", record.what.alias_arn},
              {"revision", record.what.revision},
              {"level", record.what.logging.level},
              {"data", record.what.logging.data},
              {"group", record.what.logging.group_arn},
              {"tracing", record.what.tracing},
              {"express", record.what.type == MachineType::kExpress},
              {"updated", nanos(record.what.updated)},
              {"input", record.input.text()},
              {"item", record.item},
              {"itemCount", record.item_count},
              {"redrives", record.redrives},
              {"trace", record.trace_header}};
  if (record.output) out["output"] = record.output->text();
  if (record.redriven) out["redriven"] = nanos(*record.redriven);
  put(out, "error", record.fault.error);
  put(out, "cause", record.fault.cause);
  return out;
}

constexpr std::string_view kColumns =
    "SELECT ordinal, arn, machine, map_run, status, started, stopped, definition, document"
    " FROM states_executions ";

}  // namespace

ExecutionTable::ExecutionTable(store::Store& store)
    : store_(migrated(store)),
      insert_(store.prepare("INSERT INTO states_executions (arn, machine, map_run, status, started,"
                            " stopped, definition, document, snapshot, revision)"
                            " VALUES (?1,?2,?3,?4,?5,0,?6,?7,'',0)")),
      update_(store.prepare("UPDATE states_executions SET status = ?2, stopped = ?3, document = ?4,"
                            " snapshot = ?5, revision = ?6 WHERE ordinal = ?1")),
      find_(store.prepare(std::string(kColumns) + "WHERE arn = ?1")),
      list_(store.prepare(std::string(kColumns) +
                          "WHERE machine = ?1 AND map_run = ?2 AND ordinal < ?3"
                          " AND (?4 < 0 OR status = ?4) ORDER BY ordinal DESC LIMIT ?5")),
      unfinished_(store.prepare("SELECT arn, revision, snapshot FROM states_executions WHERE "
                                "status = 0 ORDER BY ordinal")),
      put_events_(store.prepare("INSERT OR REPLACE INTO states_events VALUES (?1,?2,?3)")),
      events_(
          store.prepare("SELECT events FROM states_events WHERE execution = ?1 ORDER BY first")),
      put_run_(store.prepare("INSERT OR REPLACE INTO states_map_runs VALUES (?1,?2,?3)")),
      run_(store.prepare("SELECT document FROM states_map_runs WHERE arn = ?1")),
      runs_(store.prepare("SELECT document FROM states_map_runs WHERE execution = ?1")),
      put_definition_(store.prepare("INSERT INTO states_definitions (text) VALUES (?1)")),
      find_definition_(store.prepare("SELECT id FROM states_definitions WHERE text = ?1")),
      definition_(store.prepare("SELECT text FROM states_definitions WHERE id = ?1")),
      old_events_(store.prepare("DELETE FROM states_events WHERE execution IN (SELECT ordinal FROM"
                                " states_executions WHERE status > 0 AND stopped < ?1)")),
      old_(store.prepare("DELETE FROM states_executions WHERE status > 0 AND stopped < ?1")),
      snapshot_(store.prepare("SELECT snapshot FROM states_executions WHERE arn = ?1")) {
  store_.on_rollback([this] {
    definition_ids_.clear();
    definitions_.clear();
  });
}

std::int64_t ExecutionTable::definition_id(const std::string& text) {
  if (const auto found = definition_ids_.find(text); found != definition_ids_.end()) {
    return found->second;
  }
  std::int64_t id = 0;
  if (find_definition_.bind(1, std::string_view(text)).step()) id = find_definition_.integer(0);
  find_definition_.reset();
  if (id == 0) {
    put_definition_.bind(1, std::string_view(text)).run();
    id = store_.last_insert_id();
  }
  if (definition_ids_.size() > 200) definition_ids_.clear();
  return definition_ids_[text] = id;
}

std::string ExecutionTable::definition(std::int64_t id) {
  if (const auto found = definitions_.find(id); found != definitions_.end()) return found->second;
  std::string text;
  if (definition_.bind(1, id).step()) text = definition_.text(0);
  definition_.reset();
  if (definitions_.size() > 200) definitions_.clear();
  return definitions_[id] = text;
}

void ExecutionTable::insert(Record& record) {
  insert_.bind(1, std::string_view(record.arn))
      .bind(2, std::string_view(record.what.machine_arn))
      .bind(3, std::string_view(record.map_run_arn))
      .bind(4, static_cast<std::int64_t>(record.status))
      .bind(5, nanos(record.started))
      .bind(6, definition_id(record.what.definition))
      .bind(7, std::string_view(write_json(document_of(record))))
      .run();
  record.ordinal = store_.last_insert_id();
}

void ExecutionTable::update(const Record& record, std::string_view snapshot,
                            std::int64_t revision) {
  update_.bind(1, record.ordinal)
      .bind(2, static_cast<std::int64_t>(record.status))
      .bind(3, record.stopped ? nanos(*record.stopped) : 0)
      .bind(4, std::string_view(write_json(document_of(record))))
      .bind(5, snapshot)
      .bind(6, revision)
      .run();
}

Record ExecutionTable::record_of(const store::Statement& row) {
  const Json json = read_ordered_json(row.text(8)).value_or(Json::object());
  Record out;
  out.ordinal = row.integer(0);
  out.arn = row.text(1);
  out.name = json.value("name", "");
  out.what = {.machine_arn = std::string(row.text(2)),
              .machine_name = json.value("machineName", ""),
              .version_arn = json.value("version", ""),
              .alias_arn = json.value("alias", ""),
              .type = json.value("express", false) ? MachineType::kExpress : MachineType::kStandard,
              .definition = {},
              .role_arn = json.value("role", ""),
              .revision = json.value("revision", ""),
              .logging = {.level = json.value("level", "OFF"),
                          .data = json.value("data", false),
                          .group_arn = json.value("group", "")},
              .tracing = json.value("tracing", false),
              .updated = time_of(json.value("updated", std::int64_t{0}))};
  const auto definition = row.integer(7);
  out.map_run_arn = row.text(3);
  out.item = json.value("item", std::int64_t{-1});
  out.item_count = json.value("itemCount", std::int64_t{0});
  out.status = static_cast<ExecutionStatus>(row.integer(4));
  out.input = Datum::of_text(json.value("input", "{}"));
  if (auto text = text_of(json, "output")) out.output = Datum::of_text(std::move(*text));
  out.fault = {.error = text_of(json, "error"), .cause = text_of(json, "cause")};
  out.started = time_of(row.integer(5));
  if (row.integer(6) != 0) out.stopped = time_of(row.integer(6));
  if (json.contains("redriven")) out.redriven = time_of(json["redriven"].get<std::int64_t>());
  out.redrives = json.value("redrives", std::int64_t{0});
  out.trace_header = json.value("trace", "");
  out.what.definition = this->definition(definition);
  return out;
}

std::optional<Record> ExecutionTable::find(std::string_view arn) {
  std::optional<Record> out;
  if (find_.bind(1, arn).step()) out = record_of(find_);
  find_.reset();
  return out;
}

std::vector<Record> ExecutionTable::list(std::string_view machine_arn, std::string_view map_run_arn,
                                         std::optional<ExecutionStatus> status, std::int64_t before,
                                         std::size_t limit) {
  list_.bind(1, machine_arn)
      .bind(2, map_run_arn)
      .bind(3, before == 0 ? INT64_MAX : before)
      .bind(4, status ? static_cast<std::int64_t>(*status) : -1)
      .bind(5, static_cast<std::int64_t>(limit));
  std::vector<Record> out;
  while (list_.step()) out.push_back(record_of(list_));
  list_.reset();
  return out;
}

std::vector<ExecutionTable::Unfinished> ExecutionTable::unfinished() {
  std::vector<Unfinished> out;
  while (unfinished_.step()) {
    out.push_back({std::string(unfinished_.text(0)), unfinished_.integer(1),
                   std::string(unfinished_.text(2))});
  }
  unfinished_.reset();
  return out;
}

std::string ExecutionTable::snapshot(std::string_view arn) {
  std::string out;
  if (snapshot_.bind(1, arn).step()) out = snapshot_.text(0);
  snapshot_.reset();
  return out;
}

void ExecutionTable::append_events(std::int64_t ordinal, std::int64_t first,
                                   std::string_view events) {
  put_events_.bind(1, ordinal).bind(2, first).bind(3, events).run();
}

std::string ExecutionTable::events(std::int64_t ordinal) {
  std::string out;
  events_.bind(1, ordinal);
  while (events_.step()) {
    if (!out.empty()) out += ',';
    out += events_.text(0);
  }
  events_.reset();
  return out;
}

// --- map runs ---

namespace {

Json of(const MapRunCounts& counts) {
  return {counts.total,  counts.running,   counts.succeeded,
          counts.failed, counts.timed_out, counts.aborted};
}

MapRunCounts counts_of(const Json& json) {
  const auto at = [&](std::size_t index) {
    return index < json.size() ? json[index].get<std::int64_t>() : 0;
  };
  return {at(0), at(1), at(2), at(3), at(4), at(5)};
}

}  // namespace

void ExecutionTable::put(const MapRunRecord& run) {
  Json json = {{"arn", run.arn},
               {"execution", run.execution_arn},
               {"machine", run.machine_arn},
               {"state", run.state},
               {"status", static_cast<int>(run.status)},
               {"started", nanos(run.started)},
               {"maxConcurrency", run.max_concurrency},
               {"toleratedCount", run.tolerated_count},
               {"toleratedPercentage", run.tolerated_percentage},
               {"maxItems", run.max_items},
               {"batchItems", run.batch_items},
               {"batchBytes", run.batch_bytes},
               {"children", of(run.children)},
               {"items", of(run.items)},
               {"resultsWritten", run.results_written}};
  if (run.stopped) json["stopped"] = nanos(*run.stopped);
  if (run.reader) json["reader"] = run.reader->text();
  if (run.batch_input) json["batchInput"] = run.batch_input->text();
  if (run.writer) json["writer"] = run.writer->text();
  put_run_.bind(1, std::string_view(run.arn))
      .bind(2, std::string_view(run.execution_arn))
      .bind(3, std::string_view(write_json(json)))
      .run();
}

namespace {

MapRunRecord run_of(std::string_view text) {
  const Json json = read_ordered_json(text).value_or(Json::object());
  const auto datum = [&](const char* name) -> std::optional<Datum> {
    if (auto found = text_of(json, name)) return Datum::of_text(std::move(*found));
    return std::nullopt;
  };
  MapRunRecord out;
  out.arn = json.value("arn", "");
  out.execution_arn = json.value("execution", "");
  out.machine_arn = json.value("machine", "");
  out.state = json.value("state", "");
  out.status = static_cast<ExecutionStatus>(json.value("status", 0));
  out.started = time_of(json.value("started", std::int64_t{0}));
  out.max_concurrency = json.value("maxConcurrency", 0.0);
  out.tolerated_count = json.value("toleratedCount", 0.0);
  out.tolerated_percentage = json.value("toleratedPercentage", 0.0);
  out.max_items = json.value("maxItems", 0.0);
  out.batch_items = json.value("batchItems", 0.0);
  out.batch_bytes = json.value("batchBytes", 0.0);
  out.children = counts_of(json.value("children", Json::array()));
  out.items = counts_of(json.value("items", Json::array()));
  out.results_written = json.value("resultsWritten", std::int64_t{0});
  if (json.contains("stopped")) out.stopped = time_of(json["stopped"].get<std::int64_t>());
  out.reader = datum("reader");
  out.batch_input = datum("batchInput");
  out.writer = datum("writer");
  return out;
}

}  // namespace

std::optional<MapRunRecord> ExecutionTable::map_run(std::string_view arn) {
  std::optional<MapRunRecord> out;
  if (run_.bind(1, arn).step()) out = run_of(run_.text(0));
  run_.reset();
  return out;
}

std::vector<MapRunRecord> ExecutionTable::map_runs(std::string_view execution_arn) {
  std::vector<MapRunRecord> out;
  runs_.bind(1, execution_arn);
  while (runs_.step()) out.push_back(run_of(runs_.text(0)));
  runs_.reset();
  return out;
}

void ExecutionTable::remove_before(WallTime time) {
  old_events_.bind(1, nanos(time)).run();
  old_.bind(1, nanos(time)).run();
}

void ExecutionTable::remove_all(const aws::AccountScope& scope) {
  store_.delete_rows("states_events",
                     "(SELECT field(arn, 5) FROM states_executions WHERE ordinal = execution)",
                     scope.account);
  store_.delete_rows("states_map_runs", "field(arn, 5)", scope.account);
  store_.delete_rows("states_executions", "field(arn, 5)", scope.account);
  store_.execute(
      "DELETE FROM states_definitions"
      " WHERE id NOT IN (SELECT definition FROM states_executions)");
  definition_ids_.clear();
  definitions_.clear();
}

}  // namespace loopgate::states
