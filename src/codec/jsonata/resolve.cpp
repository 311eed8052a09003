#include "codec/jsonata/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "codec/jsonata/builtins.h"

namespace loopgate::codec::jsonata {

namespace {

// As the reference calls it in errors.
std::string_view type_name(const Node& node) {
  switch (node.type) {
    case NodeType::kName:
      return "name";
    case NodeType::kString:
      return "string";
    case NodeType::kNumber:
      return "number";
    case NodeType::kLiteral:
      return "value";
    case NodeType::kVariable:
      return "variable";
    case NodeType::kRegex:
      return "regex";
    case NodeType::kWildcard:
      return "wildcard";
    case NodeType::kDescendant:
      return "descendant";
    case NodeType::kParent:
      return "parent";
    case NodeType::kOperator:
      return "operator";
    case NodeType::kBinary:
      return "binary";
    case NodeType::kNegate:
    case NodeType::kArray:
    case NodeType::kObject:
      return "unary";
    case NodeType::kBlock:
      return "block";
    case NodeType::kCall:
      return "function";
    case NodeType::kPartial:
      return "partial";
    case NodeType::kLambda:
      return "lambda";
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      return "condition";
    case NodeType::kTransform:
      return "transform";
    case NodeType::kPath:
      return "path";
    case NodeType::kSort:
      return "sort";
    case NodeType::kBind:
      return "bind";
    case NodeType::kApply:
      return "apply";
    case NodeType::kEnd:
      return "(end)";
  }
  return "";
}

bool has_stages(const Node& node) {
  return !node.stages.empty() || !node.predicates.empty();
}

// What may be looked up name by name, without any of a path's machinery.
bool is_plain_name(const Node* step) {
  return step->type == NodeType::kName && !has_stages(*step) && !step->tuple && !step->ancestor &&
         step->focus.empty() && step->index.empty() && !step->keep_array && !step->group;
}

class Resolver {
 public:
  Resolver(Program& program, Dialect dialect) : program_(program), dialect_(dialect) {}

  std::expected<Node*, Fault> run(Node* root) {
    root = resolve(root);
    if (!fault_ && (root->type == NodeType::kParent || !root->seeking.empty())) {
      fail("S0217", root->position, type_name(*root));
    }
    if (fault_) return std::unexpected(std::move(*fault_));
    for (Node& node : program_.nodes) finish(node);
    return root;
  }

 private:
  void fail(const char* code, std::uint32_t position, std::string_view token = {},
            Value value = {}) {
    if (fault_) return;
    fault_ = Fault{.code = code, .position = position, .token = std::string(token), .value = value};
  }

  void finish(Node& node) {
    if (node.type == NodeType::kVariable) node.builtin = find_builtin(node.text, dialect_);
    if (node.type != NodeType::kPath) return;
    node.names_only = !node.group && !node.keep_singleton && !node.tuple &&
                      std::ranges::all_of(node.items, is_plain_name);
  }

  Node* resolve(Node* node) {
    if (fault_) return node;
    Node* const result = resolve_type(node);
    if (node->keep_array) result->keep_array = true;
    return result;
  }

  Node* resolve_type(Node* node) {
    switch (node->type) {
      case NodeType::kBinary:
        return resolve_binary(node);
      case NodeType::kNegate:
        return resolve_negation(node);
      case NodeType::kOperator:
        if (node->text == "?") return node;
        node->type = NodeType::kName;
        return resolve_name(node);
      case NodeType::kName:
        return resolve_name(node);
      case NodeType::kParent:
        node->slot = &program_.slots.emplace_back();
        node->slot->label = program_.arena.copy(fmt::format("!{}", program_.slots.size()));
        return node;
      case NodeType::kEnd:
        fail("S0207", node->position, node->text);
        return node;
      case NodeType::kTransform:
        node->left = resolve(node->left);
        node->right = resolve(node->right);
        if (node->third) node->third = resolve(node->third);
        return node;
      case NodeType::kLambda:
        node->right = tail_call(resolve(node->right));
        return node;
      case NodeType::kBlock:
        return resolve_block(node);
      case NodeType::kCall:
      case NodeType::kPartial:
        resolve_items(*node);
        node->left = resolve(node->left);
        return node;
      default:
        resolve_children(*node);
        return node;
    }
  }

