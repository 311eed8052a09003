#include "codec/jsonata/evaluator.h"

#include <cmath>

#include "codec/jsonata/parser.h"
#include "codec/jsonata/resolve.h"
#include "codec/jsonata/stringify.h"

namespace loopgate::codec::jsonata {

namespace {

std::uintptr_t stack_here() {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

}  // namespace

Evaluator::Evaluator(Arena& arena, const Setting& setting)
    : arena_(arena), setting_(setting), stack_base_(stack_here()) {}

Value Evaluator::run(const Node& root, Value input, Frame* variables) {
  root_ = arena_.make<Frame>(Frame{.outer = variables});
  root_->bind(arena_, "$", input);
  return evaluate(root, as_input(input), root_);
}

// An array as the document is one input, not several.
Value Evaluator::as_input(Value document) {
  if (!document.is_array() || document.is_sequence()) return document;
  Array* const wrapper = new_sequence();
  wrapper->outer_wrapper = true;
  wrapper->push(arena_, document);
  return Value::array(wrapper);
}

Value Evaluator::fail(Fault fault) {
  if (!fault_) fault_ = std::move(fault);
  return {};
}

bool Evaluator::spend(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > setting_.limits.steps) {
    fail({.code = kLimitCode,
          .message = "Expression evaluation timeout: Check for infinite loop",
          .limit = true});
  }
  return !failed();
}

bool Evaluator::affords(std::size_t bytes) {
  if (bytes <= setting_.limits.bytes && arena_.used() <= setting_.limits.bytes - bytes) return true;
  fail({.code = kLimitCode,
        .message = "The expression makes more than " + std::to_string(setting_.limits.bytes) +
                   " bytes of values",
        .limit = true});
  return false;
}

bool Evaluator::enter() {
  ++steps_;
  if (failed()) return false;
  const auto stack = static_cast<std::intptr_t>(stack_base_ - stack_here());
  if (depth_ >= setting_.limits.depth || stack > kMaxStackBytes) [[unlikely]] {
    fail({.code = kLimitCode,
          .message = "Stack overflow error: Check for non-terminating recursive function.  "
                     "Consider rewriting as tail-recursive.",
          .limit = true});
    return false;
  }
  if (steps_ > setting_.limits.steps) [[unlikely]]
    return spend(0);
  if (arena_.used() > setting_.limits.bytes) [[unlikely]]
    return affords(0);
  return true;
}

Value Evaluator::text(std::string_view text) {
  if (!affords(text.size())) return {};
  return Value::string(arena_.copy(text));
}

Value Evaluator::evaluate(const Node& node, Value input, Frame* frame) {
  if (!enter()) return {};
  ++depth_;
  Value result = evaluate_type(node, input, frame);
  for (const Stage& stage : node.predicates) result = filter(*stage.filter, result, frame);
  if (node.group && node.type != NodeType::kPath) {
    result = group(node.group->pairs, node.group->position, result, frame);
  }
  --depth_;
  return result.is_array() ? fold(result, node.keep_array) : result;
}

// A sequence of nothing is nothing, of one its item, unless it is to stay.
Value Evaluator::fold(Value result, bool keep_array) {
  Array& array = result.as_array();
  if (!array.sequence || array.tuple_stream) return result;
  if (keep_array) array.keep_singleton = true;
  if (array.size == 0) return {};
  return array.size == 1 && !array.keep_singleton ? array.items[0] : result;
}

Value Evaluator::evaluate_type(const Node& node, Value input, Frame* frame) {
  switch (node.type) {
    case NodeType::kPath:
      return path(node, input, frame);
    case NodeType::kName:
      return lookup(input, node.text);
    case NodeType::kVariable:
      return variable(node, input, frame);
    case NodeType::kString:
    case NodeType::kNumber:
    case NodeType::kLiteral:
      return node.literal;
    case NodeType::kBinary:
      return binary(node, input, frame);
    case NodeType::kCall:
      return call_node(node, input, frame, nullptr);
    case NodeType::kCondition:
      return condition(node, input, frame);
    case NodeType::kBlock:
      return block(node, input, frame);
    case NodeType::kBind: {
      const Value value = evaluate(*node.right, input, frame);
      frame->bind(arena_, node.left->text, value);
      return value;
    }
    case NodeType::kObject:
      return group(node.pairs, node.position, input, frame);
    case NodeType::kArray:
      return array_of(node, input, frame);
    case NodeType::kNegate:
      return negate(node, input, frame);
    case NodeType::kLambda:
    case NodeType::kRegex:
    case NodeType::kTransform:
      return lambda(node, input, frame);
    case NodeType::kPartial:
      return partial(node, input, frame);
    case NodeType::kApply:
      return apply_chain(node, input, frame);
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      return default_of(node, input, frame);
    case NodeType::kWildcard:
      return wildcard(input);
    case NodeType::kDescendant:
      return descendants(input);
    case NodeType::kParent: {
      const Value* const found = frame->find(node.slot->label);
      return found ? *found : Value();
    }
    case NodeType::kOperator:
    case NodeType::kSort:
    case NodeType::kEnd:
      break;
  }
  return {};
}

Value Evaluator::variable(const Node& node, Value input, Frame* frame) {
  if (node.text.empty()) {
    const bool wrapped = input.is_array() && input.as_array().outer_wrapper;
    return wrapped ? input.as_array().items[0] : input;
  }
  if (const Value* const found = frame->find(node.text)) return *found;
  if (!node.builtin) return {};
  return Value::function(arena_.make<Function>(Function{.type = FunctionType::kBuiltin,
                                                        .builtin = node.builtin,
                                                        .signature = &node.builtin->signature}));
}

Value Evaluator::array_of(const Node& node, Value input, Frame* frame) {
  Array* const array = new_array();
  for (const Node* item : node.items) {
    const Value value = evaluate(*item, input, frame);
    if (value.undefined()) continue;
    if (item->type == NodeType::kArray || !value.is_array()) {
      array->push(arena_, value);
    } else if (array->size == 0) {
      // Shared until something is added: no item changes once it is in an array.
      const Array& items = value.as_array();
      *array = Array{.items = items.items, .size = items.size, .capacity = items.size};
    } else {
      array->append(arena_, value.as_array().all());
    }
  }
  array->constructed = node.constructs;
  return Value::array(array);
}

Value Evaluator::negate(const Node& node, Value input, Frame* frame) {
  const Value value = evaluate(*node.left, input, frame);
  if (value.undefined() || failed()) return {};
  if (is_numeric(value)) return Value::number(-value.as_number());
  return fail({.code = "D1002", .position = node.position, .token = "-", .value = value});
}

Value Evaluator::block(const Node& node, Value input, Frame* frame) {
  Frame* const inner = arena_.make<Frame>(Frame{.outer = frame});
  Value result;
  for (const Node* item : node.items) result = evaluate(*item, input, inner);
  return result;
}

Value Evaluator::condition(const Node& node, Value input, Frame* frame) {
  const bool holds = is_true(evaluate(*node.left, input, frame));
  if (holds) return evaluate(*node.right, input, frame);
  return node.third ? evaluate(*node.third, input, frame) : Value();
}

Value Evaluator::default_of(const Node& node, Value input, Frame* frame) {
  const Value value = evaluate(*node.left, input, frame);
  const bool good = node.type == NodeType::kDefault ? is_true(value) : !value.undefined();
  return good ? value : evaluate(*node.third, input, frame);
}

Value Evaluator::lookup(Value input, std::string_view name, int depth) {
  if (input.is_object()) {
    const Value* const found = input.as_object().find(name);
    return found ? *found : Value();
  }
  if (!input.is_array()) return {};
  if (depth > kMaxValueDepth) {
    affords(setting_.limits.bytes);
    return {};
  }
  const auto items = input.as_array().all();
  if (!spend(items.size() / 8)) return {};
  Array* const found = new_sequence();
  for (const Value& item : items) {
    const Value value = lookup(item, name, depth + 1);
    if (value.is_array())
      found->append(arena_, value.as_array().all());
    else if (!value.undefined())
      found->push(arena_, value);
  }
  return Value::array(found);
}

Value Evaluator::wildcard(Value input) {
  if (input.is_array() && input.as_array().outer_wrapper && input.as_array().size > 0) {
    input = input.as_array().items[0];
  }
  Array* const results = new_sequence();
  const auto add = [&](const Value& value) { add_flat(*results, value, 0); };
  if (input.is_array()) {
    for (const Value& item : input.as_array().all()) add(item);
  } else if (input.is_object()) {
    for (const Member& member : input.as_object().members()) add(member.value);
  }
  return Value::array(results);
}

void Evaluator::add_flat(Array& out, const Value& value, int depth) {
  if (!value.is_array() || depth > kMaxValueDepth) return out.push(arena_, value);
  for (const Value& item : value.as_array().all()) add_flat(out, item, depth + 1);
}

Value Evaluator::descendants(Value input) {
  if (input.undefined()) return {};
  Array* const results = new_sequence();
  add_descendants(*results, input, 0);
  return results->size == 1 ? results->items[0] : Value::array(results);
}

void Evaluator::add_descendants(Array& out, const Value& value, int depth) {
  if (depth > kMaxValueDepth || !spend(1)) return;
  if (!value.is_array()) out.push(arena_, value);
  if (value.is_array()) {
    for (const Value& item : value.as_array().all()) add_descendants(out, item, depth + 1);
  } else if (value.is_object()) {
    for (const Member& member : value.as_object().members()) {
      add_descendants(out, member.value, depth + 1);
    }
  }
}

// An operand that is an array is joined to, anything else becomes an array of one.
Value Evaluator::append(Value left, Value right) {
  if (left.undefined()) return right;
  if (right.undefined()) return left;
  const auto count = [](const Value& value) {
    return value.is_array() ? std::size_t{value.as_array().size} : 1;
  };
  const auto size = count(left) + count(right);
  if (!affords(size * sizeof(Value)) || !spend(size / 8)) return {};
  Array* const joined = new_array();
  joined->grow(arena_, size);
  for (const Value& side : {left, right}) {
    if (side.is_array())
      joined->append(arena_, side.as_array().all());
    else
      joined->push(arena_, side);
  }
  return Value::array(joined);
}

bool Evaluator::is_numeric(const Value& value) {
  if (!value.is_number() || std::isnan(value.as_number())) return false;
  if (std::isinf(value.as_number())) {
    fail("D1001", value);
    return false;
  }
  return true;
}

std::optional<bool> Evaluator::truth(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return std::nullopt;
    case Kind::kBoolean:
      return value.as_boolean();
    case Kind::kNumber:
      return is_numeric(value) && value.as_number() != 0;
    case Kind::kString:
      return !value.as_string().empty();
    case Kind::kObject:
      return value.as_object().size() > 0;
    case Kind::kArray:
      break;
    default:
      return false;
  }
  // Of one, the item's; nested ones as deep as they go.
  const auto items = value.as_array().all();
  if (!enter()) return false;
  ++depth_;
  bool any = false;
  for (const Value& item : items) any = any || is_true(item);
  --depth_;
  if (items.size() == 1 && items[0].undefined()) return std::nullopt;
  return any;
}

