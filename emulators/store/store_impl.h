// What Store and Statement share.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <string>
#include <vector>

#include "emulators/store/store.h"

namespace loopgate::store {

// SQLite calls it an I/O error when the disk fills up where it does not expect it.
bool is_disk_full(sqlite3* db, int code);

struct Store::Impl {
  struct Operation {
    std::size_t first_waiting;   // what it asks to wait for the commit stands from here on
    bool wrote = false;          // or tried to
    bool has_savepoint = false;  // since its first write
    bool is_first = false;  // nothing was written in this turn before: the turn is its savepoint
  };
  struct Waiting {
    std::move_only_function<void(bool)> callback;
    std::source_location from;
    bool undone = false;  // with the operation that asked
  };

  sqlite3* db = nullptr;
  bool in_turn = false;  // a transaction is open
  bool dirty = false;    // a writing statement ran in it
  bool failed = false;
  std::string failure;  // words for the first one, kept until a turn is committed
  std::size_t rows_open = 0;
  std::vector<Operation> operations;  // the running ones, outermost first
  std::vector<Waiting> waiting;
  Guard* guard = nullptr;
  std::vector<std::function<void()>> rebuilds;
  std::vector<std::function<void(const std::string&)>> failed_turns;
  bool told_failure = false;  // to the log: once until a turn succeeds again
  sqlite3_stmt* begin = nullptr;
  sqlite3_stmt* commit = nullptr;
  sqlite3_stmt* mark = nullptr;
  sqlite3_stmt* release = nullptr;
  sqlite3_stmt* undo = nullptr;

  ~Impl();

  // Sorts what SQLite said: true for success; what the world causes fails the turn; what only our
  // own mistakes cause fails a check.
  bool accept(int code);
  bool run_fixed(sqlite3_stmt* statement);
  void recover();  // after a turn that was committed
  void reset_open_rows();
  // Before a write: gives every running operation its savepoint.
  void set_savepoints();
  bool roll_back_to_savepoint(const Operation& operation);
  void note_write() {
    if (!operations.empty()) operations.back().wrote = true;
  }
  void rebuild_memory() const;
  // In `operations` stands what has no savepoint yet behind what has one.
  bool lacks_savepoint() const { return !operations.empty() && !operations.back().has_savepoint; }
};

}  // namespace loopgate::store
