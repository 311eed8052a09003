// Query: items of one hash key, in the order of the range key.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/search.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kExpressions[] = {"ProjectionExpression", "FilterExpression",
                                             "KeyConditionExpression"};
constexpr std::string_view kLegacy[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator",
                                        "KeyConditions"};

// Longer than any range key, and beyond all of them.
std::string beyond_all() {
  return std::string(kMostRangeBytes + 8, '\xFF');
}

// What follows everything that begins so.
std::string beyond_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (prefix.empty()) return beyond_all();
  prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

const KeyCondition* condition_on(const Search& search, const std::string& name) {
  const auto found = std::ranges::find(*search.expressions.keys, name, &KeyCondition::name);
  return found == search.expressions.keys->end() ? nullptr : &*found;
}

Outcome<void> check_condition(const Search& search, const KeyCondition& condition, bool is_hash) {
  const auto wanted = search.table->type_of(condition.name);
  const bool has_two = condition.comparison == "BETWEEN";
  if (type_of(condition.from) != wanted || (has_two && type_of(condition.to) != wanted)) {
    return refuse(invalid("Condition parameter type does not match schema type"));
  }
  if (is_hash && condition.comparison != "=") {
    return refuse(validation("Query key condition not supported"));
  }
  const auto& inner = content(condition.from);
  if (inner.get_ref<const std::string&>().empty() && condition.comparison != "begins_with") {
    return refuse(validation(fmt::format(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty {} value. Key: {}",
        wanted == "B" ? "binary" : "string", condition.name)));
  }
  return {};
}

Outcome<void> check_conditions(const Search& search) {
  const auto& keys = search.keys();
  const auto count = search.expressions.keys->size();
  const auto missed = [](const std::string& name) {
    return refuse(validation("Query condition missed key schema element: " + name));
  };
  if (keys.range.empty() && count > 1) {
    return refuse(validation("Query key condition not supported"));
  }
  const auto* hash = condition_on(search, keys.hash);
  if (hash == nullptr) return missed(keys.hash);
  if (auto checked = check_condition(search, *hash, true); !checked) return checked;
  if (count == 1) return {};
  const auto* range = condition_on(search, keys.range);
  if (range == nullptr) return missed(keys.range);
  return check_condition(search, *range, false);
}

KeyRange range_of(const Search& search) {
  KeyRange out{.hash = hash_key_bytes(condition_on(search, search.keys().hash)->from),
               .to = beyond_all(),
               .backwards = !search.params.value("ScanIndexForward", true)};
  if (search.keys().range.empty()) return out;
  const auto* condition = condition_on(search, search.keys().range);
  if (condition == nullptr) return out;
  const auto from = key_bytes(condition->from);
  const auto& comparison = condition->comparison;
  if (comparison == "=" || comparison == ">=" || comparison == "BETWEEN" ||
      comparison == "begins_with") {
    out.from = from;
  }
  if (comparison == ">") out.from = after(from);
  if (comparison == "<") out.to = from;
  if (comparison == "=" || comparison == "<=") out.to = after(from);
  if (comparison == "BETWEEN") out.to = after(key_bytes(condition->to));
  if (comparison == "begins_with") out.to = beyond_prefix(from);
  return out;
}

Outcome<void> check_start(const Search& search, const KeyRange& range) {
  if (!search.start) return {};
  const auto& place = search.start->place;
  const bool has_range_condition = search.expressions.keys->size() > 1;
  if (has_range_condition && (place.range < range.from || place.range >= range.to)) {
    return refuse(validation("The provided starting key does not match the range key predicate"));
  }
  if (place.hash == range.hash) return {};
  return refuse(validation(
      "The provided starting key is outside query boundaries based on provided conditions"));
}

Outcome<void> check_filter(const Search& search) {
  if (!search.expressions.filter) return {};
  const auto heads = path_heads(*search.expressions.filter);
  for (const auto& name : search.keys().names()) {
    if (!heads.contains(name)) continue;
    return refuse(validation(
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: " +
        name));
  }
  return {};
}

}  // namespace

ApiResult query(Context& context, const ApiCall& call) {
  Search search{.params = call.params};
  if (auto checked = check_parameters(search.params, {kExpressions, kLegacy}); !checked) {
    return refuse(checked.error());
  }
  if (!search.params.contains("KeyConditionExpression")) {
    return refuse(validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request."));
  }
  auto expressions = parse_expressions(search.params);
  if (!expressions) return refuse(expressions.error());
  search.expressions = std::move(*expressions);
  auto checked = find_source(context, call.caller, search);
  if (checked) checked = check_conditions(search);
  if (checked) checked = read_start(search);
  if (!checked) return refuse(checked.error());
  const auto range = range_of(search);
  checked = check_start(search, range);
  if (checked) checked = check_filter(search);
  if (checked) checked = check_selection(search);
  if (!checked) return refuse(checked.error());
  return page(search, [&](const Items::Visit& visit) {
    context.tables.items().query(*search.table, search.index, range, search.start, visit);
  });
}

}  // namespace loopgate::dynamodb
