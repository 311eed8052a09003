// Expressions as trees, and what their placeholders stand for. Nothing here knows a table.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
#pragma once

#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamodb/expressions/value.h"

namespace loopgate::dynamodb {

// AWS's sentence, behind "Invalid ConditionExpression: ".
template <class T>
using Parsed = std::expected<T, std::string>;

inline constexpr std::size_t kMostExpressionBytes = 4096;
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
inline constexpr std::size_t kMostOperators = 300;

struct PathPart {
  std::string name;         // empty: an index
  std::int64_t index = -1;  // of a list

  bool is_index() const { return index >= 0; }
  bool operator==(const PathPart&) const = default;
};
using Path = std::vector<PathPart>;

// "[a, [0], b]", as AWS shows it.
std::string shown(const Path& path);
// The value there, null when there is none. `item` may be null.
const json* find(const json* item, const Path& path);
// AWS's sentence when one path is the beginning of another, or both cannot be in one item.
Parsed<void> check_overlap(const std::vector<Path>& paths);

enum class Kind : std::uint8_t {
  kPath,
  kValue,
  kFunction,
  kCompare,
  kBetween,
  kIn,
  kAnd,
  kOr,
  kNot
};

struct Expression {
  Kind kind = Kind::kPath;
  std::string name{};  // of a function, a comparator ("<="), or a value's placeholder
  Path path{};
  json value{};
  std::vector<Expression> args{};
  bool in_parentheses = false;

  bool is_operand() const {
    return kind == Kind::kPath || kind == Kind::kValue || kind == Kind::kFunction;
  }
};

// ExpressionAttributeNames and -Values of a request, and which of them its expressions have used.
// Both outlive this; null: not given.
struct Placeholders {
  const json* names = nullptr;
  const json* values = nullptr;
  std::set<std::string, std::less<>> used_names{}, used_values{};

  // Checks the placeholders' own form; brings values into theirs.
  static Parsed<void> check(const json* names, json* values);
  // Replaces the placeholders below, in the order in which they stand.
  Parsed<void> resolve(Expression& expression);
  Parsed<void> resolve(Path& path);
  // When the expressions have been parsed: whether anything was given for nothing.
  Parsed<void> check_used() const;
};

}  // namespace loopgate::dynamodb
