// What can be called.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/jsonata/value.h"

namespace loopgate::codec::jsonata {

struct Builtin;
struct Node;
class Pattern;
class Signature;

enum class FunctionType : std::uint8_t {
  kBuiltin,
  kLambda,
  kPartial,
  kPattern,    // matches its argument
  kNextMatch,  // the matches behind the one it came with
  kTransform,
  kChain,  // first, then second
};

struct Function {
  FunctionType type = FunctionType::kBuiltin;
  const Builtin* builtin = nullptr;
  const Node* node = nullptr;  // of a lambda, a transform, a pattern
  const Signature* signature = nullptr;
  Frame* frame = nullptr;
  Value input{};
  Value first{};  // of a chain; what a partial calls
  Value second{};
  // Of a partial: what is bound, undefined where `open` says that an argument is still to come.
  std::span<const Value> bound{};
  std::span<const bool> open{};
  std::size_t from = 0;  // of a next match: the byte where it searches
};

// How many arguments it takes, as higher-order functions ask before they pass an index.
std::size_t arity_of(const Function& function);

}  // namespace loopgate::codec::jsonata
