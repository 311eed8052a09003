#include "emulators/dynamodb/items.h"

#include <cmath>

#include "base/json.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kItems =
    "CREATE TABLE dynamodb_items (id INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, hash BLOB NOT NULL,"
    " range BLOB NOT NULL, size INTEGER NOT NULL, expires INTEGER, item TEXT NOT NULL)";
constexpr std::string_view kItemsByKey =
    "CREATE UNIQUE INDEX dynamodb_items_by_key ON dynamodb_items (tbl, hash, range)";
constexpr std::string_view kItemsByExpiry =
    "CREATE INDEX dynamodb_items_by_expiry ON dynamodb_items (expires) WHERE expires IS NOT NULL";
constexpr std::string_view kPlaces =
    "CREATE TABLE dynamodb_places (tbl INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,"
    " range BLOB NOT NULL, item_hash BLOB NOT NULL, item_range BLOB NOT NULL, item INTEGER NOT "
    "NULL,"
    " PRIMARY KEY (tbl, idx, hash, range, item_hash, item_range)) WITHOUT ROWID";

store::Store& migrated(store::Store& store) {
  (void)store.migrate("dynamodb_items", {kItems, kItemsByKey, kItemsByExpiry, kPlaces});
  return store;
}

ByteSpan blob(const std::string& bytes) {
  return as_bytes(bytes);
}

json item_at(const store::Statement& rows, int column) {
  return read_json(rows.text(column)).value_or(json::object());
}

}  // namespace

Items::Items(store::Store& store)
    : store_(migrated(store)),
      find_(store.prepare(
          "SELECT id, item FROM dynamodb_items WHERE tbl = ?1 AND hash = ?2 AND range = ?3")),
      insert_(store.prepare("INSERT INTO dynamodb_items (tbl, hash, range, size, expires, item)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      update_(store.prepare(
          "UPDATE dynamodb_items SET size = ?2, expires = ?3, item = ?4 WHERE id = ?1")),
      remove_(store.prepare("DELETE FROM dynamodb_items WHERE id = ?1")),
      place_(store.prepare("INSERT INTO dynamodb_places VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      unplace_(store.prepare("DELETE FROM dynamodb_places WHERE tbl = ?1 AND idx = ?2 AND hash = ?3"
                             " AND range = ?4 AND item_hash = ?5 AND item_range = ?6")),
      query_{store.prepare("SELECT item FROM dynamodb_items WHERE tbl = ?1 AND hash = ?2"
                           " AND range >= ?3 AND range < ?4 ORDER BY range"),
             store.prepare("SELECT item FROM dynamodb_items WHERE tbl = ?1 AND hash = ?2"
                           " AND range >= ?3 AND range < ?4 ORDER BY range DESC")},
      query_index_{store.prepare(
                       "SELECT i.item FROM dynamodb_places p JOIN dynamodb_items i ON i.id = p.item"
                       " WHERE p.tbl = ?1 AND p.idx = ?2 AND p.hash = ?3 AND p.range < ?4"
                       " AND (p.range, p.item_hash, p.item_range) > (?5, ?6, ?7)"
                       " ORDER BY p.range, p.item_hash, p.item_range"),
                   store.prepare(
                       "SELECT i.item FROM dynamodb_places p JOIN dynamodb_items i ON i.id = p.item"
                       " WHERE p.tbl = ?1 AND p.idx = ?2 AND p.hash = ?3 AND p.range >= ?4"
                       " AND (p.range, p.item_hash, p.item_range) < (?5, ?6, ?7)"
                       " ORDER BY p.range DESC, p.item_hash DESC, p.item_range DESC")},
      scan_(store.prepare("SELECT item FROM dynamodb_items WHERE tbl = ?1 AND hash < ?2"
                          " AND (hash, range) > (?3, ?4) ORDER BY hash, range")),
      scan_index_(store.prepare(
          "SELECT i.item FROM dynamodb_places p JOIN dynamodb_items i ON i.id = p.item"
          " WHERE p.tbl = ?1 AND p.idx = ?2 AND p.hash < ?3"
          " AND (p.hash, p.range, p.item_hash, p.item_range) > (?4, ?5, ?6, ?7)"
          " ORDER BY p.hash, p.range, p.item_hash, p.item_range")),
      first_expiry_(
          store.prepare("SELECT min(expires) FROM dynamodb_items WHERE expires IS NOT NULL")),
      expired_(store.prepare("SELECT tbl, item FROM dynamodb_items WHERE expires <= ?1"
                             " ORDER BY expires, id LIMIT ?2")) {}

