#include "codec/jsonata/jsonata.h"

#include "base/json.h"
#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/json_value.h"
#include "codec/jsonata/parser.h"
#include "codec/jsonata/resolve.h"
#include "codec/jsonata/stringify.h"
#include "codec/jsonata/utf16.h"
#include "codec/text.h"

namespace loopgate::codec::jsonata {

namespace {

Failure failure_of(const Fault& fault, std::string_view source) {
  const auto before = source.substr(0, std::min<std::size_t>(fault.position, source.size()));
  return {.code = fault.code,
          .message = message_of(fault),
          .position = utf16_size(before),
          .token = fault.token,
          .value = json_of(fault.value),
          .function = fault.function};
}

template <class Json>
std::pair<std::shared_ptr<Arena>, Value> converted(const Json& json) {
  auto arena = std::make_shared<Arena>();
  const Value value = value_of(*arena, json);
  return {std::move(arena), value};
}

// What a result points into.
struct Memory {
  Arena arena;
  std::shared_ptr<const Program> program;
  std::vector<Document> given;
};

}  // namespace

std::string Failure::to_string() const {
  return code + ": " + message;
}

Document Document::of(const nlohmann::ordered_json& json) {
  auto [arena, value] = converted(json);
  return {std::move(arena), value};
}

Document Document::of(const nlohmann::json& json) {
  auto [arena, value] = converted(json);
  return {std::move(arena), value};
}

Result<Document> Document::parse(std::string_view text) {
  const auto json = read_ordered_json(text);
  if (!json) return std::unexpected(json.error());
  return of(*json);
}

Document Document::object(const std::vector<Variable>& members) {
  auto memory = std::make_shared<Memory>();
  auto* const object = memory->arena.make<Object>();
  for (const Variable& member : members) {
    if (member.value.is_undefined()) continue;
    memory->given.push_back(member.value);
    object->set(memory->arena, memory->arena.copy(member.name), member.value.value());
  }
  return {std::shared_ptr<const void>(std::move(memory)), Value::object(object)};
}

nlohmann::ordered_json Document::to_json() const {
  return json_of(value_);
}

std::string Document::to_text() const {
  if (value_.undefined() || value_.is_function()) return "null";
  std::string text;
  stringify(text, value_, {.digits = Digits::kAll, .max_bytes = kMaxJsonBytes});
  return text;
}

std::expected<Expression, Failure> Expression::compile(std::string_view text, Dialect dialect) {
  if (text.size() > kMaxExpressionBytes) {
    return std::unexpected(Failure{.code = kLimitCode,
                                   .message = "The expression is longer than " +
                                              std::to_string(kMaxExpressionBytes) + " bytes"});
  }
  auto program = std::make_shared<Program>();
  program->source = text;
  auto root = parse(*program);
  if (root) root = resolve(*program, *root, dialect);
  if (!root) return std::unexpected(failure_of(root.error(), program->source));
  program->root = *root;
  return Expression(std::move(program), dialect);
}

std::expected<Document, Failure> Expression::evaluate(const Document& input,
                                                      const Surroundings& surroundings) const {
  auto memory = std::make_shared<Memory>();
  memory->program = program_;
  memory->given.push_back(input);
  Frame* const variables = memory->arena.make<Frame>();
  for (const Variable& variable : surroundings.variables) {
    memory->given.push_back(variable.value);
    variables->bind(memory->arena, memory->arena.copy(variable.name), variable.value.value());
  }
  Evaluator evaluator(memory->arena,
                      {.dialect = dialect_,
                       .limits = surroundings.limits,
                       .now_millis = static_cast<double>(to_millis(surroundings.now)),
                       .random = surroundings.random});
  const Value result = evaluator.run(*program_->root, input.value(), variables);
  if (evaluator.failed()) return std::unexpected(failure_of(evaluator.fault(), program_->source));
  return Document(std::shared_ptr<const void>(std::move(memory)), result);
}

}  // namespace loopgate::codec::jsonata
