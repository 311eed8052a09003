// What requests about items have in common: their expressions, in the order in which AWS checks
// them.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emulators/dynamodb/operations.h"

namespace loopgate::dynamodb {

// Which parameters of an operation are expressions, and which are their predecessors, which AWS
// calls legacy.
struct ExpressionParameters {
  std::span<const std::string_view> expressions;
  std::span<const std::string_view> legacy;
};

// ValidationException: of both kinds, placeholders without expressions, a legacy parameter (which
// is not emulated).
Outcome<void> check_parameters(const json& params, const ExpressionParameters& known);

struct Expressions {
  std::optional<Update> update{};
  std::optional<Expression> condition{};
  std::optional<std::vector<KeyCondition>> keys{};
  std::optional<Expression> filter{};
  std::optional<std::vector<Path>> projection{};
};
// Of all expressions that are there.
Outcome<Expressions> parse_expressions(json& params);

// A map of attributes, a key or an item, brought into its normal form; empty when it is missing.
// It is taken out of the parameters.
Outcome<json> read_attributes(json& params, const char* name);

// "TOTAL" or "INDEXES"; empty: not asked for.
inline std::string capacity_detail(const json& params) {
  auto detail = text_param(params, "ReturnConsumedCapacity");
  return detail == "NONE" ? std::string() : detail;
}

}  // namespace loopgate::dynamodb
