// Evaluates a resolved tree. Whatever fails is kept (the first fault counts) and everything returns
// at once, without a value; whoever loops or looks at a value asks failed() where it matters.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "codec/jsonata/builtins.h"
#include "codec/jsonata/fault.h"
#include "codec/jsonata/function.h"
#include "codec/jsonata/limits.h"
#include "codec/jsonata/node.h"

namespace loopgate::codec::jsonata {

class Evaluator {
 public:
  struct Setting {
    Dialect dialect;
    Limits limits;
    double now_millis;
    Random& random;
  };
  struct Site;  // of a call: what errors say about it

  Evaluator(Arena& arena, const Setting& setting);

  // Of the whole expression: `input` is what '$$' is.
  Value run(const Node& root, Value input, Frame* variables);

  Value evaluate(const Node& node, Value input, Frame* frame);
  // A lambda's frame or input is its own; `input` is the context of a signature.
  Value apply(Value function, std::span<const Value> arguments, Value input, Frame* frame,
              const Site* site = nullptr);
  // From a higher-order function.
  Value call(const Value& function, std::span<const Value> arguments) {
    return apply(function, arguments, Value::null(), nullptr);
  }

  Value fail(Fault fault);
  Value fail(const char* code, Value value = {}, std::size_t index = 0) {
    return fail(Fault{.code = code, .value = value, .index = index});
  }
  bool failed() const { return fault_.has_value(); }
  Fault& fault() { return *fault_; }
  // What an expression inside the expression ($eval) has wrong becomes another error.
  std::optional<Fault> take_fault() { return std::exchange(fault_, std::nullopt); }

  // Counts work that is no evaluation; false when there is to be no more.
  bool spend(std::uint64_t steps);
  // Whether so many bytes may be made.
  bool affords(std::size_t bytes);

  Arena& arena() { return arena_; }
  const Setting& setting() const { return setting_; }

  Array* new_array() { return arena_.make<Array>(); }
  Array* new_sequence() { return arena_.make<Array>(Array{.sequence = true}); }
  Object* new_object() { return arena_.make<Object>(); }
  // Copied.
  Value text(std::string_view text);

  // What the language does everywhere:
  std::optional<bool> truth(const Value& value);  // nullopt: undefined
  bool is_true(const Value& value) { return truth(value).value_or(false); }
  bool is_numeric(const Value& value);  // fails on what is infinite
  std::string string_of(const Value& value, bool indent = false);
  Value append(Value left, Value right);
  Value lookup(Value input, std::string_view name, int depth = 0);
  Value as_input(Value document);  // a document that is an array, as one input
  Array* merge_sorted(std::span<const Value> items, auto&& comes_after);

  // Parses for the rest of the evaluation. nullptr: failed, with `failure` as the value.
  const Program* compile(std::string_view source, std::optional<Fault>& fault);

 private:
  bool enter();

  Value evaluate_type(const Node& node, Value input, Frame* frame);
  Value fold(Value result, bool keep_array);
  Value array_of(const Node& node, Value input, Frame* frame);
  Value negate(const Node& node, Value input, Frame* frame);
  Value block(const Node& node, Value input, Frame* frame);
  Value condition(const Node& node, Value input, Frame* frame);
  Value default_of(const Node& node, Value input, Frame* frame);
  Value variable(const Node& node, Value input, Frame* frame);
  Value wildcard(Value input);
  Value descendants(Value input);
  void add_flat(Array& out, const Value& value, int depth);
  void add_descendants(Array& out, const Value& value, int depth);

  Value binary(const Node& node, Value input, Frame* frame);
  Value operate(const Node& node, Value left, Value right);
  Value arithmetic(Operator op, const Value& left, const Value& right);
  Value compare(Operator op, const Value& left, const Value& right);
  Value includes(const Value& left, const Value& right);
  Value range(const Value& left, const Value& right);

