// What Store and Statement share.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <string>
#include <vector>

#include "emulators/store/store.h"

namespace loopgate::store {

struct Store::Impl {
  sqlite3* db = nullptr;
  bool in_turn = false;  // a transaction is open
  bool dirty = false;    // a writing statement ran in it
  bool failed = false;
  std::string failure;  // SQLite's words for the first one
  std::size_t rows_open = 0;
  std::size_t savepoints = 0;
  std::vector<std::move_only_function<void(bool)>> waiting;
  std::vector<std::function<void()>> rebuilds;
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
  void reset_open_rows();
};

}  // namespace loopgate::store
