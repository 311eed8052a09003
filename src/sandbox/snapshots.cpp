#include "sandbox/snapshots.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ranges>

namespace loopgate {

namespace {

constexpr const char* kStacks = "cloudformation_stacks";

// What is not state: SQLite's own counters only ever grow, the schema is the program's, and how far
// the clock is ahead is set with the clock.
constexpr const char* kTables =
    "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " AND name NOT IN ('loopgate_schema', 'clock') ORDER BY name";

std::vector<std::string> read_tables(store::Store& store) {
  std::vector<std::string> out;
  auto rows = store.prepare(kTables);
  while (rows.step()) out.emplace_back(rows.text(0));
  return out;
}

}  // namespace

Snapshots::Snapshots(store::Store& store) : store_(store), tables_(read_tables(store)) {
  store_.execute("ATTACH ':memory:' AS snapshots");
}

std::string Snapshots::copy_of(const Snapshot& snapshot, const std::string& table) {
  return fmt::format("snapshots.\"{}_{}\"", snapshot.number, table);
}

// Tables are filled anew rather than dropped: SQLite drops none while anybody reads.
Status Snapshots::take(const std::string& name, Duration clock_ahead) {
  if (name.empty()) return fail("a snapshot needs a name");
  if (name.size() > kMaxName)
    return fail(fmt::format("the name of a snapshot has at most {} bytes", kMaxName));
  if (snapshots_.size() >= kMax && !snapshots_.contains(name)) {
    return fail(fmt::format("there are {} snapshots already: use one of their names again", kMax));
  }
  auto& snapshot =
      snapshots_.try_emplace(name, Snapshot{.number = snapshots_.size()}).first->second;
  snapshot.clock_ahead = clock_ahead;
  for (const auto& table : tables_) {
    const auto copy = copy_of(snapshot, table);
    store_.execute(
        fmt::format("CREATE TABLE IF NOT EXISTS {0} AS SELECT * FROM main.{1} WHERE 0;"
                    "DELETE FROM {0}; INSERT INTO {0} SELECT * FROM main.{1}",
                    copy, table));
  }
  return {};
}

Status Snapshots::check(const std::string& name) const {
  if (snapshots_.contains(name)) return {};
  if (snapshots_.empty())
    return fail(fmt::format("there is no snapshot '{}', nor any other", name));
  return fail(fmt::format("there is no snapshot '{}'; there are: {}", name,
                          fmt::join(std::views::keys(snapshots_), ", ")));
}

bool Snapshots::has_same_stacks(const std::string& name) {
  const auto copy = copy_of(snapshots_.at(name), kStacks);
  auto differing = store_.prepare(
      fmt::format("SELECT 1 FROM (SELECT * FROM main.{0} EXCEPT SELECT * FROM {1}) UNION ALL "
                  "SELECT 1 FROM (SELECT * FROM {1} EXCEPT SELECT * FROM main.{0})",
                  kStacks, copy));
  return !differing.step();
}

void Snapshots::put_back(const std::string& name) {
  const auto& snapshot = snapshots_.at(name);
  for (const auto& table : tables_) {
    store_.execute(fmt::format("DELETE FROM main.{0}; INSERT INTO main.{0} SELECT * FROM {1}",
                               table, copy_of(snapshot, table)));
  }
  // That is what an operation that is undone leads to: this one, which has done nothing.
  const store::Store::Savepoint undone(store_);
  store_.execute(fmt::format("DELETE FROM main.{} WHERE 0", kStacks));
}

}  // namespace loopgate