std::optional<Found> Items::find(const Table& table, const Key& key) {
  find_.bind(1, table.number).bind(2, blob(key.hash)).bind(3, blob(key.range));
  std::optional<Found> out;
  if (find_.step()) out = Found{find_.integer(0), item_at(find_, 1)};
  find_.reset();
  return out;
}

void Items::put(const Table& table, const Key& key, const json& item,
                const std::optional<Found>& old, std::optional<std::int64_t> expires) {
  const auto text = write_json(item);
  const auto size = static_cast<std::int64_t>(item_size(item));
  auto& statement = old ? update_ : insert_;
  if (old) {
    statement.bind(1, old->row);
  } else {
    statement.bind(1, table.number).bind(2, blob(key.hash)).bind(3, blob(key.range));
  }
  const int next = old ? 2 : 4;
  statement.bind(next, size);
  expires ? statement.bind(next + 1, *expires) : statement.bind_null(next + 1);
  statement.bind(next + 2, std::string_view(text)).run();
  place(table, key, old ? old->row : store_.last_insert_id(), old ? &old->item : nullptr, &item);
}

void Items::remove(const Table& table, const Key& key, const Found& old) {
  place(table, key, old.row, &old.item, nullptr);
  remove_.bind(1, old.row).run();
}

// Moves it in each index; either may be null.
void Items::place(const Table& table, const Key& key, std::int64_t row, const json* old,
                  const json* item) {
  for (const auto& index : table.indexes) {
    const auto from = old != nullptr ? index_key(index, *old) : std::nullopt;
    const auto to = item != nullptr ? index_key(index, *item) : std::nullopt;
    if (from == to) continue;
    const auto bind = [&](store::Statement& statement, const Key& at) -> store::Statement& {
      return statement.bind(1, table.number)
          .bind(2, index.number)
          .bind(3, blob(at.hash))
          .bind(4, blob(at.range))
          .bind(5, blob(key.hash))
          .bind(6, blob(key.range));
    };
    if (from) bind(unplace_, *from).run();
    if (to) bind(place_, *to).bind(7, row).run();
  }
}

void Items::walk(store::Statement& rows, int column, const Visit& visit) {
  while (rows.step()) {
    if (!visit(item_at(rows, column))) break;
  }
  rows.reset();
}

void Items::query(const Table& table, const Index* index, const KeyRange& range,
                  const std::optional<Cursor>& start, const Visit& visit) {
  const std::size_t way = range.backwards ? 1 : 0;
  if (index == nullptr) {
    const bool cuts_end = start && range.backwards;
    const auto from =
        start && !range.backwards ? std::max(range.from, after(start->place.range)) : range.from;
    const auto to = cuts_end ? std::min(range.to, start->place.range) : range.to;
    query_[way].bind(1, table.number).bind(2, blob(range.hash));
    query_[way].bind(3, blob(from)).bind(4, blob(to));
    return walk(query_[way], 0, visit);
  }
  // Without a cursor the walk begins at the bound itself: no item has an empty key.
  const Cursor bound{.place = {range.hash, range.backwards ? range.to : range.from}};
  const auto& at = start ? *start : bound;
  auto& rows = query_index_[way];
  rows.bind(1, table.number).bind(2, index->number).bind(3, blob(range.hash));
  rows.bind(4, blob(range.backwards ? range.from : range.to)).bind(5, blob(at.place.range));
  rows.bind(6, blob(at.item.hash)).bind(7, blob(at.item.range));
  walk(rows, 0, visit);
}

