// A JSON value in a definition, parts of which are evaluated: of JSONPath members whose names end
// in
// ".$", of JSONata texts that are "{% … %}".
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulators/states/language/jsonata_field.h"
#include "emulators/states/language/query.h"

namespace loopgate::states {

enum class Language : std::uint8_t { kJsonPath, kJsonata };

// Where something in a definition is wrong ("/States/A/Parameters"), and what.
using Complain = std::function<void(const std::string& location, std::string message)>;

class Payload {
 public:
  // `field` is its name ("Output"), `location` where it stands ("/States/A/Output").
  static Payload compile(const Json& json, Language language, const std::string& field,
                         const std::string& location, const Complain& complain);

  std::expected<Datum, Misfit> evaluate(const Scope& scope) const;

  // Whether it is written as text or object, for fields that have one value.
  bool is_constant() const { return std::holds_alternative<Datum>(value_); }
  bool is_expression() const { return std::holds_alternative<Expression>(value_); }
  // Of a constant.
  const Json& constant() const { return std::get<Datum>(value_).json(); }
  // Of an expression, without its braces; else empty.
  std::string_view expression_text() const;
  // The members of an object at the top, each on its own (Assign).
  std::expected<std::vector<std::pair<std::string, Datum>>, Misfit> evaluate_members(
      const Scope& scope) const;
  void collect_variables(std::set<std::string>& out) const;
  // The members of an object at the top: what an Assign sets.
  void collect_names(std::set<std::string>& out) const;

 private:
  struct Expression {
    std::shared_ptr<const JsonataField> field;
    std::string location;
  };
  struct Path {
    std::shared_ptr<const Query> query;
    std::string field;  // "value.$"
  };
  struct Member {
    std::string name;
    std::shared_ptr<const Payload> value;
  };
  struct Object {
    std::vector<Member> members;
  };
  struct List {
    std::vector<std::shared_ptr<const Payload>> items;
  };

  struct Compiler;
  std::expected<Json, Misfit> to_json(const Scope& scope) const;

  std::variant<Datum, Expression, Path, Object, List> value_;
};

// "number", as AWS names the types of JSON.
std::string_view json_type(const Json& json);

}  // namespace loopgate::states
