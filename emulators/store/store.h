// All state: one SQLite database. What one turn of the loop changes is one transaction, committed before any
// answer of that turn is written; an operation that fails is rolled back to its savepoint without its
// neighbours. SQLite is the truth; what a service keeps in memory is an index that it can rebuild from here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace loopgate::store {

// A prepared statement, kept by its service. Column and parameter indexes count from 0 and 1 as in SQLite.
// A failing step (full disk, I/O error) is remembered by the store: the turn then fails as a whole.
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

  bool step();                  // true: a row; false: done or failed
  void run();                   // steps to the end and resets
  void reset();                 // and clears bindings
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // valid until the next step
  ByteSpan blob(int column) const;          // valid until the next step
  bool is_null(int column) const;

 private:
  friend class Store;
  Statement(class Store* store, sqlite3_stmt* statement) : store_(store), statement_(statement) {}
  class Store* store_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

enum class Durability {
  kMemory,  // --ephemeral: nothing is kept
  kProcess, // survives the process (kill -9): WAL, synchronous off/normal
  kFull,    // --durability full: survives the machine
};

class Store {
 public:
  // `file` is ignored for kMemory. Refuses a database of a newer schema or another program with a sentence
  // that says so, and one that another process has open.
  static Result<std::unique_ptr<Store>> open(const std::string& file, Durability durability);
  ~Store();
  Store(const Store&) = delete;

  // Brings a component's tables up to date: statements [n…] run once each, in order, ever.
  Status migrate(std::string_view component, const std::vector<std::string_view>& statements);

  Statement prepare(std::string_view sql);  // a mistake in our SQL is a failed check
  void execute(std::string_view sql);

  // Begins the turn's transaction if none is open. `Statement::step` of a writing statement does it itself.
  void begin();
  // Commits the turn, then calls what waited for it: true, or false when the commit failed and everything of
  // the turn was rolled back.
  void end_turn();
  bool dirty() const;  // the turn has changed something
  // Runs at the end of this turn, after the commit, in order. If nothing was changed, too.
  void after_commit(std::move_only_function<void(bool committed)> callback);
  // After a rolled-back turn every service must rebuild its memory from the tables.
  void on_rollback(std::function<void()> rebuild);

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;

  // Undoes what was done since, unless `keep` was called.
  class Savepoint {
   public:
    explicit Savepoint(Store& store);
    ~Savepoint();
    Savepoint(const Savepoint&) = delete;
    void keep();

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
