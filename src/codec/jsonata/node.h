// The tree of an expression: first as it is written, then as it is evaluated (resolve.h), in the
// same nodes.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "codec/jsonata/arena.h"
#include "codec/jsonata/pattern.h"
#include "codec/jsonata/signature.h"
#include "codec/jsonata/value.h"

namespace loopgate::codec::jsonata {

struct Builtin;

enum class NodeType : std::uint8_t {
  kName,
  kString,
  kNumber,
  kLiteral,
  kVariable,
  kRegex,
  kWildcard,
  kDescendant,
  kParent,
  kOperator,  // "and", "or", "in" where a name is meant; '?' where an argument is left open
  kBinary,
  kNegate,
  kArray,
  kObject,
  kBlock,
  kCall,
  kPartial,
  kLambda,
  kCondition,
  kDefault,   // a ?: b
  kCoalesce,  // a ?? b
  kTransform,
  kPath,
  kSort,
  kBind,
  kApply,
  kEnd,  // where an operand is missing
};

enum class Operator : std::uint8_t {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kConcat,
  kAnd,
  kOr,
  kIn,
  kRange,
  // Only until the tree is resolved:
  kStep,
  kFilter,
  kGroup,
  kOrder,
  kAssign,
  kFocus,
  kIndex,
  kChain,
};

struct Node;

// Where '%' finds the parent: the label under which a step binds it.
struct Slot {
  std::string_view label;
  int level = 1;
};

struct Stage {
  Node* filter = nullptr;         // or
  std::string_view index_name{};  // binds the position
};

struct Pair {
  Node* key;
  Node* value;
};

struct Group {
  std::vector<Pair> pairs;
  std::uint32_t position;
};

struct Term {
  Node* expression;
  bool descending;
};

struct Node {
  NodeType type = NodeType::kName;
  Operator op = Operator::kNone;
  std::uint32_t position = 0;
  std::string_view text{};     // of a name, string, variable, operator
  Value literal{};             // of a string, number, true, false, null
  Node* left = nullptr;        // also: condition, procedure, pattern, operand
  Node* right = nullptr;       // also: then, body, update
  Node* third = nullptr;       // else, deletion
  std::vector<Node*> items{};  // arguments, steps, expressions
  std::vector<Pair> pairs{};
  std::vector<Term> terms{};
  std::vector<Stage> stages{};      // of a step of a path
  std::vector<Stage> predicates{};  // of anything else
  std::optional<Group> group{};
  std::string_view focus{};
  std::string_view index{};
  Slot* slot = nullptr;      // of a parent
  Slot* ancestor = nullptr;  // which a step binds its input to
  std::vector<Slot*> seeking{};
  const Signature* signature = nullptr;
  const Pattern* pattern = nullptr;
  const Builtin* builtin = nullptr;  // what a variable is when nobody has bound it
  std::uint32_t height = 1;          // of the tree below, itself included
  bool keep_array = false;
  bool keep_singleton = false;
  bool tuple = false;
  bool constructs = false;  // […] whose array is not flattened into the path
  bool thunk = false;       // a lambda that stands for a tail call
  bool names_only = false;  // a path of plain names
};

// What everything of one expression lives in.
struct Program {
  std::string source;
  Arena arena;
  std::deque<Node> nodes;
  std::deque<Slot> slots;
  std::deque<Signature> signatures;
  std::deque<Pattern> patterns;
  Node* root = nullptr;

  Node* make(NodeType type, std::uint32_t position, std::string_view text = {}) {
    Node& node = nodes.emplace_back();
    node.type = type;
    node.position = position;
    node.text = text;
    return &node;
  }
};

}  // namespace loopgate::codec::jsonata
