// Functions: making, calling, binding and chaining them.
#include <algorithm>

#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

// What errors call the thing that is called.
std::string_view name_of(const Node& procedure) {
  switch (procedure.type) {
    case NodeType::kPath:
      return procedure.items[0]->text;
    case NodeType::kLambda:
    case NodeType::kBlock:
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
    case NodeType::kTransform:
      return {};
    default:
      return procedure.text;
  }
}

const Signature& transform_signature() {
  static const Signature signature = *Signature::parse("<(oa):o>");
  return signature;
}

}  // namespace

std::size_t arity_of(const Function& function) {
  switch (function.type) {
    case FunctionType::kBuiltin:
      return function.builtin->arity;
    case FunctionType::kLambda:
      return function.node->items.size();
    case FunctionType::kPartial:
      return static_cast<std::size_t>(std::ranges::count(function.open, true));
    case FunctionType::kPattern:
      return 2;  // the text, and where to begin
    case FunctionType::kNextMatch:
      return 0;
    case FunctionType::kTransform:
    case FunctionType::kChain:
      return 1;
  }
  return 0;
}

Value Evaluator::lambda(const Node& node, Value input, Frame* frame) {
  Function function{.node = &node, .signature = node.signature, .frame = frame, .input = input};
  function.type = FunctionType::kLambda;
  if (node.type == NodeType::kRegex) function.type = FunctionType::kPattern;
  if (node.type == NodeType::kTransform) {
    function.type = FunctionType::kTransform;
    function.signature = &transform_signature();
  }
  return Value::function(arena_.make<Function>(function));
}

Value Evaluator::call_node(const Node& node, Value input, Frame* frame, const Value* first) {
  const Value procedure = evaluate(*node.left, input, frame);
  if (failed()) return {};
  const auto name = name_of(*node.left);
  if (procedure.undefined() && node.left->type == NodeType::kPath &&
      (frame->find(name) || find_builtin(name, setting_.dialect))) {
    return fail({.code = "T1005", .position = node.position, .token = std::string(name)});
  }
  const std::size_t leading = first ? 1 : 0;
  const std::size_t count = node.items.size() + leading;
  Value* const arguments = arena_.array<Value>(count);
  if (first) arguments[0] = *first;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    arguments[i + leading] = evaluate(*node.items[i], input, frame);
  }
  if (failed()) return {};
  const Site site{name, node.position};
  const Value result = apply(procedure, {arguments, count}, input, frame, &site);
  if (failed()) {
    if (fault().position == 0) fault().position = node.position;
    if (fault().token.empty()) fault().token = name;
  }
  return result;
}

// Tail calls come back as thunks and are made here, so that they do not grow the stack.
Value Evaluator::apply(Value function, std::span<const Value> arguments, Value input, Frame* frame,
                       const Site* site) {
  Value result = apply_once(function, arguments, input, frame, site);
  while (!failed() && result.is_function()) {
    const Function& thunk = result.as_function();
    if (thunk.type != FunctionType::kLambda || !thunk.node->thunk) break;
    const Node& call = *thunk.node->right;
    const Value next = evaluate(*call.left, thunk.input, thunk.frame);
    Value* const values = arena_.array<Value>(call.items.size());
    for (std::size_t i = 0; i < call.items.size(); ++i) {
      values[i] = evaluate(*call.items[i], thunk.input, thunk.frame);
    }
    if (failed()) return {};
    const bool named = call.left->type == NodeType::kVariable;
    const Site tail{named ? call.left->text : "", call.left->position};
    result = apply_once(next, {values, call.items.size()}, input, frame, &tail);
  }
  return result;
}

Value Evaluator::apply_once(const Value& function, std::span<const Value> arguments, Value input,
                            Frame* frame, const Site* site) {
  if (!function.is_function()) return fail("T1006");
  if (!enter()) return {};
  ++depth_;
  Function& callee = function.as_function();
  std::vector<Value> validated;
  Value result;
  bool valid = true;
  if (callee.signature) {
    if (auto checked = callee.signature->validate(arena_, arguments, input, validated)) {
      arguments = validated;
    } else {
      fail(std::move(checked.error()));
      valid = false;
    }
  }
  if (valid) result = run_function(callee, arguments, input, frame);
  --depth_;
  if (failed() && site) {
    if (fault().token.empty()) fault().token = site->name;
    fault().position = site->position;
  }
  return result;
}

Value Evaluator::run_function(Function& function, std::span<const Value> arguments, Value input,
                              Frame* frame) {
  const Value first = arguments.empty() ? Value() : arguments[0];
  switch (function.type) {
    case FunctionType::kBuiltin:
      return function.builtin->run({*this, arguments, input, frame ? frame : root_});
    case FunctionType::kLambda:
      return run_lambda(function, arguments);
    case FunctionType::kPartial:
      return run_partial(function, arguments, frame);
    case FunctionType::kPattern: {
      if (first.undefined()) return {};
      const auto subject =
          first.is_string() ? first.as_string() : text(string_of(first)).as_string();
      const bool placed = arguments.size() > 1 && arguments[1].is_number();
      const double unit = placed ? arguments[1].as_number() : 0;
      if (unit > static_cast<double>(subject.size())) return {};
      return match(*function.node, subject,
                   unit > 0 ? byte_of_unit(subject, static_cast<std::size_t>(unit)) : 0);
    }
    case FunctionType::kNextMatch:
      return next_match(function);
    case FunctionType::kTransform:
      return transform(function, first);
    case FunctionType::kChain: {
      const Value between = apply(function.first, {&first, 1}, Value::null(), frame);
      return failed() ? Value() : apply(function.second, {&between, 1}, Value::null(), frame);
    }
  }
  return {};
}

