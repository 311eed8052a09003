// What Query and Scan share: an index or the table itself, a page of what is found there, and what
// of it is answered.
#pragma once

#include <functional>
#include <optional>

#include "emulators/dynamodb/capacity.h"
#include "emulators/dynamodb/request.h"

namespace loopgate::dynamodb {

struct Search {
  json params{};
  Expressions expressions{};
  const Table* table = nullptr;
  const Index* index = nullptr;  // null: the table itself
  std::optional<Cursor> start{};
  json start_key{};

  const KeySchema& keys() const { return index != nullptr ? index->keys : table->keys; }
};

// Finds table and index. ResourceNotFoundException, ValidationException.
Outcome<void> find_source(Context& context, const http::Caller& caller, Search& search);
// Reads ExclusiveStartKey when there is one. ValidationException.
Outcome<void> read_start(Search& search);
// Whether what is asked for can be answered from the index. ValidationException.
Outcome<void> check_selection(const Search& search);
// A page: `walk` calls its visitor with items until that says false.
json page(const Search& search, const std::function<void(const Items::Visit&)>& walk);

}  // namespace loopgate::dynamodb
