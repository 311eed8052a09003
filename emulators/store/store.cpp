#include <spdlog/spdlog.h>

#include <utility>

#include "base/check.h"
#include "emulators/store/store_impl.h"

namespace loopgate::store {

namespace {

sqlite3_stmt* must_prepare(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK || statement == nullptr) {
    spdlog::critical("SQL does not prepare: {}: {}", sqlite3_errmsg(db), sql);
  }
  LOOPGATE_CHECK(code == SQLITE_OK && statement != nullptr);
  return statement;
}

// Ours alone: the code did what no input can make it do.
bool is_our_mistake(int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
    case SQLITE_LOCKED:
      return true;
    default:
      return false;
  }
}

}  // namespace

Store::Impl::~Impl() {
  for (auto* statement : {begin, commit, mark, release, undo}) sqlite3_finalize(statement);
  if (in_turn) sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close_v2(db);
}

bool Store::Impl::accept(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return true;
  if (is_our_mistake(code)) spdlog::critical("SQLite: {}", sqlite3_errmsg(db));
  LOOPGATE_CHECK(!is_our_mistake(code));
  if (!failed) {
    failed = true;
    failure = sqlite3_errstr(code);
    const char* file = sqlite3_db_filename(db, "main");
    spdlog::error("the database {} failed: {}; this turn is rolled back", file ? file : "",
                  failure);
  }
  return false;
}

bool Store::Impl::run_fixed(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return accept(code);
}

void Store::Impl::reset_open_rows() {
  if (rows_open == 0) return;
  for (auto* s = sqlite3_next_stmt(db, nullptr); s != nullptr; s = sqlite3_next_stmt(db, s)) {
    if (sqlite3_stmt_busy(s) != 0) sqlite3_reset(s);
  }
  rows_open = 0;
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->begin = must_prepare(impl_->db, "BEGIN");
  impl_->commit = must_prepare(impl_->db, "COMMIT");
  impl_->mark = must_prepare(impl_->db, "SAVEPOINT operation");
  impl_->release = must_prepare(impl_->db, "RELEASE operation");
  impl_->undo = must_prepare(impl_->db, "ROLLBACK TO operation");
}

Store::~Store() = default;

Statement Store::prepare(std::string_view sql) {
  return {this, must_prepare(impl_->db, sql)};
}

void Store::execute(std::string_view sql) {
  const char* at = sql.data();
  const char* end = sql.data() + sql.size();
  while (at < end) {
    sqlite3_stmt* raw = nullptr;
    const char* tail = end;
    const int code = sqlite3_prepare_v2(impl_->db, at, static_cast<int>(end - at), &raw, &tail);
    if (code != SQLITE_OK) spdlog::critical("SQL does not prepare: {}", sqlite3_errmsg(impl_->db));
    LOOPGATE_CHECK(code == SQLITE_OK);
    at = tail;
    if (raw != nullptr) Statement(this, raw).run();
  }
}

void Store::begin() {
  if (impl_->in_turn || impl_->failed) return;
  impl_->in_turn = impl_->run_fixed(impl_->begin);
}

void Store::end_turn() {
  auto& impl = *impl_;
  LOOPGATE_CHECK(impl.savepoints == 0);
  impl.reset_open_rows();
  if (impl.in_turn && !impl.failed) impl.run_fixed(impl.commit);
  const bool committed = !impl.failed;
  if (!committed && sqlite3_get_autocommit(impl.db) == 0) {
    sqlite3_exec(impl.db, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  impl.in_turn = impl.dirty = impl.failed = false;
  if (!committed) {
    for (const auto& rebuild : impl.rebuilds) rebuild();
  }
  // What they ask for in turn belongs to the next one.
  for (auto& callback : std::exchange(impl.waiting, {})) callback(committed);
}

bool Store::dirty() const {
  return impl_->dirty;
}
bool Store::failed() const {
  return impl_->failed;
}

void Store::after_commit(std::move_only_function<void(bool committed)> callback) {
  impl_->waiting.push_back(std::move(callback));
}

void Store::on_rollback(std::function<void()> rebuild) {
  impl_->rebuilds.push_back(std::move(rebuild));
}

std::int64_t Store::last_insert_id() const {
  return sqlite3_last_insert_rowid(impl_->db);
}
std::int64_t Store::changes() const {
  return sqlite3_changes64(impl_->db);
}

Store::Savepoint::Savepoint(Store& store) : store_(store) {
  auto& impl = *store_.impl_;
  store_.begin();
  depth_ = ++impl.savepoints;
  if (!impl.failed) impl.run_fixed(impl.mark);
}

Store::Savepoint::~Savepoint() {
  if (kept_) return;
  auto& impl = *store_.impl_;
  LOOPGATE_CHECK(impl.savepoints == depth_);
  --impl.savepoints;
  if (impl.failed) return;  // the whole turn will go
  if (impl.run_fixed(impl.undo)) impl.run_fixed(impl.release);
}

void Store::Savepoint::keep() {
  auto& impl = *store_.impl_;
  LOOPGATE_CHECK(!kept_ && impl.savepoints == depth_);
  kept_ = true;
  --impl.savepoints;
  if (!impl.failed) impl.run_fixed(impl.release);
}

}  // namespace loopgate::store
