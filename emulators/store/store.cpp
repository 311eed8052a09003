#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
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

bool is_disk_full(sqlite3* db, int code) {
  const int kind = code & 0xff;
  if (kind == SQLITE_FULL) return true;
  if (kind != SQLITE_IOERR && kind != SQLITE_CANTOPEN) return false;
  const int system = sqlite3_system_errno(db);
  return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

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
    failure = sqlite3_errstr(is_disk_full(db, code) ? SQLITE_FULL : code);
    if (std::exchange(told_failure, true)) return false;
    const char* file = sqlite3_db_filename(db, "main");
    spdlog::error("the database {} failed: {}; what cannot be written is undone until it can",
                  file ? file : "", failure);
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

void Store::Impl::set_savepoints() {
  const bool is_first = !in_turn;
  if (is_first) in_turn = run_fixed(begin);
  for (auto& operation : operations) {
    if (operation.has_savepoint) continue;
    if (failed || (!is_first && !run_fixed(mark))) return;
    operation.has_savepoint = true;
    operation.is_first = is_first;
  }
}

bool Store::Impl::roll_back_to_savepoint(const Operation& operation) {
  if (!operation.is_first) return run_fixed(undo) && run_fixed(release);
  if (sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) return false;
  in_turn = dirty = false;
  // Those around it have written nothing but through it.
  for (auto& outer : operations) outer.has_savepoint = outer.is_first = false;
  return true;
}

void Store::Impl::recover() {
  if (failure.empty()) return;
  failure.clear();
  if (std::exchange(told_failure, false)) spdlog::info("the database can be written again");
}

void Store::Impl::rebuild_memory() const {
  for (const auto& rebuild : rebuilds) rebuild();
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

void Store::delete_rows(std::string_view table, std::string_view owner, std::string_view account) {
  if (account.empty()) return execute(fmt::format("DELETE FROM {}", table));
  prepare(fmt::format("DELETE FROM {} WHERE {} = ?1", table, owner)).bind(1, account).run();
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
  impl.reset_open_rows();
  if (impl.in_turn && !impl.failed) impl.run_fixed(impl.commit);
  const bool committed = !impl.failed;
  const bool wrote = impl.in_turn;
  if (!committed && sqlite3_get_autocommit(impl.db) == 0) {
    sqlite3_exec(impl.db, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  impl.in_turn = impl.dirty = impl.failed = false;
  if (committed && wrote) impl.recover();
  for (auto& operation : impl.operations) operation = {.first_waiting = 0};
  if (!committed) {
    for (const auto& callback : impl.failed_turns) callback(impl.failure);
    impl.rebuild_memory();
  }
  // What they ask for in turn belongs to the next one.
  for (auto& waiting : std::exchange(impl.waiting, {})) {
    run_guarded(impl.guard, {"what waited for a commit", waiting.from},
                [&] { waiting.callback(committed && !waiting.undone); });
  }
}

bool Store::dirty() const {
  return impl_->dirty;
}
bool Store::failed() const {
  return impl_->failed;
}

void Store::after_commit(std::move_only_function<void(bool committed)> callback,
                         std::source_location from) {
  impl_->waiting.push_back({std::move(callback), from});
}

void Store::on_rollback(std::function<void()> rebuild) {
  impl_->rebuilds.push_back(std::move(rebuild));
}

std::int64_t Store::last_insert_id() const {
  return sqlite3_last_insert_rowid(impl_->db);
}

void Store::on_failed_turn(std::function<void(const std::string& why)> callback) {
  impl_->failed_turns.push_back(std::move(callback));
}

const std::string& Store::failure() const {
  return impl_->failure;
}

void Store::guard_by(Guard& guard) {
  impl_->guard = &guard;
}

void Store::begin_operation() {
  impl_->operations.push_back({.first_waiting = impl_->waiting.size()});
}

bool Store::operation_wrote() const {
  const auto& operations = impl_->operations;
  return operations.empty() ? impl_->dirty || impl_->failed : operations.back().wrote;
}

void Store::keep_operation() {
  auto& impl = *impl_;
  LOOPGATE_CHECK(!impl.operations.empty());
  const auto operation = impl.operations.back();
  impl.operations.pop_back();
  if (operation.wrote) impl.note_write();
  if (!operation.has_savepoint || operation.is_first || impl.failed) return;
  impl.run_fixed(impl.release);
}

void Store::undo_operation() {
  auto& impl = *impl_;
  LOOPGATE_CHECK(!impl.operations.empty());
  const auto operation = impl.operations.back();
  impl.operations.pop_back();
  for (auto i = operation.first_waiting; i < impl.waiting.size(); ++i)
    impl.waiting[i].undone = true;
  // Of a failed turn everything will go.
  if (!operation.has_savepoint || impl.failed) return;
  if (impl.roll_back_to_savepoint(operation)) impl.rebuild_memory();
}

void Store::apart_from_operation(const std::function<void()>& work) {
  auto& operations = impl_->operations;
  const auto first = std::ranges::find(operations, false, &Impl::Operation::has_savepoint);
  const std::vector<Impl::Operation> hidden(first, operations.end());
  operations.erase(first, operations.end());
  work();
  operations.insert(operations.end(), hidden.begin(), hidden.end());
}

}  // namespace loopgate::store
