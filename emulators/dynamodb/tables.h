// The tables of all accounts, as rows and in memory.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "base/random.h"
#include "emulators/dynamodb/items.h"
#include "emulators/dynamodb/streams.h"
#include "emulators/dynamodb/table.h"
#include "emulators/store/store.h"

namespace loopgate::dynamodb {

class Tables {
 public:
  Tables(store::Store& store, Clock& clock, Random& random);
  Tables(const Tables&) = delete;

  Items& items() { return items_; }
  Streams& streams() { return streams_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }

  // ResourceInUseException, LimitExceededException.
  Outcome<const Table*> create(Table table);
  // ResourceNotFoundException; ValidationException when it is protected.
  Outcome<Table> remove(const std::string& arn);
  // Also by the ARN of a replica.
  const Table* find(std::string_view arn) const;
  const Table* find(std::int64_t number) const;
  // By their ARNs.
  const std::map<std::string, Table, std::less<>>& all() const { return tables_; }

  // Takes over what differs. Indexes that are new are filled, those that are gone emptied.
  const Table& change(Table table);
  Items::Counts count(const Table& table);

  // --- items, with what follows from a change of one ---
  void put(const Table& table, const Key& key, const json& item, const std::optional<Found>& old);
  void remove(const Table& table, const Key& key, const Found& old,
              Streams::Cause cause = Streams::Cause::kUser);
  // In seconds since 1970; nothing: it never does.
  std::optional<std::int64_t> expiry_of(const Table& table, const json& item) const;

  // What `reset` and `reset --keep-stacks` do.
  void remove_all(const aws::AccountScope& scope);
  void remove_items(const aws::AccountScope& scope);

 private:
  void load();
  void save(const Table& table);
  void index_replicas();
  void arm_expiry();
  void expire();

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Items items_;
  Streams streams_;
  ScopedTimer expiry_;
  std::optional<std::int64_t> armed_for_;  // seconds since 1970
  std::map<std::string, Table, std::less<>> tables_;
  std::map<std::string, std::string, std::less<>> replicas_;  // ARNs of them, and their tables'
  std::unordered_map<std::int64_t, Items::Counts> counts_;    // of those that were asked for
};

}  // namespace loopgate::dynamodb
