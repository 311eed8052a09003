// DynamoDB's operations, and what they share.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamodb/errors.h"
#include "emulators/dynamodb/expressions/condition.h"
#include "emulators/dynamodb/expressions/projection.h"
#include "emulators/dynamodb/expressions/update.h"
#include "emulators/dynamodb/tables.h"
#include "emulators/dynamodb/tokens.h"
#include "emulators/http/api.h"

namespace loopgate::dynamodb {

using http::ApiCall;
using http::ApiResult;
using http::text_param;

struct Context {
  Tables& tables;
  Tokens& tokens;
};

// --- tables ---
ApiResult create_table(Context& context, const ApiCall& call);
ApiResult describe_table(Context& context, const ApiCall& call);
ApiResult list_tables(Context& context, const ApiCall& call);
ApiResult update_table(Context& context, const ApiCall& call);
ApiResult delete_table(Context& context, const ApiCall& call);
ApiResult update_time_to_live(Context& context, const ApiCall& call);
ApiResult describe_time_to_live(Context& context, const ApiCall& call);
ApiResult tag_resource(Context& context, const ApiCall& call);
ApiResult untag_resource(Context& context, const ApiCall& call);
ApiResult list_tags_of_resource(Context& context, const ApiCall& call);
ApiResult describe_limits(Context& context, const ApiCall& call);
ApiResult describe_continuous_backups(Context& context, const ApiCall& call);
ApiResult describe_endpoints(Context& context, const ApiCall& call);
// --- items ---
ApiResult put_item(Context& context, const ApiCall& call);
ApiResult get_item(Context& context, const ApiCall& call);
ApiResult update_item(Context& context, const ApiCall& call);
ApiResult delete_item(Context& context, const ApiCall& call);
ApiResult query(Context& context, const ApiCall& call);
ApiResult scan(Context& context, const ApiCall& call);
ApiResult batch_get_item(Context& context, const ApiCall& call);
ApiResult batch_write_item(Context& context, const ApiCall& call);
ApiResult transact_get_items(Context& context, const ApiCall& call);
ApiResult transact_write_items(Context& context, const ApiCall& call);

// "arn:aws:dynamodb:…:table/NAME" of a name, or the ARN that stands in its place.
std::string table_arn(const http::Caller& caller, const std::string& name_or_arn);
// ValidationException in the words of the constraint that the name breaks. `member`: "tableName".
Outcome<void> check_name(std::string_view name, std::string_view member);
// Of an operation on items: ResourceNotFoundException.
Outcome<const Table*> find_table(Context& context, const http::Caller& caller,
                                 const std::string& name_or_arn);
// {AttributeName, KeyType} as AWS lists them.
json shown(const KeySchema& keys);
// TableDescription, as it is seen from the caller's region.
json description(Context& context, const http::Caller& caller, const Table& table,
                 std::string_view status);

}  // namespace loopgate::dynamodb