  Value path(const Node& node, Value input, Frame* frame);
  Value names_path(const Node& node, Value input, Frame* frame);
  Value general_path(const Node& node, std::size_t first, Value input, Frame* frame);
  Value tuples_of(const Node& path, Array* tuples);
  Value step(const Node& node, Value input, Frame* frame, bool last);
  Value join_results(const Array& results, bool last);
  Value run_stages(const std::vector<Stage>& stages, Value input, Frame* frame);
  Array* tuple_step(const Node& node, Value input, Array* tuples, Frame* frame);
  Array* sorted_tuples(const Node& node, Value input, Array* tuples, Frame* frame);
  Array* as_tuples(Value result);
  void bind_results(const Node& node, const Tuple& from, const Value& result, Array& out);
  Tuple* copy_tuple(const Tuple& tuple, std::size_t more);
  Frame* frame_of(Frame* outer, const Tuple& tuple);
  Value filter(const Node& predicate, Value input, Frame* frame);
  void select(const Value& verdict, std::size_t index, std::size_t size, const Value& item,
              Array& out);
  Value sort(const Node& node, Value input, Frame* frame);
  int compare_keys(const Node& node, const Value& a, const Value& b);

  struct GroupEntry;
  struct Groups;
  Value group(const std::vector<Pair>& pairs, std::uint32_t position, Value input, Frame* frame);
  bool collect(const Groups& groups, const Value& item, std::vector<GroupEntry>& entries);
  void add_to_group(GroupEntry& entry, const Value& item);
  Tuple reduce_tuples(const Value& data);
  Value transform(const Function& function, Value object);
  bool update(const Node& node, Value match, Frame* frame);
  bool remove_members(const Node& node, Value match, Frame* frame);

  Value call_node(const Node& node, Value input, Frame* frame, const Value* first);
  Value apply_chain(const Node& node, Value input, Frame* frame);
  Value partial(const Node& node, Value input, Frame* frame);
  Value lambda(const Node& node, Value input, Frame* frame);
  Value apply_once(const Value& function, std::span<const Value> arguments, Value input,
                   Frame* frame, const Site* site);
  Value run_function(Function& function, std::span<const Value> arguments, Value input,
                     Frame* frame);
  Value run_partial(Function& function, std::span<const Value> arguments, Frame* frame);
  Value run_lambda(Function& function, std::span<const Value> arguments);
  Value match(const Node& node, std::string_view subject, std::size_t from);
  Value next_match(Function& function);

  Arena& arena_;
  Setting setting_;
  std::optional<Fault> fault_;
  Frame* root_ = nullptr;
  std::uint32_t depth_ = 0;
  std::uint64_t steps_ = 0;
  std::uintptr_t stack_base_ = 0;
  std::vector<std::unique_ptr<Program>> evaluated_;
};

struct Evaluator::Site {
  std::string_view name;
  std::uint32_t position;
};

// Stable: what does not come after another stays before it. `comes_after(a, b)` over items of
// `items`, given by their positions.
Array* Evaluator::merge_sorted(std::span<const Value> items, auto&& comes_after) {
  std::vector<std::uint32_t> order(items.size());
  std::vector<std::uint32_t> other(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  for (std::size_t width = 1; width < order.size(); width *= 2) {
    for (std::size_t from = 0; from < order.size(); from += 2 * width) {
      std::size_t left = from;
      const std::size_t middle = std::min(from + width, order.size());
      std::size_t right = middle;
      const std::size_t end = std::min(from + 2 * width, order.size());
      for (std::size_t at = from; at < end; ++at) {
        const bool take_right =
            right < end &&
            (left >= middle || (!failed() && comes_after(order[left], order[right])));
        other[at] = take_right ? order[right++] : order[left++];
      }
    }
    order.swap(other);
  }
  Array* const sorted = new_array();
  if (!items.empty()) sorted->grow(arena_, items.size());
  for (const auto index : order) sorted->push(arena_, items[index]);
  return sorted;
}

}  // namespace loopgate::codec::jsonata
