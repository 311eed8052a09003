// JSONata, the language in which a state machine picks, tests and shapes its documents
// (docs.jsonata.org; the behaviour is that of the public suite of its version 2.2). Pure: a
// document and an expression in, a document or an error with its code out; time and randomness are
// handed in. What an evaluation may take is bounded (limits.h).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "codec/jsonata/builtins.h"
#include "codec/jsonata/limits.h"

namespace loopgate::codec::jsonata {

struct Program;

// What an expression has wrong, or what went wrong in it.
struct Failure {
  std::string code;     // "T2001"; U1001 is one of our limits
  std::string message;  // a sentence
  // The character of the expression behind the token at fault, in UTF-16 units; 0: not known.
  std::size_t position = 0;
  std::string token{};             // empty: none
  nlohmann::ordered_json value{};  // at fault; null when there is none, or it is none that JSON has
  std::string function{};          // "encodeUrl", of a text that it cannot take

  std::string to_string() const;  // "T2001: The left side of …"
};

// A document that evaluations share and never copy; or nothing (undefined), or a function, which is
// what an expression may have as its result.
struct Variable;

class Document {
 public:
  Document() = default;  // undefined

  static Document of(const nlohmann::ordered_json& json);
  static Document of(const nlohmann::json& json);
  static Result<Document> parse(std::string_view text);
  // An object whose members are shared, not copied. What is undefined is left out.
  static Document object(const std::vector<Variable>& members);

  bool is_undefined() const { return value_.undefined(); }
  bool is_function() const { return value_.is_function(); }
  const Value& value() const { return value_; }

  // Nothing, functions and numbers that JSON does not have become null, functions inside empty
  // strings, as the reference prints them.
  nlohmann::ordered_json to_json() const;
  // The same as text, numbers as JavaScript writes them.
  std::string to_text() const;

 private:
  friend class Expression;
  Document(std::shared_ptr<const void> memory, Value value)
      : memory_(std::move(memory)), value_(value) {}

  std::shared_ptr<const void> memory_;
  Value value_;
};

struct Variable {
  std::string name;  // without the '$'
  Document value;
};

struct Surroundings {
  const std::vector<Variable>& variables;
  Random& random;
  WallTime now{};
  Limits limits{};
};

// Compiled once, evaluated as often as there are documents, in one thread at a time.
class Expression {
 public:
  static std::expected<Expression, Failure> compile(std::string_view text,
                                                    Dialect dialect = Dialect::kPlain);

  std::expected<Document, Failure> evaluate(const Document& input,
                                            const Surroundings& surroundings) const;

 private:
  Expression(std::shared_ptr<const Program> program, Dialect dialect)
      : program_(std::move(program)), dialect_(dialect) {}

  std::shared_ptr<const Program> program_;
  Dialect dialect_;
};

}  // namespace loopgate::codec::jsonata
