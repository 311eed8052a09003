// All state: one SQLite database. What one turn of the loop changes is one transaction, committed
// before any answer of that turn is written; an operation that fails (base/guard.h says when) is
// rolled back to its savepoint without its neighbours. SQLite is the truth; what a service keeps in
// memory is an index that it can rebuild from here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/guard.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace loopgate::store {

// A prepared statement, kept by its service; it must not outlive its store. Column and parameter
// indexes count from 0 and 1 as in SQLite. A failing step (full disk, I/O error) is remembered by
// the store: the turn then fails as a whole, and writing steps do nothing until it ends. What only
// our own mistakes cause (SQL that does not parse, a violated constraint, a wrong index) is a
// failed check.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view value);  // copied
  Statement& bind(int index, ByteSpan value);          // copied, as a blob
  Statement& bind_null(int index);

  // True: a row; false: done or failed, and reset with its bindings kept. A statement that is left
  // on a row is reset by the end of the turn at the latest: an open reader would keep the log from
  // being recycled.
  bool step();
  void run();    // steps to the end and resets
  void reset();  // and clears bindings
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step
  ByteSpan blob(int column) const;          // valid until the next step
  bool is_null(int column) const;

 private:
  friend class Store;
  Statement(class Store* store, sqlite3_stmt* statement);
  void leave_row();

  class Store* store_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  bool writes_ = false;
  bool on_row_ = false;
};

// All three keep a turn whole. In WAL mode a commit is a write into the operating system's cache,
// which outlives the process; `synchronous` says when that cache is flushed.
// https://www.sqlite.org/pragma.html#pragma_synchronous
enum class Durability {
  kMemory,   // --ephemeral: nothing is kept
  kProcess,  // survives the process (kill -9). WAL with synchronous=NORMAL: flushed at checkpoints
             // only, so that a power cut may cost the last turns but, unlike with OFF, never the
             // whole database
  kFull,     // --durability full: survives the machine. synchronous=FULL: each commit is flushed
};

class Store : public Guard::Ledger {
 public:
  // `file` is ignored for kMemory. Refuses a database of a newer schema or another program with a
  // sentence that says so, and one that another process has open.
  static Result<std::unique_ptr<Store>> open(const std::string& file, Durability durability);
  ~Store() override;
  Store(const Store&) = delete;

  // Brings a component's tables up to date: statements [n…] run once each, in order, ever.
  Status migrate(std::string_view component, const std::vector<std::string_view>& statements);

  Statement prepare(std::string_view sql);  // a mistake in our SQL is a failed check
  void execute(std::string_view sql);
  // Deletes the rows whose `owner`, an SQL expression, is `account`; all of them when that is
  // empty. Besides SQLite's own functions there is field(text, n): what stands before the n-th
  // colon, like the account in an ARN, which is field(arn, 5).
  void delete_rows(std::string_view table, std::string_view owner, std::string_view account);

  // Begins the turn's transaction if none is open. `Statement::step` of a writing statement does it
  // itself.
  void begin();
  // Commits the turn, then calls what waited for it: true, or false when the commit failed and
  // everything of the turn was rolled back.
  void end_turn();
  bool dirty() const;   // the turn has changed something
  bool failed() const;  // a step of this turn failed: it will be rolled back as a whole
  // Runs at the end of this turn, after the commit, in order. If nothing was changed, too. False
  // also when the turn was committed without the operation in which this was asked for.
  void after_commit(std::move_only_function<void(bool committed)> callback,
                    std::source_location from = std::source_location::current());
  // After a rolled-back turn, and after an undone operation, every service must rebuild its memory
  // from the tables (which then have what the turn's other operations wrote). Runs before the
  // callbacks of `after_commit`; lives as long as the store.
  void on_rollback(std::function<void()> rebuild);
  // After a turn that was rolled back as a whole, with SQLite's words why; before `on_rollback`.
  // Lives as long as the store.
  void on_failed_turn(std::function<void(const std::string& why)> callback);
  // Why the last turn that failed did: "database or disk is full". Empty after one that was
  // committed.
  const std::string& failure() const;
  // What waited for the commit runs behind it.
  void guard_by(Guard& guard);

  std::int64_t last_insert_id() const;

  // An operation's savepoint is set by its first write: one that only reads costs nothing. They
  // nest. One that ends the turn itself (the clock is moved) can take back only what follows.
  void begin_operation() override;
  void keep_operation() override;
  void undo_operation() override;
  // Whether the running operation has written, or tried to: what it answers then depends on the
  // commit, and nothing else does. Outside of operations: whether anybody has in this turn.
  bool operation_wrote() const;
  // Runs `work`, whose writes belong to the turn and not to the operation that happened to ask for
  // them (messages that have expired, log lines that waited): they stay when it is undone. Not so
  // when the operation has written already.
  void apart_from_operation(const std::function<void()>& work);

  // The same as a scope: undone unless `keep` was called.
  class Savepoint {
   public:
    explicit Savepoint(Store& store) : store_(store) { store_.begin_operation(); }
    ~Savepoint() {
      if (!kept_) store_.undo_operation();
    }
    Savepoint(const Savepoint&) = delete;
    void keep() {
      store_.keep_operation();
      kept_ = true;
    }

   private:
    Store& store_;
    bool kept_ = false;
  };

 private:
  friend class Statement;
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace loopgate::store