  // Arrays, objects, conditions: whatever of theirs seeks a parent, they seek.
  void resolve_children(Node& node) {
    resolve_items(node);
    for (Pair& pair : node.pairs) {
      inherit(node, *(pair.key = resolve(pair.key)));
      inherit(node, *(pair.value = resolve(pair.value)));
    }
    for (Node** child : {&node.left, &node.right, &node.third}) {
      if (*child) inherit(node, *(*child = resolve(*child)));
    }
  }

  void resolve_items(Node& node) {
    for (Node*& item : node.items) {
      item = resolve(item);
      inherit(node, *item);
    }
  }

  Node* resolve_name(Node* node) {
    Node* const path = path_of(node);
    if (node->keep_array) path->keep_singleton = true;
    return path;
  }

  Node* resolve_negation(Node* node) {
    node->left = resolve(node->left);
    if (node->left->type == NodeType::kNumber) {
      node->left->literal = Value::number(-node->left->literal.as_number());
      return node->left;
    }
    inherit(*node, *node->left);
    return node;
  }

  Node* resolve_block(Node* node) {
    resolve_items(*node);
    node->constructs = std::ranges::any_of(node->items, [](const Node* item) {
      return item->constructs || (item->type == NodeType::kPath && item->items[0]->constructs);
    });
    return node;
  }

  Node* resolve_binary(Node* node) {
    switch (node->op) {
      case Operator::kStep:
        return resolve_step(node);
      case Operator::kFilter:
        return resolve_filter(node);
      case Operator::kGroup:
        return resolve_group(node);
      case Operator::kOrder:
        return resolve_order(node);
      case Operator::kFocus:
        return resolve_focus(node);
      case Operator::kIndex:
        return resolve_index(node);
      case Operator::kAssign:
        node->type = NodeType::kBind;
        node->right = resolve(node->right);
        inherit(*node, *node->right);
        return node;
      case Operator::kChain:
        node->type = NodeType::kApply;
        node->left = resolve(node->left);
        node->right = resolve(node->right);
        node->keep_array |= node->left->keep_array || node->right->keep_array;
        return node;
      default:
        resolve_children(*node);
        return node;
    }
  }

  Node* path_of(Node* step) {
    Node* const path = program_.make(NodeType::kPath, step->position);
    path->items.push_back(step);
    return path;
  }

  Node* resolve_step(Node* node) {
    Node* const left = resolve(node->left);
    Node* const path = left->type == NodeType::kPath ? left : path_of(left);
    if (left->type == NodeType::kParent) path->seeking = {left->slot};
    Node* const rest = resolve(node->right);
    if (fault_) return path;
    if (rest->type == NodeType::kPath) {
      path->items.insert(path->items.end(), rest->items.begin(), rest->items.end());
    } else {
      if (!rest->predicates.empty()) rest->stages = std::move(rest->predicates);
      rest->predicates.clear();
      path->items.push_back(rest);
    }
    for (Node* step : path->items) name_literal(*step);
    for (Node* end : {path->items.front(), path->items.back()}) {
      if (end->type == NodeType::kArray) end->constructs = true;
    }
    if (std::ranges::any_of(path->items, &Node::keep_array)) path->keep_singleton = true;
    resolve_ancestry(*path);
    return path;
  }

  // A string as a step is a name; other literals are no steps.
  void name_literal(Node& step) {
    if (step.type == NodeType::kNumber || step.type == NodeType::kLiteral) {
      fail("S0213", step.position, {}, step.literal);
    }
    if (step.type == NodeType::kString) step.type = NodeType::kName;
  }

  static Node* last_step(Node* node) {
    return node->type == NodeType::kPath ? node->items.back() : node;
  }

  Node* resolve_filter(Node* node) {
    Node* const result = resolve(node->left);
    if (fault_) return result;
    Node* const step = last_step(result);
    if (step->group) {
      fail("S0209", node->position);
      return result;
    }
    Node* const predicate = resolve(node->right);
    if (fault_) return result;
    for (Slot* slot : predicate->seeking) {
      if (slot->level == 1)
        seek_parent(*step, *slot);
      else
        --slot->level;
    }
    if (!predicate->seeking.empty()) inherit(*step, *predicate);
    auto& stages = result->type == NodeType::kPath ? step->stages : step->predicates;
    stages.push_back({.filter = predicate});
    return result;
  }

