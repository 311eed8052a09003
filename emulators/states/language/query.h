// What JSONPath states may say where a value is asked for: a path into the input ("$.a"), the
// context object ("$$.a"), a variable ("$name.a"), or a call of an intrinsic function.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/states/language/json_path.h"
#include "emulators/states/language/scope.h"

namespace loopgate::states {

struct IntrinsicCall;

class Query {
 public:
  // nullopt when it is neither.
  static std::optional<Query> compile(std::string_view text);
  // A path alone.
  static std::optional<Query> compile_path(std::string_view text);

  static Query of(std::string_view text, IntrinsicCall call);

  // The error is the path's ("No results for path: …") or the function's.
  std::expected<Json, std::string> read(const Scope& scope) const;
  // Null when there is none; for paths that have one value at most. What it points to lives as
  // long as `keep` and the scope.
  const Json* find(const Scope& scope, Datum& keep) const;

  const std::string& text() const { return text_; }
  bool is_function() const { return call_ != nullptr; }
  // Whether it is a plain path into the input that could be written to.
  bool is_reference() const { return root_ == Root::kInput && path_ && path_->is_reference(); }
  const JsonPath& path() const { return *path_; }
  // Names of the variables that it reads.
  void collect_variables(std::set<std::string>& out) const;

 private:
  enum class Root : std::uint8_t { kInput, kContext, kVariable };

  std::expected<Datum, std::string> root(const Scope& scope) const;

  std::string text_;
  Root root_ = Root::kInput;
  std::string variable_;
  std::optional<JsonPath> path_;
  std::shared_ptr<const IntrinsicCall> call_;
};

// An argument: a value as it stands, or a query.
struct IntrinsicArgument {
  Json constant{};
  std::optional<Query> query{};
};

struct IntrinsicCall {
  std::string name;  // "States.Format"
  std::vector<IntrinsicArgument> arguments{};
};

// Of "States.Name(…)". nullopt when it is no call of a known function with arguments that it takes.
std::optional<IntrinsicCall> parse_intrinsic(std::string_view text);

// How many arguments a function takes; nullopt when there is none of that name.
struct Arity {
  std::size_t least = 0;
  std::size_t most = 0;
};
std::optional<Arity> intrinsic_arity(std::string_view name);

// The error says what is wrong with the arguments.
std::expected<Json, std::string> call_intrinsic(std::string_view name,
                                                const std::vector<Json>& arguments, Random& random);

}  // namespace loopgate::states
