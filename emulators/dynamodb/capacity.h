// Capacity as AWS counts it: reads by 4 KB, half of that when they need not be consistent, writes
// by 1 KB, and twice as much in a transaction.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
#pragma once

#include <map>
#include <string>

#include "emulators/dynamodb/expressions/value.h"
#include "emulators/dynamodb/table.h"

namespace loopgate::dynamodb {

double read_units(std::size_t bytes, bool consistent);
double write_units(std::size_t bytes);  // at least one

// What an item has in an index.
json projected(const Table& table, const Index& index, const json& item);

// What a call has consumed of a table.
class Capacity {
 public:
  explicit Capacity(const Table& table, bool transactional = false)
      : table_(&table), factor_(transactional ? 2 : 1), transactional_(transactional) {}

  void read(double units) { table_units_ += units * factor_, reads_ = true; }
  void read_index(const Index& index, double units) {
    (index.is_global ? global_ : local_)[index.name] += units * factor_;
    reads_ = true;
  }
  // Of an item that was `old` and is `item`; either may be null.
  void write(const json* old, const json* item);

  // ConsumedCapacity for "TOTAL" or "INDEXES".
  json shown(std::string_view detail) const;

 private:
  using Units = std::map<std::string, double>;
  json units(double units) const;

  const Table* table_;
  double factor_;
  bool transactional_;
  bool reads_ = false;
  double table_units_ = 0;
  Units global_{}, local_{};
};

}  // namespace loopgate::dynamodb