  Node* resolve_group(Node* node) {
    Node* const result = resolve(node->left);
    if (result->group) fail("S0210", node->position);
    result->group = Group{.pairs = std::move(node->pairs), .position = node->position};
    for (Pair& pair : result->group->pairs) {
      pair.key = resolve(pair.key);
      pair.value = resolve(pair.value);
    }
    return result;
  }

  Node* resolve_order(Node* node) {
    Node* const left = resolve(node->left);
    Node* const path = left->type == NodeType::kPath ? left : path_of(left);
    Node* const sort = program_.make(NodeType::kSort, node->position);
    sort->terms = std::move(node->terms);
    for (Term& term : sort->terms) {
      term.expression = resolve(term.expression);
      inherit(*sort, *term.expression);
    }
    path->items.push_back(sort);
    resolve_ancestry(*path);
    return path;
  }

  Node* resolve_focus(Node* node) {
    Node* const result = resolve(node->left);
    Node* const step = last_step(result);
    if (has_stages(*step)) fail("S0215", node->position);
    if (step->type == NodeType::kSort) fail("S0216", node->position);
    step->keep_array |= node->keep_array;
    step->focus = node->right->text;
    step->tuple = true;
    return result;
  }

  Node* resolve_index(Node* node) {
    Node* result = resolve(node->left);
    Node* const step = last_step(result);
    if (result->type != NodeType::kPath) {
      result = path_of(result);
      step->stages = std::move(step->predicates);
      step->predicates.clear();
    }
    if (step->stages.empty())
      step->index = node->right->text;
    else
      step->stages.push_back({.index_name = node->right->text});
    step->tuple = true;
    return result;
  }

  // Of the last call of a function; of a condition, in both branches.
  Node* tail_call(Node* node) {
    if (node->type == NodeType::kCall && node->predicates.empty() && !node->group) {
      Node* const thunk = program_.make(NodeType::kLambda, node->position);
      thunk->thunk = true;
      thunk->right = node;
      return thunk;
    }
    if (node->type == NodeType::kCondition) node->right = tail_call(node->right);
    if (node->type == NodeType::kCondition || node->type == NodeType::kDefault ||
        node->type == NodeType::kCoalesce) {
      if (node->third) node->third = tail_call(node->third);
    }
    if (node->type == NodeType::kBlock && !node->items.empty()) {
      node->items.back() = tail_call(node->items.back());
    }
    return node;
  }

  static void inherit(Node& node, const Node& child) {
    node.seeking.insert(node.seeking.end(), child.seeking.begin(), child.seeking.end());
    if (child.type == NodeType::kParent && child.slot) node.seeking.push_back(child.slot);
  }

  // One step back for what the last step seeks, until its level is reached.
  void resolve_ancestry(Node& path) {
    const Node& last = *path.items.back();
    auto slots = last.seeking;
    if (last.type == NodeType::kParent) slots.push_back(last.slot);
    for (Slot* slot : slots) {
      int index = static_cast<int>(path.items.size()) - 2;
      while (slot->level > 0 && !fault_) {
        if (index < 0) {
          path.seeking.push_back(slot);
          break;
        }
        Node* step = path.items[index--];
        // Steps in a row that bind their focus have the same input.
        while (index >= 0 && !step->focus.empty() && !path.items[index]->focus.empty()) {
          step = path.items[index--];
        }
        seek_parent(*step, *slot);
      }
    }
  }

  void seek_parent(Node& node, Slot& slot) {
    switch (node.type) {
      case NodeType::kName:
      case NodeType::kWildcard:
        if (--slot.level > 0) return;
        if (node.ancestor) slot.label = node.ancestor->label;
        node.ancestor = &slot;
        node.tuple = true;
        return;
      case NodeType::kParent:
        ++slot.level;
        return;
      case NodeType::kBlock:
        if (node.items.empty()) return;
        node.tuple = true;
        return seek_parent(*node.items.back(), slot);
      case NodeType::kPath: {
        node.tuple = true;
        auto index = node.items.size();
        seek_parent(*node.items[--index], slot);
        while (slot.level > 0 && index > 0 && !fault_) seek_parent(*node.items[--index], slot);
        return;
      }
      default:
        fail("S0217", node.position, type_name(node));
    }
  }

  Program& program_;
  Dialect dialect_;
  std::optional<Fault> fault_;
};

}  // namespace

std::expected<Node*, Fault> resolve(Program& program, Node* root, Dialect dialect) {
  return Resolver(program, dialect).run(root);
}

}  // namespace loopgate::codec::jsonata
