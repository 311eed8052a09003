// The library of functions.
#pragma once

#include <span>
#include <string_view>

#include "codec/jsonata/function.h"
#include "codec/jsonata/signature.h"

namespace loopgate::codec::jsonata {

class Evaluator;

// Whose rules hold: the language's, or those of AWS Step Functions, which adds functions and has no
// $eval (docs.aws.amazon.com, "Transforming data with JSONata in Step Functions").
enum class Dialect : std::uint8_t { kPlain, kStates };

struct Call {
  Evaluator& evaluator;
  std::span<const Value> arguments;
  Value input;   // the context
  Frame* frame;  // of the caller

  Value operator[](std::size_t index) const {
    return index < arguments.size() ? arguments[index] : Value();
  }
};

using Implementation = Value (*)(const Call&);

struct Builtin {
  std::string_view name;
  Signature signature;
  // Declared parameters: what partial application and higher-order functions go by.
  std::size_t arity;
  Implementation run;
};

// nullptr when there is none of that name.
const Builtin* find_builtin(std::string_view name, Dialect dialect);

// A row of the table, which has one part a file.
struct BuiltinRow {
  std::string_view name;
  std::string_view signature;
  std::size_t arity;
  Implementation run;
};
std::span<const BuiltinRow> text_builtins();
std::span<const BuiltinRow> match_builtins();
std::span<const BuiltinRow> number_builtins();
std::span<const BuiltinRow> array_builtins();
std::span<const BuiltinRow> object_builtins();
std::span<const BuiltinRow> higher_order_builtins();
std::span<const BuiltinRow> date_builtins();
std::span<const BuiltinRow> states_builtins();

}  // namespace loopgate::codec::jsonata
