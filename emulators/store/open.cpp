// Opening a database and bringing its tables up to date: where another program's file, a newer
// version's or one in use is refused with a sentence.
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "base/check.h"
#include "emulators/store/limits.h"
#include "emulators/store/store_impl.h"

namespace loopgate::store {

namespace {

constexpr std::int64_t kApplicationId = 0x4c504754;  // "LPGT", seen by file(1)
constexpr std::int64_t kFormat = 1;  // of the file as a whole; a component counts alone

Error disk_is_full(const std::string& file) {
  return {fmt::format("{}: the disk is full: make room on it, or give another data folder", file),
          {}};
}

// `db` may have heard from the system what SQLite's own code does not say.
Error explain(sqlite3* db, const std::string& file, int code) {
  if (is_disk_full(db, code)) return disk_is_full(file);
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return {
          fmt::format("{} is in use by another process: stop the sandbox that runs on it, or give "
                      "another data folder",
                      file),
          {}};
    case SQLITE_NOTADB:
      return {fmt::format("{} is not a Loopgate database: give another data folder", file), {}};
    case SQLITE_CORRUPT:
      return {fmt::format("{} is damaged: restore it, or give another data folder", file), {}};
    case SQLITE_CANTOPEN:
      return {
          fmt::format("{} cannot be opened: does its folder exist, and may you write to it?", file),
          {}};
    case SQLITE_READONLY:
      return {fmt::format("{} cannot be written: check its permissions", file), {}};
    default:
      return {fmt::format("{}: {}", file, sqlite3_errstr(code)), {}};
  }
}

bool has_room(const std::string& file) {
  std::error_code error;
  const auto space = std::filesystem::space(file, error);
  return error || space.available >= kFreeBytesAtStart;
}

int run_script(sqlite3* db, const std::string& sql) {
  return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
}

// The first column of the first row.
std::expected<std::int64_t, int> ask(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (const int code = sqlite3_prepare_v2(db, sql, -1, &statement, nullptr); code != SQLITE_OK) {
    return std::unexpected(code);
  }
  const int code = sqlite3_step(statement);
  const auto value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(code);
  return value;
}

std::string settings(Durability durability) {
  // Exclusive before the first access: the log's index then lives in our heap instead of a shared
  // file, and the lock is held until we close.
  auto sql =
      fmt::format("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY;",
                  kPageCacheKib);
  if (durability == Durability::kMemory) return sql + "PRAGMA journal_mode=MEMORY;";
  return sql + fmt::format(
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous={}; PRAGMA wal_autocheckpoint={}; "
                   "PRAGMA journal_size_limit={};",
                   durability == Durability::kFull ? "FULL" : "NORMAL", kCheckpointPages,
                   kLogBytesKept);
}

// Nothing of the file is changed before this has passed.
Status check_owner(sqlite3* db, const std::string& file, bool& is_new) {
  const auto tables = ask(db, "SELECT count(*) FROM sqlite_master");
  if (!tables) return std::unexpected(explain(db, file, tables.error()));
  const auto owner = ask(db, "PRAGMA application_id");
  if (!owner) return std::unexpected(explain(db, file, owner.error()));
  is_new = *tables == 0 && *owner == 0;
  if (!is_new && *owner != kApplicationId) return std::unexpected(explain(db, file, SQLITE_NOTADB));
  const auto format = ask(db, "PRAGMA user_version");
  if (!format) return std::unexpected(explain(db, file, format.error()));
  if (*format > kFormat) {
    return fail(
        fmt::format("{} was written by a newer Loopgate (format {}, this one knows {}): use that "
                    "one, or give another data folder",
                    file, *format, kFormat));
  }
  // Damage that is found later would fail turn after turn.
  const auto sound = ask(db, "SELECT quick_check = 'ok' FROM pragma_quick_check(1)");
  if (!sound || *sound == 0)
    return std::unexpected(explain(db, file, sound ? SQLITE_CORRUPT : sound.error()));
  return {};
}

// field(text, n): the n-th of the fields (from 1) that colons part, NULL when there are fewer. The
// fifth of an ARN is its account.
void field(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* begin = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  if (begin == nullptr) return sqlite3_result_null(context);
  std::string_view text(begin, static_cast<std::size_t>(sqlite3_value_bytes(arguments[0])));
  for (auto n = sqlite3_value_int(arguments[1]); n > 1; --n) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return sqlite3_result_null(context);
    text.remove_prefix(colon + 1);
  }
  text = text.substr(0, text.find(':'));
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

int add_functions(sqlite3* db) {
  return sqlite3_create_function_v2(db, "field", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                                    field, nullptr, nullptr, nullptr);
}

int lay_out(sqlite3* db) {
  return run_script(
      db, fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={};"
                      "CREATE TABLE loopgate_schema(component TEXT PRIMARY KEY, version INTEGER "
                      "NOT NULL) WITHOUT ROWID; COMMIT;",
                      kApplicationId, kFormat));
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& file, Durability durability) {
  const std::string name = durability == Durability::kMemory ? ":memory:" : file;
  auto impl = std::make_unique<Impl>();
  // One thread owns the store: no mutexes.
  int code =
      sqlite3_open_v2(name.c_str(), &impl->db,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return std::unexpected(explain(impl->db, name, code));
  if (durability != Durability::kMemory && !has_room(file)) {
    return std::unexpected(disk_is_full(file));
  }
  sqlite3_limit(impl->db, SQLITE_LIMIT_LENGTH, kRowBytes);
  if (code = add_functions(impl->db); code != SQLITE_OK) {
    return std::unexpected(explain(impl->db, name, code));
  }

  bool is_new = false;
  if (auto owned = check_owner(impl->db, name, is_new); !owned)
    return std::unexpected(owned.error());
  if (code = run_script(impl->db, settings(durability)); code != SQLITE_OK) {
    return std::unexpected(explain(impl->db, name, code));
  }
  // Takes the lock now, so that a second process is told at its start and not at its first write.
  if (code = run_script(impl->db, "BEGIN IMMEDIATE; COMMIT;"); code != SQLITE_OK) {
    return std::unexpected(explain(impl->db, name, code));
  }
  if (is_new) {
    if (code = lay_out(impl->db); code != SQLITE_OK)
      return std::unexpected(explain(impl->db, name, code));
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Status Store::migrate(std::string_view component, const std::vector<std::string_view>& statements) {
  const bool alone = !impl_->in_turn;
  std::int64_t done = 0;
  {
    auto version = prepare("SELECT version FROM loopgate_schema WHERE component=?");
    if (version.bind(1, component).step()) done = version.integer(0);
  }
  const auto known = static_cast<std::int64_t>(statements.size());
  if (done > known) {
    return fail(
        fmt::format("the database was written by a newer Loopgate (its {} tables have version {}, "
                    "this one knows {}): use that one, or give another data folder",
                    component, done, known));
  }
  if (done == known) return {};
  for (auto i = done; i < known; ++i) execute(statements[static_cast<std::size_t>(i)]);
  auto note = prepare(
      "INSERT INTO loopgate_schema VALUES(?1,?2) "
      "ON CONFLICT(component) DO UPDATE SET version=?2");
  note.bind(1, component).bind(2, known).run();
  // At the start nobody waits for a turn's end: tables are there or we say why not.
  const bool failed_before_commit = impl_->failed;
  const auto reason = impl_->failure;
  if (!failed_before_commit && !alone) return {};
  bool committed = false;
  after_commit([&committed](bool ok) { committed = ok; });
  end_turn();
  if (committed) return {};
  return fail(fmt::format("the {} tables could not be made: {}", component,
                          failed_before_commit ? reason : impl_->failure));
}

}  // namespace loopgate::store
