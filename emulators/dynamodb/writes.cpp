#include "emulators/dynamodb/writes.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kConditionOnly[] = {"ConditionExpression"};
constexpr std::string_view kUpdateToo[] = {"UpdateExpression", "ConditionExpression"};
constexpr std::string_view kLegacy[] = {"Expected", "ConditionalOperator"};
constexpr std::string_view kLegacyUpdate[] = {"AttributeUpdates", "Expected",
                                              "ConditionalOperator"};

Outcome<void> check_return_values(WriteKind kind, const json& params) {
  const auto wanted = text_param(params, "ReturnValues");
  if (kind == WriteKind::kUpdate || wanted.empty() || wanted == "NONE" || wanted == "ALL_OLD")
    return {};
  return refuse(validation("ReturnValues can only be ALL_OLD or NONE"));
}

Outcome<void> check_updated_paths(const Write& write) {
  if (!write.update) return {};
  for (const auto& path : write.update->paths()) {
    const auto& name = path.front().name;
    if (!write.table->is_key(name)) continue;
    return refuse(invalid(
        fmt::format("Cannot update attribute {}. This attribute is part of the key", name)));
  }
  return {};
}

Outcome<json> updated(const Write& write, const json* before) {
  json item = before != nullptr ? *before : write.item;
  if (!write.update) return item;
  if (auto applied = apply(*write.update, item); !applied) {
    return refuse(validation(applied.error()));
  }
  if (item_size(item) > kMostItemBytes) {
    return refuse(validation("Item size to update has exceeded the maximum allowed size"));
  }
  // An update may nest what was allowed alone.
  if (auto checked = check_item(item); !checked) return refuse(validation(checked.error()));
  if (auto checked = check_index_keys(*write.table, item, true); !checked) {
    return refuse(checked.error());
  }
  return item;
}

}  // namespace

Outcome<Write> read_write(WriteKind kind, json params) {
  const bool updates = kind == WriteKind::kUpdate;
  const auto known = updates ? ExpressionParameters{kUpdateToo, kLegacyUpdate}
                             : ExpressionParameters{kConditionOnly, kLegacy};
  if (auto checked = check_parameters(params, known); !checked) return refuse(checked.error());
  Write out{.kind = kind};
  auto attributes = read_attributes(params, kind == WriteKind::kPut ? "Item" : "Key");
  if (!attributes) return refuse(attributes.error());
  out.item = std::move(*attributes);
  if (auto checked = check_return_values(kind, params); !checked) return refuse(checked.error());
  if (kind == WriteKind::kPut && item_size(out.item) > kMostItemBytes) {
    return refuse(validation("Item size has exceeded the maximum allowed size"));
  }
  auto expressions = parse_expressions(params);
  if (!expressions) return refuse(expressions.error());
  out.condition = std::move(expressions->condition);
  out.update = std::move(expressions->update);
  out.shows_old_on_failure = text_param(params, "ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
  return out;
}

Outcome<void> bind_write(Write& write, const Table& table) {
  write.table = &table;
  auto key =
      write.kind == WriteKind::kPut ? key_of_item(table, write.item) : key_of(table, write.item);
  if (!key) return refuse(key.error());
  write.key = std::move(*key);
  if (write.kind == WriteKind::kPut) return check_index_keys(table, write.item, false);
  return check_updated_paths(write);
}

Outcome<Change> plan_write(Context& context, const Write& write) {
  Change out{.old = context.tables.items().find(*write.table, write.key)};
  if (write.condition && !matches(*write.condition, out.before())) {
    auto failed = condition_failed();
    if (write.shows_old_on_failure && out.old) {
      failed.members = std::make_shared<const json>(json{{"Item", out.old->item}});
    }
    return refuse(std::move(failed));
  }
  if (write.kind == WriteKind::kPut) out.item = write.item;
  if (write.kind == WriteKind::kCheck && out.old) out.item = out.old->item;
  if (write.kind == WriteKind::kUpdate) {
    auto item = updated(write, out.before());
    if (!item) return refuse(item.error());
    out.item = std::move(*item);
  }
  return out;
}

void carry_out(Context& context, const Write& write, const Change& change) {
  if (write.kind == WriteKind::kCheck) return;
  if (change.item) {
    context.tables.put(*write.table, write.key, *change.item, change.old);
  } else if (change.old) {
    context.tables.remove(*write.table, write.key, *change.old);
  }
}

json collection_metrics(const Write& write) {
  if (!write.table->has_local_indexes()) return nullptr;
  const auto& hash = write.table->keys.hash;
  return {{"ItemCollectionKey", {{hash, write.item[hash]}}},
          {"SizeEstimateRangeGB", json::array({0.0, 1.0})}};
}

}  // namespace loopgate::dynamodb