void Items::scan(const Table& table, const Index* index, const HashRange& range,
                 const std::optional<Cursor>& start, const Visit& visit) {
  const auto at = start.value_or(Cursor{.place = {range.from}});
  if (index == nullptr) {
    scan_.bind(1, table.number).bind(2, blob(range.to));
    scan_.bind(3, blob(at.place.hash)).bind(4, blob(at.place.range));
    return walk(scan_, 0, visit);
  }
  scan_index_.bind(1, table.number).bind(2, index->number).bind(3, blob(range.to));
  scan_index_.bind(4, blob(at.place.hash)).bind(5, blob(at.place.range));
  scan_index_.bind(6, blob(at.item.hash)).bind(7, blob(at.item.range));
  walk(scan_index_, 0, visit);
}

// Keys are counted from their index alone; of a large table sizes are those of a sample, as AWS's
// figures are some hours old.
Items::Counts Items::count(std::int64_t table_number) {
  const auto ask = [&](std::string_view sql) {
    auto row = store_.prepare(sql);
    row.bind(1, table_number);
    return row.step() ? row.real(0) : 0.0;
  };
  Counts out{.items = static_cast<std::int64_t>(
                 ask("SELECT count(*) FROM dynamodb_items WHERE tbl = ?1"))};
  const auto mean =
      ask("SELECT coalesce(avg(size), 0) FROM (SELECT size FROM dynamodb_items WHERE tbl = ?1"
          " LIMIT 100000)");
  out.bytes = std::llround(mean * static_cast<double>(out.items));
  return out;
}

void Items::remove_all(std::int64_t table_number) {
  store_.prepare("DELETE FROM dynamodb_items WHERE tbl = ?1").bind(1, table_number).run();
  store_.prepare("DELETE FROM dynamodb_places WHERE tbl = ?1").bind(1, table_number).run();
}

// The rows are read before they are placed: nothing writes under an open walk.
void Items::fill_index(const Table& table, const Index& index) {
  Table only = table;
  only.indexes = {index};
  auto rows = store_.prepare(
      "SELECT id, hash, range, item FROM dynamodb_items WHERE tbl = ?1"
      " AND id > ?2 ORDER BY id LIMIT 1000");
  for (std::int64_t last = 0;;) {
    rows.bind(1, table.number).bind(2, last);
    std::vector<std::pair<Key, Found>> batch;
    while (rows.step()) {
      batch.emplace_back(Key{to_text(rows.blob(1)), to_text(rows.blob(2))},
                         Found{rows.integer(0), item_at(rows, 3)});
    }
    if (batch.empty()) return;
    for (const auto& [key, found] : batch) place(only, key, found.row, nullptr, &found.item);
    last = batch.back().second.row;
  }
}

void Items::remove_index(std::int64_t table_number, std::int64_t index_number) {
  store_.prepare("DELETE FROM dynamodb_places WHERE tbl = ?1 AND idx = ?2")
      .bind(1, table_number)
      .bind(2, index_number)
      .run();
}

std::optional<std::int64_t> Items::first_expiry() {
  std::optional<std::int64_t> out;
  if (first_expiry_.step() && !first_expiry_.is_null(0)) out = first_expiry_.integer(0);
  first_expiry_.reset();
  return out;
}

std::vector<Items::Expired> Items::expired_by(std::int64_t second, std::int64_t most) {
  std::vector<Expired> out;
  expired_.bind(1, second).bind(2, most);
  while (expired_.step()) out.push_back({expired_.integer(0), item_at(expired_, 1)});
  return out;
}

void Items::set_expiries(std::int64_t table_number,
                         const std::function<std::optional<std::int64_t>(const json&)>& expiry_of) {
  auto rows = store_.prepare(
      "SELECT id, item FROM dynamodb_items WHERE tbl = ?1 AND id > ?2"
      " ORDER BY id LIMIT 1000");
  auto set = store_.prepare("UPDATE dynamodb_items SET expires = ?2 WHERE id = ?1");
  for (std::int64_t last = 0;;) {
    rows.bind(1, table_number).bind(2, last);
    std::vector<std::pair<std::int64_t, std::optional<std::int64_t>>> batch;
    while (rows.step()) batch.emplace_back(rows.integer(0), expiry_of(item_at(rows, 1)));
    if (batch.empty()) return;
    for (const auto& [row, expires] : batch) {
      set.bind(1, row);
      expires ? set.bind(2, *expires) : set.bind_null(2);
      set.run();
    }
    last = batch.back().first;
  }
}

}  // namespace loopgate::dynamodb
