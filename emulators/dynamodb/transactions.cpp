// TransactWriteItems and TransactGetItems: all or nothing, and why nothing.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "base/json.h"
#include "codec/sha256.h"
#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/writes.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::pair<const char*, WriteKind> kKinds[] = {{"ConditionCheck", WriteKind::kCheck},
                                                        {"Put", WriteKind::kPut},
                                                        {"Delete", WriteKind::kDelete},
                                                        {"Update", WriteKind::kUpdate}};

Outcome<Write> read_transact(const json& request) {
  const json* found = nullptr;
  auto kind = WriteKind::kPut;
  for (const auto& [name, each] : kKinds) {
    const auto at = request.find(name);
    if (at == request.end()) continue;
    if (found != nullptr) {
      return refuse(
          validation("TransactItems can only contain one of Check, Put, Update or Delete"));
    }
    found = &*at;
    kind = each;
  }
  if (found == nullptr) {
    return refuse(validation(
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"));
  }
  return read_write(kind, *found);
}

const std::string& table_of(const json& request) {
  return request.begin()->at("TableName").get_ref<const std::string&>();
}

json reason(const aws::AwsError& error) {
  json out = {{"Code", error.code == "ConditionalCheckFailedException" ? "ConditionalCheckFailed"
                                                                       : "ValidationError"},
              {"Message", error.message}};
  if (error.members) out.update(*error.members);
  return out;
}

aws::AwsError cancelled(json reasons) {
  std::vector<std::string> codes;
  for (const auto& each : reasons) codes.push_back(each.value("Code", "None"));
  const auto message = fmt::format(
      "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
      fmt::join(codes, ", "));
  auto out = error("TransactionCanceledException", message);
  out.members = std::make_shared<const json>(
      json{{"CancellationReasons", std::move(reasons)}, {"Message", message}});
  return out;
}

// The reasons of all steps: nothing when each has succeeded.
class Reasons {
 public:
  void add(const Outcome<void>& outcome) {
    reasons_.push_back(outcome ? json{{"Code", "None"}} : reason(outcome.error()));
    failed_ = failed_ || !outcome;
  }
  Outcome<void> outcome() && {
    if (failed_) return refuse(cancelled(std::move(reasons_)));
    return {};
  }

 private:
  json reasons_ = json::array();
  bool failed_ = false;
};

Outcome<std::vector<Write>> read_all(Context& context, const ApiCall& call) {
  std::vector<Write> out;
  std::size_t bytes = 0;
  for (const auto& request : call.params["TransactItems"]) {
    auto write = read_transact(request);
    if (!write) return refuse(write.error());
    bytes += item_size(write->item);
    out.push_back(std::move(*write));
  }
  if (bytes > kTransactionBytes) {
    return refuse(validation("Transaction payload cannot exceed 4 MB"));
  }
  Reasons reasons;
  std::size_t at = 0;
  for (const auto& request : call.params["TransactItems"]) {
    const auto table = find_table(context, call.caller, table_of(request));
    if (!table) return refuse(table.error());
    reasons.add(bind_write(out[at++], **table));
  }
  if (auto bound = std::move(reasons).outcome(); !bound) return refuse(bound.error());
  std::set<std::pair<const Table*, Key>> seen;
  for (const auto& write : out) {
    if (seen.emplace(write.table, write.key).second) continue;
    return refuse(validation("Transaction request cannot include multiple operations on one item"));
  }
  return out;
}

Outcome<std::vector<Change>> plan_all(Context& context, const std::vector<Write>& writes) {
  std::vector<Change> out;
  Reasons reasons;
  for (const auto& write : writes) {
    auto change = plan_write(context, write);
    reasons.add(change ? Outcome<void>() : refuse(change.error()));
    if (change) out.push_back(std::move(*change));
  }
  if (auto planned = std::move(reasons).outcome(); !planned) return refuse(planned.error());
  return out;
}

// By table, as the answer lists it.
class Consumed {
 public:
  Capacity& of(const Table& table) {
    return all_.try_emplace(table.name, table, true).first->second;
  }
  void put(json& out, const json& params) const {
    const auto detail = capacity_detail(params);
    if (detail.empty()) return;
    auto list = json::array();
    for (const auto& [name, capacity] : all_) list.push_back(capacity.shown(detail));
    out["ConsumedCapacity"] = std::move(list);
  }

 private:
  std::map<std::string, Capacity> all_;
};

ApiResult write_all(Context& context, const ApiCall& call) {
  const auto writes = read_all(context, call);
  if (!writes) return refuse(writes.error());
  const auto changes = plan_all(context, *writes);
  if (!changes) return refuse(changes.error());
  json out = json::object();
  const bool wants_metrics = text_param(call.params, "ReturnItemCollectionMetrics") == "SIZE";
  Consumed consumed;
  for (std::size_t i = 0; i < writes->size(); ++i) {
    const auto& write = (*writes)[i];
    const auto& change = (*changes)[i];
    carry_out(context, write, change);
    consumed.of(*write.table).write(change.before(), change.now());
    if (auto metrics = wants_metrics ? collection_metrics(write) : json(); !metrics.is_null()) {
      out["ItemCollectionMetrics"][write.table->name].push_back(std::move(metrics));
    }
  }
  consumed.put(out, call.params);
  return out;
}

}  // namespace

ApiResult transact_write_items(Context& context, const ApiCall& call) {
  const auto token = text_param(call.params, "ClientRequestToken");
  if (token.empty()) return write_all(context, call);
  const auto& [account, region] = std::tie(call.caller.account, call.caller.region);
  const auto request = codec::sha256_hex(as_bytes(write_json(call.params["TransactItems"])));
  if (const auto known = context.tokens.find(account, region, token)) {
    if (known->request != request) {
      return refuse(error("IdempotentParameterMismatchException",
                          "The parameters of this request are different from those of the one that "
                          "had this token first"));
    }
    return read_json(known->answer).value_or(json::object());
  }
  auto out = write_all(context, call);
  if (out) context.tokens.put(account, region, token, {request, write_json(*out)});
  return out;
}

ApiResult transact_get_items(Context& context, const ApiCall& call) {
  struct Get {
    const Table* table;
    json key_attributes;
    std::optional<std::vector<Path>> projection;
    Key key{};
  };
  constexpr std::string_view kExpressions[] = {"ProjectionExpression"};
  std::vector<Get> gets;
  for (const auto& request : call.params["TransactItems"]) {
    json get = request["Get"];
    if (auto checked = check_parameters(get, {kExpressions, {}}); !checked) {
      return refuse(checked.error());
    }
    auto key = read_attributes(get, "Key");
    if (!key) return refuse(key.error());
    auto expressions = parse_expressions(get);
    if (!expressions) return refuse(expressions.error());
    const auto table = find_table(context, call.caller, text_param(get, "TableName"));
    if (!table) return refuse(table.error());
    gets.push_back({*table, std::move(*key), std::move(expressions->projection)});
  }
  Reasons reasons;
  for (auto& get : gets) {
    auto key = key_of(*get.table, get.key_attributes);
    reasons.add(key ? Outcome<void>() : refuse(key.error()));
    if (key) get.key = std::move(*key);
  }
  if (auto done = std::move(reasons).outcome(); !done) return refuse(done.error());
  json out = {{"Responses", json::array()}};
  Consumed consumed;
  for (const auto& get : gets) {
    const auto found = context.tables.items().find(*get.table, get.key);
    consumed.of(*get.table).read(read_units(found ? item_size(found->item) : 0, true));
    json response = json::object();
    if (found) {
      response["Item"] = get.projection ? project(found->item, *get.projection) : found->item;
    }
    out["Responses"].push_back(std::move(response));
  }
  consumed.put(out, call.params);
  return out;
}

}  // namespace loopgate::dynamodb
