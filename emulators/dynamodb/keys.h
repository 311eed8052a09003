// Keys as bytes whose order is that of the values: of strings by UTF-8, of binaries by their bytes,
// of numbers numerically. A hash key has four bytes of its hash in front, by which a Scan goes.
#pragma once

#include <optional>
#include <string>

#include "emulators/dynamodb/errors.h"
#include "emulators/dynamodb/expressions/value.h"
#include "emulators/dynamodb/table.h"

namespace loopgate::dynamodb {

struct Key {
  std::string hash;
  std::string range{};  // empty: the table has none

  bool operator==(const Key&) const = default;
  auto operator<=>(const Key&) const = default;
};

std::string key_bytes(const json& value);       // of S, N or B
std::string hash_key_bytes(const json& value);  // with its hash
// The least key that is longer: what follows it.
std::string after(std::string key);

// The key of a whole item. ValidationException when it is missing, of another type, empty or too
// long.
Outcome<Key> key_of_item(const Table& table, const json& item);
// Of what must be a key and nothing else.
Outcome<Key> key_of(const Table& table, const json& key);
// Of an item in an index; nothing when it lacks one of the index's attributes.
std::optional<Key> index_key(const Index& index, const json& item);
// ValidationException when an attribute cannot be the key of the index that it belongs to.
Outcome<void> check_index_keys(const Table& table, const json& item, bool updates);
// Key attributes alone.
json key_attributes(const KeySchema& keys, const json& item);

}  // namespace loopgate::dynamodb
