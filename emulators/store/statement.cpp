#include <utility>

#include "base/check.h"
#include "emulators/store/store_impl.h"

namespace loopgate::store {

Statement::Statement(Store* store, sqlite3_stmt* statement)
    : store_(store), statement_(statement), writes_(sqlite3_stmt_readonly(statement) == 0) {}

Statement::Statement(Statement&& other) noexcept
    : store_(other.store_),
      statement_(std::exchange(other.statement_, nullptr)),
      writes_(other.writes_),
      on_row_(std::exchange(other.on_row_, false)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this == &other) return *this;
  leave_row();
  sqlite3_finalize(statement_);
  store_ = other.store_;
  statement_ = std::exchange(other.statement_, nullptr);
  writes_ = other.writes_;
  on_row_ = std::exchange(other.on_row_, false);
  return *this;
}

Statement::~Statement() {
  leave_row();
  sqlite3_finalize(statement_);
}

void Statement::leave_row() {
  if (!on_row_) return;
  on_row_ = false;
  // Zero when the end of the turn has reset all readers meanwhile.
  if (store_->impl_->rows_open > 0) --store_->impl_->rows_open;
  sqlite3_reset(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  leave_row();
  LOOPGATE_CHECK(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int index, double value) {
  leave_row();
  LOOPGATE_CHECK(sqlite3_bind_double(statement_, index, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  leave_row();
  // A null pointer would bind NULL, not the empty text.
  const char* data = value.data() == nullptr ? "" : value.data();
  store_->impl_->accept(
      sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, ByteSpan value) {
  leave_row();
  const void* data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  store_->impl_->accept(
      sqlite3_bind_blob64(statement_, index, data, value.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int index) {
  leave_row();
  LOOPGATE_CHECK(sqlite3_bind_null(statement_, index) == SQLITE_OK);
  return *this;
}

bool Statement::step() {
  auto& impl = *store_->impl_;
  if (writes_) {
    impl.note_write();
    // SQLite may have rolled back by itself: what is written now would commit alone.
    if (impl.failed) return false;
    impl.lacks_savepoint() ? impl.set_savepoints() : store_->begin();
    if (impl.failed) return false;
    impl.dirty = true;
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    if (!on_row_) ++impl.rows_open;
    on_row_ = true;
    return true;
  }
  const bool was_on_row = std::exchange(on_row_, false);
  if (was_on_row && impl.rows_open > 0) --impl.rows_open;
  impl.accept(code);
  sqlite3_reset(statement_);
  return false;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  leave_row();
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteSpan Statement::blob(int column) const {
  const auto* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const std::byte*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace loopgate::store
