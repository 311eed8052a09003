// Tables as CreateTable and UpdateTable define them: read and checked in AWS's order.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
#pragma once

#include "emulators/dynamodb/errors.h"
#include "emulators/dynamodb/expressions/value.h"
#include "emulators/dynamodb/table.h"

namespace loopgate::dynamodb {

// Without ARN and tags. ValidationException.
Outcome<Table> read_definition(const json& params);
// The changes of UpdateTable. ValidationException, ResourceNotFoundException (an index),
// ResourceInUseException (an index that exists).
Outcome<Table> changed_definition(Table table, const json& params);

}  // namespace loopgate::dynamodb
