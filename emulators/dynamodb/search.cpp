#include "emulators/dynamodb/search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

// The names that ExclusiveStartKey has: the index's and the table's.
std::vector<std::string> start_names(const Search& search) {
  auto out = search.table->keys.names();
  if (search.index == nullptr) return out;
  for (const auto& name : search.index->keys.names()) {
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  }
  return out;
}

bool projects(const Search& search, const std::string& name) {
  const auto& index = *search.index;
  const auto keys = start_names(search);
  return index.has_all() || std::ranges::find(keys, name) != keys.end() ||
         std::ranges::find(index.included, name) != index.included.end();
}

// Attributes that the projection names and the index does not have.
std::vector<std::string> not_projected(const Search& search) {
  std::vector<std::string> out;
  if (search.index == nullptr || !search.expressions.projection) return out;
  for (const auto& path : *search.expressions.projection) {
    if (!projects(search, path.front().name)) out.push_back(path.front().name);
  }
  return out;
}

// Of a local index the table is read for what the index lacks.
bool reads_table(const Search& search) {
  if (search.index == nullptr) return true;
  if (search.index->is_global || search.index->has_all()) return false;
  return text_param(search.params, "Select") == "ALL_ATTRIBUTES" || !not_projected(search).empty();
}

}  // namespace

Outcome<void> find_source(Context& context, const http::Caller& caller, Search& search) {
  const auto table = find_table(context, caller, text_param(search.params, "TableName"));
  if (!table) return refuse(table.error());
  search.table = *table;
  const auto name = search.params.find("IndexName");
  if (name == search.params.end()) return {};
  search.index = search.table->index(name->get_ref<const std::string&>());
  if (search.index == nullptr) {
    return refuse(
        validation("The table does not have the specified index: " + name->get<std::string>()));
  }
  if (search.index->is_global && search.params.value("ConsistentRead", false)) {
    return refuse(validation("Consistent reads are not supported on global secondary indexes"));
  }
  return {};
}

Outcome<void> read_start(Search& search) {
  const auto found = search.params.find("ExclusiveStartKey");
  if (found == search.params.end()) return {};
  search.start_key = *found;
  if (auto checked = check_item(search.start_key); !checked) {
    return refuse(validation("The provided starting key is invalid: " + checked.error()));
  }
  const auto wrong = validation("The provided starting key is invalid");
  const auto names = start_names(search);
  if (search.start_key.size() != names.size()) return refuse(wrong);
  for (const auto& name : names) {
    const auto value = search.start_key.find(name);
    if (value == search.start_key.end() || type_of(*value) != search.table->type_of(name)) {
      return refuse(wrong);
    }
  }
  Cursor cursor;
  auto item = key_of(*search.table, key_attributes(search.table->keys, search.start_key));
  if (!item) {
    return refuse(validation("The provided starting key is invalid: " + item.error().message));
  }
  cursor.item = std::move(*item);
  cursor.place = search.index != nullptr
                     ? index_key(*search.index, search.start_key).value_or(Key())
                     : cursor.item;
  search.start = std::move(cursor);
  return {};
}

Outcome<void> check_selection(const Search& search) {
  const auto select = text_param(search.params, "Select");
  const bool projected = search.expressions.projection.has_value();
  if (projected && !select.empty() && select != "SPECIFIC_ATTRIBUTES") {
    return refuse(validation(
        select == "COUNT"
            ? "Cannot specify the ProjectionExpression when choosing to get only the Count"
            : "Cannot specify the ProjectionExpression when choosing to get " + select));
  }
  if (!projected && select == "SPECIFIC_ATTRIBUTES") {
    return refuse(
        validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                   "SPECIFIC_ATTRIBUTES"));
  }
  if (search.index == nullptr) {
    if (select != "ALL_PROJECTED_ATTRIBUTES") return {};
    return refuse(
        validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"));
  }
  if (!search.index->is_global) return {};
  if (select == "ALL_ATTRIBUTES" && !search.index->has_all()) {
    return refuse(invalid(
        fmt::format("Select type ALL_ATTRIBUTES is not supported for global secondary index {} "
                    "because its projection type is not ALL",
                    search.index->name)));
  }
  const auto missing = not_projected(search);
  if (missing.empty()) return {};
  return refuse(invalid(fmt::format("Global secondary index {} does not project [{}]",
                                    search.index->name, fmt::join(missing, ", "))));
}

json page(const Search& search, const std::function<void(const Items::Visit&)>& walk) {
  const auto limit = search.params.value("Limit", std::numeric_limits<std::int64_t>::max());
  const bool from_table = reads_table(search);
  std::int64_t scanned = 0, count = 0;
  std::size_t bytes = 0, table_bytes = 0;
  json items = json::array();
  json last;
  const bool counts_only = text_param(search.params, "Select") == "COUNT";
  walk([&](const json& whole) {
    ++scanned;
    const bool cuts = search.index != nullptr && !search.index->has_all();
    json narrow;
    if (cuts) narrow = projected(*search.table, *search.index, whole);
    const auto size = item_size(cuts ? narrow : whole);
    bytes += size;
    if (from_table && cuts) table_bytes += item_size(whole);
    const json& item = cuts && !from_table ? narrow : whole;
    if (!search.expressions.filter || matches(*search.expressions.filter, &item)) {
      ++count;
      if (!counts_only) {
        items.push_back(
            search.expressions.projection ? project(item, *search.expressions.projection) : item);
      }
    }
    const bool is_full = scanned >= limit || bytes >= kPageBytes;
    if (is_full) {
      last = key_attributes(search.table->keys, whole);
      last.update(key_attributes(search.keys(), whole));
    }
    return !is_full;
  });
  json out = {{"Count", count}, {"ScannedCount", scanned}};
  if (!counts_only) out["Items"] = std::move(items);
  if (!last.is_null()) out["LastEvaluatedKey"] = std::move(last);
  if (const auto detail = capacity_detail(search.params); !detail.empty()) {
    Capacity capacity(*search.table);
    const bool consistent = search.params.value("ConsistentRead", false);
    const auto units = read_units(bytes, consistent);
    if (search.index != nullptr) {
      capacity.read_index(*search.index, units);
      if (table_bytes > 0) capacity.read(read_units(table_bytes, consistent));
    } else {
      capacity.read(units);
    }
    out["ConsumedCapacity"] = capacity.shown(detail);
  }
  return out;
}

}  // namespace loopgate::dynamodb