std::string Evaluator::string_of(const Value& value, bool indent) {
  std::string out;
  if (value.is_string()) {
    out = value.as_string();
  } else if (value.is_number() && !std::isfinite(value.as_number())) {
    fail("D3001", value);
  } else if (!value.is_function() && !value.undefined()) {
    const bool wrapped = value.is_array() && value.as_array().outer_wrapper;
    double infinite = 0;
    const auto done = stringify(out, wrapped ? value.as_array().items[0] : value,
                                {.indent = indent, .max_bytes = setting_.limits.bytes}, &infinite);
    spend(out.size() / 64);
    if (done == Stringified::kInfinite) fail("D1001", Value::number(infinite));
    if (done == Stringified::kTooDeep || done == Stringified::kTooLarge) {
      affords(setting_.limits.bytes + 1);
    }
  }
  return out;
}

const Program* Evaluator::compile(std::string_view source, std::optional<Fault>& fault) {
  auto program = std::make_unique<Program>();
  program->source = source;
  if (source.size() > kMaxExpressionBytes) {
    affords(setting_.limits.bytes + 1);
    return nullptr;
  }
  spend(source.size());
  auto root = parse(*program);
  if (root) root = resolve(*program, *root, setting_.dialect);
  if (!root) {
    fault = std::move(root.error());
    return nullptr;
  }
  program->root = *root;
  return evaluated_.emplace_back(std::move(program)).get();
}

}  // namespace loopgate::codec::jsonata
