// A write of one item in three steps, the same alone, in a batch and in a transaction: what was
// asked for is read, what it would change is planned, and then it is done.
#pragma once

#include <optional>

#include "emulators/dynamodb/capacity.h"
#include "emulators/dynamodb/request.h"

namespace loopgate::dynamodb {

enum class WriteKind { kPut, kUpdate, kDelete, kCheck };

struct Write {
  WriteKind kind = WriteKind::kPut;
  const Table* table = nullptr;
  Key key{};
  json item{};  // of kPut; else the key's attributes
  std::optional<Expression> condition{};
  std::optional<Update> update{};
  bool shows_old_on_failure = false;  // ReturnValuesOnConditionCheckFailure
};

// What can be said without its table. ValidationException.
Outcome<Write> read_write(WriteKind kind, json params);
// Finds the write's key in its table. ValidationException.
Outcome<void> bind_write(Write& write, const Table& table);

struct Change {
  std::optional<Found> old{};
  std::optional<json> item{};  // what it becomes; nothing: it is gone, or still is not there

  const json* before() const { return old ? &old->item : nullptr; }
  const json* now() const { return item ? &*item : nullptr; }
};
// ConditionalCheckFailedException, ValidationException.
Outcome<Change> plan_write(Context& context, const Write& write);
void carry_out(Context& context, const Write& write, const Change& change);

// ItemCollectionMetrics of a write; null when the table has no local index.
json collection_metrics(const Write& write);

}  // namespace loopgate::dynamodb
