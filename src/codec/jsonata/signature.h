// The signature of a function, "<s-(sf)n?:a<s>>": which arguments it takes, which of them the
// context stands in for, and which become arrays (docs.jsonata.org, "Function signature syntax").
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "codec/jsonata/fault.h"

namespace loopgate::codec::jsonata {

struct Parameter {
  std::string types;  // symbols that match, 'm' for a missing argument among them
  char type = 0;      // as it was declared; '(' for a choice
  bool context = false;
  bool optional = false;
  bool repeated = false;
  bool lazy = false;  // takes as few arguments as it can
  bool typed = false;
  std::string item{};  // of an array, when `typed`
};

class Signature {
 public:
  // `offset` of the fault's position is counted from the '<'.
  static std::expected<Signature, Fault> parse(std::string_view text);

  // The arguments as the function gets them, appended to `out`.
  std::expected<void, Fault> validate(Arena& arena, std::span<const Value> arguments,
                                      const Value& context, std::vector<Value>& out) const;

 private:
  bool matches_each(std::span<const Value> arguments) const;
  Fault mismatch(std::string_view supplied, std::span<const Value> arguments) const;
  std::expected<Value, Fault> as_array(Arena& arena, const Parameter& parameter, Value argument,
                                       std::string_view matched, std::size_t index) const;

  std::vector<Parameter> parameters_;
  bool plain_ = false;  // each parameter takes exactly one argument, and none an array's items
};

// The symbol of a value's type: s n b l a o f, m when it is undefined.
char type_symbol(const Value& value);

}  // namespace loopgate::codec::jsonata
