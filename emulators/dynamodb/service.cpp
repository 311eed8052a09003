#include "emulators/dynamodb/service.h"

#include "aws/shapes/services.h"

namespace loopgate::dynamodb {

namespace {

constexpr http::Operation<Context> kOperations[] = {
    {"CreateTable", create_table},
    {"DescribeTable", describe_table},
    {"ListTables", list_tables},
    {"UpdateTable", update_table},
    {"DeleteTable", delete_table},
    {"UpdateTimeToLive", update_time_to_live},
    {"DescribeTimeToLive", describe_time_to_live},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTagsOfResource", list_tags_of_resource},
    {"PutItem", put_item},
    {"GetItem", get_item},
    {"UpdateItem", update_item},
    {"DeleteItem", delete_item},
    {"Query", query},
    {"Scan", scan},
    {"BatchGetItem", batch_get_item},
    {"BatchWriteItem", batch_write_item},
    {"TransactGetItems", transact_get_items},
    {"TransactWriteItems", transact_write_items},
    {"DescribeLimits", describe_limits},
    {"DescribeContinuousBackups", describe_continuous_backups},
    {"DescribeEndpoints", describe_endpoints},
};

// The tables of a call of several, each with the action that it needs.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
std::vector<http::Permission> of_each_table(const http::ApiCall& call) {
  std::vector<http::Permission> out;
  const auto add = [&](std::string_view action, const std::string& name) {
    out.push_back({"dynamodb:" + std::string(action), table_arn(call.caller, name)});
  };
  if (const auto items = call.params.find("RequestItems"); items != call.params.end()) {
    for (const auto& each : items->items()) add(call.operation, each.key());
  }
  for (const auto& each : call.params.value("TransactItems", json::array())) {
    for (const auto& part : each.items()) {
      add(part.key() + "Item", text_param(part.value(), "TableName"));
    }
  }
  return out;
}

}  // namespace

DynamoDbService::DynamoDbService(Context& context)
    : TableService(aws::shapes::kDynamodb, kOperations, context) {}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
http::Permission DynamoDbService::permission_for(const http::ApiCall& call) const {
  const auto action = "dynamodb:" + call.operation;
  if (auto arn = text_param(call.params, "ResourceArn"); !arn.empty()) return {action, arn};
  const auto name = text_param(call.params, "TableName");
  if (!name.empty()) {
    const auto arn = table_arn(call.caller, name);
    const auto index = text_param(call.params, "IndexName");
    return {action, index.empty() ? arn : arn + "/index/" + index};
  }
  auto each = of_each_table(call);
  if (!each.empty()) return std::move(each.front());
  return {action, "*"};
}

std::vector<http::Permission> DynamoDbService::further_permissions(
    const http::ApiCall& call) const {
  auto each = of_each_table(call);
  if (!each.empty()) each.erase(each.begin());
  return each;
}

}  // namespace loopgate::dynamodb