Value Evaluator::run_lambda(Function& function, std::span<const Value> arguments) {
  const auto& parameters = function.node->items;
  Frame* const frame = arena_.make<Frame>(Frame{.outer = function.frame});
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    frame->bind(arena_, parameters[i]->text, i < arguments.size() ? arguments[i] : Value());
  }
  return evaluate(*function.node->right, function.input, frame);
}

Value Evaluator::run_partial(Function& function, std::span<const Value> arguments, Frame* frame) {
  Value* const all = arena_.array<Value>(function.bound.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < function.bound.size(); ++i) {
    all[i] = function.bound[i];
    if (function.open[i]) all[i] = next < arguments.size() ? arguments[next++] : Value();
  }
  Function& target = function.first.as_function();
  const std::span<const Value> given(all, function.bound.size());
  // A lambda's signature is not asked again, as the reference has it; a library function has to
  // rely on its own.
  if (target.type != FunctionType::kBuiltin) return run_function(target, given, Value(), frame);
  std::vector<Value> validated;
  auto checked = target.signature->validate(arena_, given, Value(), validated);
  if (!checked) return fail(std::move(checked.error()));
  return run_function(target, validated, Value(), frame);
}

Value Evaluator::partial(const Node& node, Value input, Frame* frame) {
  std::vector<Value> given;
  for (const Node* item : node.items) {
    const bool open = item->type == NodeType::kOperator && item->text == "?";
    given.push_back(open ? Value() : evaluate(*item, input, frame));
  }
  const Value procedure = evaluate(*node.left, input, frame);
  if (failed()) return {};
  const std::string name(name_of(*node.left));
  if (!procedure.is_function()) {
    const bool meant = procedure.undefined() && node.left->type == NodeType::kPath &&
                       (frame->find(name) || find_builtin(name, setting_.dialect));
    return fail({.code = meant ? "T1007" : "T1008", .position = node.position, .token = name});
  }
  const auto declared = arity_of(procedure.as_function());
  const auto count = declared > 0 ? declared : given.size();
  Value* const bound = arena_.array<Value>(count);
  bool* const open = arena_.array<bool>(count);
  for (std::size_t i = 0; i < count; ++i) {
    bound[i] = i < given.size() ? given[i] : Value();
    open[i] = i < node.items.size() && node.items[i]->type == NodeType::kOperator;
  }
  return Value::function(arena_.make<Function>(Function{.type = FunctionType::kPartial,
                                                        .first = procedure,
                                                        .bound = {bound, count},
                                                        .open = {open, count}}));
}

Value Evaluator::apply_chain(const Node& node, Value input, Frame* frame) {
  const Value left = evaluate(*node.left, input, frame);
  if (failed()) return {};
  if (node.right->type == NodeType::kCall) return call_node(*node.right, input, frame, &left);
  const Value function = evaluate(*node.right, input, frame);
  if (failed()) return {};
  if (!function.is_function()) {
    return fail({.code = "T2006", .position = node.position, .value = function});
  }
  if (left.is_function()) {
    return Value::function(arena_.make<Function>(
        Function{.type = FunctionType::kChain, .first = left, .second = function}));
  }
  return apply(function, {&left, 1}, Value::null(), frame);
}

// What a regular expression says of a text: an object with the match, where it is, its groups, and
// a function that gives the next.
Value Evaluator::match(const Node& node, std::string_view subject, std::size_t from) {
  std::vector<Span> spans;
  if (!spend(1 + (subject.size() - from) / 16)) return {};
  const Search found = node.pattern->find(subject, from, spans);
  if (found == Search::kGivenUp) {
    return fail({.code = kLimitCode,
                 .position = node.position,
                 .message = "The regular expression takes too many steps",
                 .limit = true});
  }
  if (found == Search::kNothing) return {};
  const auto part = [&](const Span& span) {
    return span.matched ? Value::string(subject.substr(span.begin, span.end - span.begin))
                        : Value();
  };
  const auto units = [&](std::size_t byte) {
    return Value::number(static_cast<double>(utf16_size(subject.substr(0, byte))));
  };
  Object* const object = new_object();
  object->set(arena_, "match", part(spans[0]));
  object->set(arena_, "start", units(spans[0].begin));
  object->set(arena_, "end", units(spans[0].end));
  Array* const groups = new_array();
  for (std::size_t i = 1; i < spans.size(); ++i) groups->push(arena_, part(spans[i]));
  object->set(arena_, "groups", Value::array(groups));
  object->set(arena_, "next",
              Value::function(arena_.make<Function>(Function{.type = FunctionType::kNextMatch,
                                                             .node = &node,
                                                             .input = Value::string(subject),
                                                             .from = spans[0].end})));
  return Value::object(object);
}

Value Evaluator::next_match(Function& function) {
  const auto subject = function.input.as_string();
  if (function.from >= subject.size()) return {};
  const Value next = match(*function.node, subject, function.from);
  if (next.is_object() && next.as_object().find("match")->as_string().empty()) {
    return fail({.code = "D1004",
                 .position = function.node->position,
                 .value = text(function.node->pattern->source())});
  }
  return next;
}

}  // namespace loopgate::codec::jsonata
