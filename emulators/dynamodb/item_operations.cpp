// PutItem, GetItem, UpdateItem, DeleteItem.
#include "emulators/dynamodb/writes.h"

namespace loopgate::dynamodb {

namespace {

// What ReturnValues asks for; null: nothing.
json returned(const json& params, const Write& write, const Change& change) {
  const auto wanted = text_param(params, "ReturnValues");
  const bool is_old = wanted.ends_with("_OLD");
  if (wanted.empty() || wanted == "NONE") return nullptr;
  const auto* of = is_old ? change.before() : change.now();
  if (of == nullptr) return nullptr;
  if (wanted.starts_with("ALL")) return *of;
  if (!write.update) return nullptr;
  auto out = project(*of, write.update->paths());
  return out.empty() ? json() : out;
}

ApiResult write_item(Context& context, const ApiCall& call, WriteKind kind) {
  auto write = read_write(kind, call.params);
  if (!write) return refuse(write.error());
  const auto table = find_table(context, call.caller, text_param(call.params, "TableName"));
  if (!table) return refuse(table.error());
  if (auto bound = bind_write(*write, **table); !bound) return refuse(bound.error());
  const auto change = plan_write(context, *write);
  if (!change) return refuse(change.error());
  carry_out(context, *write, *change);

  json out = json::object();
  if (auto attributes = returned(call.params, *write, *change); !attributes.is_null()) {
    out["Attributes"] = std::move(attributes);
  }
  if (const auto detail = capacity_detail(call.params); !detail.empty()) {
    Capacity capacity(**table);
    capacity.write(change->before(), change->now());
    out["ConsumedCapacity"] = capacity.shown(detail);
  }
  if (text_param(call.params, "ReturnItemCollectionMetrics") == "SIZE") {
    if (auto metrics = collection_metrics(*write); !metrics.is_null()) {
      out["ItemCollectionMetrics"] = std::move(metrics);
    }
  }
  return out;
}

}  // namespace

ApiResult put_item(Context& context, const ApiCall& call) {
  return write_item(context, call, WriteKind::kPut);
}

ApiResult update_item(Context& context, const ApiCall& call) {
  return write_item(context, call, WriteKind::kUpdate);
}

ApiResult delete_item(Context& context, const ApiCall& call) {
  return write_item(context, call, WriteKind::kDelete);
}

ApiResult get_item(Context& context, const ApiCall& call) {
  constexpr std::string_view kExpressions[] = {"ProjectionExpression"};
  constexpr std::string_view kLegacy[] = {"AttributesToGet"};
  auto params = call.params;
  if (auto checked = check_parameters(params, {kExpressions, kLegacy}); !checked) {
    return refuse(checked.error());
  }
  const auto attributes = read_attributes(params, "Key");
  if (!attributes) return refuse(attributes.error());
  const auto expressions = parse_expressions(params);
  if (!expressions) return refuse(expressions.error());
  const auto table = find_table(context, call.caller, text_param(params, "TableName"));
  if (!table) return refuse(table.error());
  const auto key = key_of(**table, *attributes);
  if (!key) return refuse(key.error());

  const auto found = context.tables.items().find(**table, *key);
  json out = json::object();
  if (found) {
    out["Item"] =
        expressions->projection ? project(found->item, *expressions->projection) : found->item;
  }
  if (const auto detail = capacity_detail(params); !detail.empty()) {
    Capacity capacity(**table);
    capacity.read(
        read_units(found ? item_size(found->item) : 0, params.value("ConsistentRead", false)));
    out["ConsumedCapacity"] = capacity.shown(detail);
  }
  return out;
}

}  // namespace loopgate::dynamodb
