// BatchGetItem and BatchWriteItem.
#include <fmt/format.h>

#include <set>

#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/writes.h"

namespace loopgate::dynamodb {

namespace {

// What stands under a table's name in RequestItems.
struct Read {
  std::string name;
  const Table* table = nullptr;
  std::vector<Key> keys{};
  std::optional<std::vector<Path>> projection{};
  bool consistent = false;
};

Outcome<void> check_total(const json& request_items, const char* list, std::size_t most,
                          std::string_view operation) {
  std::size_t count = 0;
  for (const auto& each : request_items) {
    count += list == nullptr ? each.size() : each.value(list, json::array()).size();
  }
  if (count <= most) return {};
  return refuse(validation(fmt::format("Too many items requested for the {} call", operation)));
}

const aws::AwsError& duplicates() {
  static const auto kError = validation("Provided list of item keys contains duplicates");
  return kError;
}

Outcome<Read> read_request(Context& context, const ApiCall& call, const std::string& name,
                           json request) {
  constexpr std::string_view kExpressions[] = {"ProjectionExpression"};
  constexpr std::string_view kLegacy[] = {"AttributesToGet"};
  Read out{.name = name};
  if (auto checked = check_parameters(request, {kExpressions, kLegacy}); !checked) {
    return refuse(checked.error());
  }
  for (auto& key : request["Keys"]) {
    if (auto checked = check_item(key); !checked) return refuse(validation(checked.error()));
  }
  auto expressions = parse_expressions(request);
  if (!expressions) return refuse(expressions.error());
  out.projection = std::move(expressions->projection);
  out.consistent = request.value("ConsistentRead", false);
  const auto table = find_table(context, call.caller, name);
  if (!table) return refuse(table.error());
  out.table = *table;
  std::set<Key> seen;
  for (const auto& each : request["Keys"]) {
    auto key = key_of(*out.table, each);
    if (!key) return refuse(key.error());
    if (!seen.insert(*key).second) return refuse(duplicates());
    out.keys.push_back(std::move(*key));
  }
  return out;
}

// Without the keys that were answered.
json unprocessed(const json& request, std::size_t answered) {
  json out = request;
  auto& keys = out["Keys"];
  keys.erase(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(answered));
  return out;
}

void put_capacity(json& out, const json& params, const std::vector<Capacity>& consumed) {
  const auto detail = capacity_detail(params);
  if (detail.empty()) return;
  auto list = json::array();
  for (const auto& each : consumed) list.push_back(each.shown(detail));
  out["ConsumedCapacity"] = std::move(list);
}

}  // namespace

ApiResult batch_get_item(Context& context, const ApiCall& call) {
  const auto& requests = call.params["RequestItems"];
  if (auto checked = check_total(requests, "Keys", kMostBatchGets, "BatchGetItem"); !checked) {
    return refuse(checked.error());
  }
  std::vector<Read> reads;
  for (const auto& request : requests.items()) {
    auto read = read_request(context, call, request.key(), request.value());
    if (!read) return refuse(read.error());
    reads.push_back(std::move(*read));
  }
  json out = {{"Responses", json::object()}, {"UnprocessedKeys", json::object()}};
  std::vector<Capacity> consumed;
  std::size_t bytes = 0;
  for (const auto& read : reads) {
    auto& items = out["Responses"][read.name] = json::array();
    Capacity capacity(*read.table);
    std::size_t answered = 0;
    for (; answered < read.keys.size() && bytes < kBatchGetBytes; ++answered) {
      const auto found = context.tables.items().find(*read.table, read.keys[answered]);
      const auto size = found ? item_size(found->item) : 0;
      bytes += size;
      capacity.read(read_units(size, read.consistent));
      if (found) {
        items.push_back(read.projection ? project(found->item, *read.projection) : found->item);
      }
    }
    if (answered < read.keys.size()) {
      out["UnprocessedKeys"][read.name] = unprocessed(requests[read.name], answered);
    }
    consumed.push_back(std::move(capacity));
  }
  put_capacity(out, call.params, consumed);
  return out;
}

namespace {

Outcome<Write> batched_write(const json& request) {
  const auto put = request.find("PutRequest"), remove = request.find("DeleteRequest");
  const bool puts = put != request.end(), removes = remove != request.end();
  if (puts && removes) {
    return refuse(validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes"));
  }
  if (!puts && !removes) {
    return refuse(validation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"));
  }
  return read_write(puts ? WriteKind::kPut : WriteKind::kDelete, puts ? *put : *remove);
}

struct TableWrites {
  std::string name;
  const Table* table = nullptr;
  std::vector<Write> writes{};
};

Outcome<TableWrites> read_writes(const std::string& name, const json& requests) {
  TableWrites out{.name = name};
  for (const auto& request : requests) {
    auto write = batched_write(request);
    if (!write) return refuse(write.error());
    out.writes.push_back(std::move(*write));
  }
  return out;
}

Outcome<void> bind(Context& context, const ApiCall& call, TableWrites& all) {
  const auto table = find_table(context, call.caller, all.name);
  if (!table) return refuse(table.error());
  all.table = *table;
  std::set<Key> seen;
  for (auto& write : all.writes) {
    if (auto bound = bind_write(write, **table); !bound) return bound;
    if (!seen.insert(write.key).second) return refuse(duplicates());
  }
  return {};
}

}  // namespace

ApiResult batch_write_item(Context& context, const ApiCall& call) {
  const auto& requests = call.params["RequestItems"];
  if (auto checked = check_total(requests, nullptr, kMostBatchWrites, "BatchWriteItem"); !checked) {
    return refuse(checked.error());
  }
  std::vector<TableWrites> tables;
  for (const auto& each : requests.items()) {
    auto writes = read_writes(each.key(), each.value());
    if (!writes) return refuse(writes.error());
    tables.push_back(std::move(*writes));
  }
  for (auto& each : tables) {
    if (auto bound = bind(context, call, each); !bound) return refuse(bound.error());
  }
  json out = {{"UnprocessedItems", json::object()}};
  const bool wants_metrics = text_param(call.params, "ReturnItemCollectionMetrics") == "SIZE";
  std::vector<Capacity> consumed;
  for (const auto& each : tables) {
    Capacity capacity(*each.table);
    for (const auto& write : each.writes) {
      const auto change = plan_write(context, write);
      if (!change) return refuse(change.error());
      carry_out(context, write, *change);
      capacity.write(change->before(), change->now());
      if (auto metrics = wants_metrics ? collection_metrics(write) : json(); !metrics.is_null()) {
        out["ItemCollectionMetrics"][each.name].push_back(std::move(metrics));
      }
    }
    consumed.push_back(std::move(capacity));
  }
  put_capacity(out, call.params, consumed);
  return out;
}

}  // namespace loopgate::dynamodb
