// The table of what can be polled.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "emulators/lambda/sources/dynamodb_source.h"
#include "emulators/lambda/sources/source.h"
#include "emulators/lambda/sources/sqs_source.h"

namespace loopgate::lambda {

namespace {

constexpr std::array<EventSourceType, 2> kTypes = {{
    {"sqs", 10, validate_sqs, check_sqs, make_sqs_source, "SQS"},
    {"dynamodb", 100, validate_dynamodb, check_dynamodb, make_dynamodb_source, "DynamoDB", true},
}};

}  // namespace

std::span<const EventSourceType> source_types() {
  return kTypes;
}

const EventSourceType* source_type(std::string_view source_arn) {
  const auto arn = aws::Arn::parse(source_arn);
  if (!arn) return nullptr;
  const auto* found = std::ranges::find(kTypes, arn->service, &EventSourceType::service);
  return found == kTypes.end() ? nullptr : found;
}

void with_execution_role(const SourceWorld& world, const FunctionPtr& function,
                         std::move_only_function<void(aws::SessionPtr)> then) {
  auto own = std::make_shared<aws::Session>();
  own->account = function->account;
  own->name = function->name;
  own->expires = WallTime::max();
  const auto role = aws::Arn::parse(function->role);
  if (!role) return then(std::move(own));
  const auto name = role->resource.substr(role->resource.rfind('/') + 1);
  auto owner = std::make_shared<aws::Session>(*own);
  owner->account = role->account;
  world.api.call(std::move(owner), {function->region, "iam", "GetRole"}, {{"RoleName", name}},
                 [&journal = world.journal, own, function,
                  then = std::move(then)](aws::Outcome<nlohmann::json> found) mutable {
                   if (found) {
                     own->role_arn = function->role;
                   } else {
                     journal.warn(fmt::format(
                         "{}: its role {} was not made here, so what it may do to event sources is "
                         "not checked",
                         function->name, function->role));
                   }
                   then(std::move(own));
                 });
}

}  // namespace loopgate::lambda
