#include "emulators/dynamodb/expressions/condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamodb/expressions/checks.h"
#include "emulators/dynamodb/expressions/parser.h"

namespace loopgate::dynamodb {

namespace {

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
constexpr std::size_t kMostInOperands = 100;

struct Function {
  std::string_view name;
  std::size_t operands;
};
constexpr Function kFunctions[] = {{"attribute_exists", 1}, {"attribute_not_exists", 1},
                                   {"attribute_type", 2},   {"begins_with", 2},
                                   {"contains", 2},         {"size", 1}};
constexpr std::string_view kTypes[] = {"S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"};

const Function* find_function(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &Function::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

std::string operand_type_error(std::string_view function, std::string_view type) {
  return fmt::format(
      "Incorrect operand type for operator or function; operator or function: {}, operand type: {}",
      function, type);
}

// The type that is known without an item; "" when none is.
std::string_view known_type(const Expression& expression) {
  if (expression.kind == Kind::kValue) return type_of(expression.value);
  if (expression.kind != Kind::kFunction) return "";
  return expression.name == "size" ? "N" : "BOOL";
}

Parsed<void> check_functions_known(const Expression& expression) {
  for (const auto& arg : expression.args) {
    if (auto done = check_functions_known(arg); !done) return done;
  }
  if (expression.kind != Kind::kFunction || find_function(expression.name) != nullptr) return {};
  return std::unexpected("Invalid function name; function: " + expression.name);
}

// `size` gives a number and all others conditions.
Parsed<void> check_use(const Expression& expression, bool as_condition) {
  if (expression.kind == Kind::kFunction && (expression.name == "size") == as_condition) {
    return std::unexpected(
        "The function is not allowed to be used this way in an expression; function: " +
        expression.name);
  }
  const bool combines = expression.kind == Kind::kAnd || expression.kind == Kind::kOr ||
                        expression.kind == Kind::kNot;
  for (const auto& arg : expression.args) {
    if (auto done = check_use(arg, combines); !done) return done;
  }
  return {};
}

Parsed<void> check_distinct(const Expression& expression) {
  if (expression.args.size() != 2) return {};
  const auto &a = expression.args[0], &b = expression.args[1];
  if (a.kind != Kind::kPath || b.kind != Kind::kPath || a.path != b.path) return {};
  return std::unexpected(fmt::format(
      "The first operand must be distinct from the remaining operands for this operator or "
      "function; operator: {}, first operand: {}",
      expression.name, shown(a.path)));
}

Parsed<void> check_operand_types(const Expression& function) {
  const auto& args = function.args;
  const auto& name = function.name;
  if (name.starts_with("attribute_") && args[0].kind != Kind::kPath) {
    return std::unexpected("Operator or function requires a document path; operator or function: " +
                           name);
  }
  if (name == "begins_with") {
    for (const auto& arg : args) {
      const auto type = known_type(arg);
      if (!type.empty() && type != "S" && type != "B") {
        return std::unexpected(operand_type_error(name, type));
      }
    }
  }
  if (name == "attribute_type") {
    const auto type = known_type(args[1]);
    if (type != "S") {
      return std::unexpected(
          operand_type_error(name, type.empty() ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : type));
    }
    const auto& wanted = content(args[1].value).get_ref<const std::string&>();
    if (std::ranges::find(kTypes, wanted) == std::end(kTypes)) {
      return std::unexpected(
          fmt::format("Invalid attribute type name found; type: {}, valid types: "
                      "{{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
                      wanted));
    }
  }
  if (name == "size") {
    const auto type = known_type(args[0]);
    if (type == "N" || type == "BOOL" || type == "NULL") {
      return std::unexpected(operand_type_error(name, type));
    }
  }
  return {};
}

Parsed<void> check_function(const Expression& function) {
  if (function.args.size() != find_function(function.name)->operands) {
    return std::unexpected(
        fmt::format("Incorrect number of operands for operator or function; operator or function: "
                    "{}, number of operands: {}",
                    function.name, function.args.size()));
  }
  if (auto done = check_distinct(function); !done) return done;
  return check_operand_types(function);
}

Parsed<void> check_bounds(const Expression& between) {
  const auto &lower = between.args[1], &upper = between.args[2];
  if (lower.kind != Kind::kValue || upper.kind != Kind::kValue) return {};
  const auto say = [&](std::string_view what) {
    return std::unexpected(fmt::format(
        "The BETWEEN operator requires {}; lower bound operand: AttributeValue: {}, upper bound "
        "operand: AttributeValue: {}",
        what, shown(lower.value), shown(upper.value)));
  };
  if (type_of(lower.value) != type_of(upper.value)) {
    return say("same data type for lower and upper bounds");
  }
  const auto order = compare(lower.value, upper.value);
  if (order && *order > 0) return say("upper bound to be greater than or equal to lower bound");
  return {};
}

bool is_ordering(std::string_view comparator) {
  return comparator != "=" && comparator != "<>";
}

// Only strings, numbers and binaries have an order.
Parsed<void> check_comparison(const Expression& comparison) {
  if (auto done = check_distinct(comparison); !done) return done;
  if (!is_ordering(comparison.name)) return {};
  for (const auto& arg : comparison.args) {
    if (arg.kind != Kind::kValue) continue;
    const auto& type = type_of(arg.value);
    if (type != "S" && type != "N" && type != "B") {
      return std::unexpected(operand_type_error(comparison.name, type));
    }
  }
  return {};
}

// The conditions one after the other: each with its placeholders, then with its operands.
Parsed<void> check_conditions(Expression& expression, Placeholders& placeholders) {
  if (expression.kind == Kind::kAnd || expression.kind == Kind::kOr ||
      expression.kind == Kind::kNot) {
    for (auto& arg : expression.args) {
      if (auto done = check_conditions(arg, placeholders); !done) return done;
    }
    return {};
  }
  if (auto done = placeholders.resolve(expression); !done) return done;
  for (const auto& arg : expression.args) {
    if (arg.kind != Kind::kFunction) continue;
    if (auto done = check_function(arg); !done) return done;
  }
  if (expression.kind == Kind::kFunction) return check_function(expression);
  if (expression.kind == Kind::kIn && expression.args.size() > kMostInOperands + 1) {
    return std::unexpected(
        fmt::format("The IN operator is provided with too many operands; number of operands: {}",
                    expression.args.size() - 1));
  }
  if (expression.kind == Kind::kBetween) return check_bounds(expression);
  if (expression.kind == Kind::kCompare) return check_comparison(expression);
  return {};
}

}  // namespace

Parsed<Expression> parse_condition(std::string_view text, Placeholders& placeholders) {
  auto parser = Parser::open(text);
  if (!parser) return std::unexpected(parser.error());
  auto tree = parser->condition();
  if (!tree) return tree;
  if (parser->has_redundant_parentheses()) {
    return std::unexpected("The expression has redundant parentheses;");
  }
  for (const auto& checked :
       {check_functions_known(*tree), check_use(*tree, true), check_reserved(*tree)}) {
    if (!checked) return std::unexpected(checked.error());
  }
  if (auto done = check_conditions(*tree, placeholders); !done) {
    return std::unexpected(done.error());
  }
  return tree;
}

std::set<std::string> path_heads(const Expression& condition) {
  std::set<std::string> out;
  if (!condition.path.empty()) out.insert(condition.path.front().name);
  for (const auto& arg : condition.args) out.merge(path_heads(arg));
  return out;
}

namespace {

using KeyConditions = std::vector<KeyCondition>;

std::unexpected<KeyConditionError> refuse_key(std::string message) {
  return std::unexpected(KeyConditionError{std::move(message), true});
}

std::string mirrored(const std::string& comparator) {
  if (comparator == "<") return ">";
  if (comparator == "<=") return ">=";
  if (comparator == ">") return "<";
  if (comparator == ">=") return "<=";
  return comparator;
}

std::expected<void, KeyConditionError> add_key_condition(const Expression& expression,
                                                         KeyConditions& out) {
  const auto& args = expression.args;
  const bool is_begins = expression.kind == Kind::kFunction;
  const bool is_range = expression.kind == Kind::kBetween || is_begins;
  if (is_range && args[0].kind != Kind::kPath) {
    return refuse_key(fmt::format(
        "Invalid condition in KeyConditionExpression: {} operator must have the key attribute as "
        "its first operand",
        is_begins ? "begins_with" : "BETWEEN"));
  }
  const Expression* key = nullptr;
  std::vector<const Expression*> values;
  for (const auto& arg : args) {
    if (arg.kind == Kind::kFunction) {
      return refuse_key("KeyConditionExpressions cannot contain nested operations");
    }
    if (arg.kind == Kind::kValue) {
      values.push_back(&arg);
      continue;
    }
    if (key != nullptr) {
      return refuse_key(
          "Invalid condition in KeyConditionExpression: Multiple attribute names used in one "
          "condition");
    }
    if (arg.path.size() > 1) {
      return refuse_key("KeyConditionExpressions cannot have conditions on nested attributes");
    }
    key = &arg;
  }
  if (key == nullptr) {
    return refuse_key("Invalid condition in KeyConditionExpression: No key attribute specified");
  }
  const auto& name = key->path.front().name;
  if (std::ranges::find(out, name, &KeyCondition::name) != out.end()) {
    return refuse_key("KeyConditionExpressions must only contain one condition per key");
  }
  KeyCondition condition{.name = name, .comparison = "BETWEEN", .from = values[0]->value};
  if (expression.kind == Kind::kBetween) condition.to = values[1]->value;
  if (is_begins) condition.comparison = "begins_with";
  if (!is_range) {
    condition.comparison = key == &args[0] ? expression.name : mirrored(expression.name);
  }
  out.push_back(std::move(condition));
  return {};
}

std::expected<void, KeyConditionError> collect(const Expression& expression, KeyConditions& out) {
  const auto refuse_operator = [](std::string_view name) {
    return refuse_key(fmt::format("Invalid operator used in KeyConditionExpression: {}", name));
  };
  switch (expression.kind) {
    case Kind::kAnd:
      for (const auto& arg : expression.args) {
        if (auto done = collect(arg, out); !done) return done;
      }
      return {};
    case Kind::kOr:
      return refuse_operator("OR");
    case Kind::kNot:
      return refuse_operator("NOT");
    case Kind::kIn:
      return refuse_operator("IN");
    case Kind::kCompare:
      if (expression.name == "<>") return refuse_operator("<>");
      break;
    case Kind::kFunction:
      if (expression.name != "begins_with") return refuse_operator(expression.name);
      break;
    default:
      break;
  }
  return add_key_condition(expression, out);
}

}  // namespace

std::expected<KeyConditions, KeyConditionError> parse_key_condition(std::string_view text,
                                                                    Placeholders& placeholders) {
  const auto tree = parse_condition(text, placeholders);
  if (!tree) return std::unexpected(KeyConditionError{tree.error()});
  KeyConditions out;
  if (auto done = collect(*tree, out); !done) return std::unexpected(done.error());
  if (out.size() > 2) return refuse_key("Conditions can be of length 1 or 2 only");
  return out;
}

}  // namespace loopgate::dynamodb
