// Items of all tables as rows, and their places in the tables' indexes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "base/time.h"
#include "emulators/dynamodb/keys.h"
#include "emulators/dynamodb/table.h"
#include "emulators/store/store.h"

namespace loopgate::dynamodb {

struct Found {
  std::int64_t row = 0;
  json item{};
};

// Where a Query goes: one hash key, range keys from `from` up to and without `to`.
struct KeyRange {
  std::string hash;
  std::string from{};
  std::string to{};
  bool backwards = false;
};
// Where a Scan goes: hash keys from `from` up to and without `to`.
struct HashRange {
  std::string from;
  std::string to;
};
// Where the page before has ended: an item by its place in an index and by its key.
struct Cursor {
  Key place{};  // in the table: its key
  Key item{};
};

class Items {
 public:
  explicit Items(store::Store& store);
  Items(const Items&) = delete;

  std::optional<Found> find(const Table& table, const Key& key);
  // In the place of `old`, when there is one. `expires`: seconds since 1970.
  void put(const Table& table, const Key& key, const json& item, const std::optional<Found>& old,
           std::optional<std::int64_t> expires);
  void remove(const Table& table, const Key& key, const Found& old);

  // Items in order until `visit` says false. It must not come here again.
  using Visit = std::function<bool(const json& item)>;
  void query(const Table& table, const Index* index, const KeyRange& range,
             const std::optional<Cursor>& start, const Visit& visit);
  void scan(const Table& table, const Index* index, const HashRange& range,
            const std::optional<Cursor>& start, const Visit& visit);

  struct Counts {
    std::int64_t items = 0;
    std::int64_t bytes = 0;
  };
  // Of more than 100 000 items the bytes are about right.
  Counts count(std::int64_t table_number);
  void remove_all(std::int64_t table_number);
  void fill_index(const Table& table, const Index& index);
  void remove_index(std::int64_t table_number, std::int64_t index_number);

  // --- expiry ---
  // When the first item of all tables expires, in seconds since 1970.
  std::optional<std::int64_t> first_expiry();
  struct Expired {
    std::int64_t table_number = 0;
    json item{};
  };
  std::vector<Expired> expired_by(std::int64_t second, std::int64_t most);
  // Of each item of a table anew.
  void set_expiries(std::int64_t table_number,
                    const std::function<std::optional<std::int64_t>(const json&)>& expiry_of);

 private:
  void place(const Table& table, const Key& key, std::int64_t row, const json* old,
             const json* item);
  static void walk(store::Statement& rows, int column, const Visit& visit);

  store::Store& store_;
  store::Statement find_, insert_, update_, remove_, place_, unplace_;
  // Forwards and backwards; of a table and of an index.
  std::array<store::Statement, 2> query_, query_index_;
  store::Statement scan_, scan_index_;
  store::Statement first_expiry_, expired_;
};

}  // namespace loopgate::dynamodb
