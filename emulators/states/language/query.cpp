#include "emulators/states/language/query.h"

#include <fmt/format.h>

#include "base/json.h"

namespace loopgate::states {

namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::size_t name_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() &&
         (begins_name(text[size]) || (size > 0 && text[size] >= '0' && text[size] <= '9'))) {
    ++size;
  }
  return size;
}

}  // namespace

const Datum* Variables::find(std::string_view name) const {
  for (const Variables* scope = this; scope != nullptr; scope = scope->outer_) {
    if (const auto found = scope->own_.find(name); found != scope->own_.end())
      return &found->second;
  }
  return nullptr;
}

std::optional<Query> Query::compile_path(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  Query query;
  query.text_ = text;
  std::string_view rest = text.substr(1);
  if (rest.starts_with('$')) {
    query.root_ = Root::kContext;
    rest.remove_prefix(1);
  } else if (const auto size = name_size(rest); size > 0) {
    query.root_ = Root::kVariable;
    query.variable_ = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  query.path_ = JsonPath::compile("$" + std::string(rest));
  if (!query.path_) return std::nullopt;
  return query;
}

std::optional<Query> Query::compile(std::string_view text) {
  if (!text.starts_with("States.")) return compile_path(text);
  auto call = parse_intrinsic(text);
  if (!call) return std::nullopt;
  return of(text, std::move(*call));
}

Query Query::of(std::string_view text, IntrinsicCall call) {
  Query query;
  query.text_ = text;
  query.call_ = std::make_shared<const IntrinsicCall>(std::move(call));
  return query;
}

std::expected<Datum, std::string> Query::root(const Scope& scope) const {
  if (root_ == Root::kInput) return scope.input;
  if (root_ == Root::kContext) return scope.context();
  if (const Datum* found = scope.variables.find(variable_)) return *found;
  return std::unexpected(fmt::format("Variable '${}' is not defined", variable_));
}

std::expected<Json, std::string> Query::read(const Scope& scope) const {
  if (!call_) {
    const auto from = root(scope);
    if (!from) return std::unexpected(from.error());
    return path_->read(from->json());
  }
  std::vector<Json> arguments;
  for (const auto& argument : call_->arguments) {
    if (!argument.query) {
      arguments.push_back(argument.constant);
      continue;
    }
    auto value = argument.query->read(scope);
    if (!value && argument.query->is_function()) return value;
    if (!value) {
      return std::unexpected(
          fmt::format("The function '{}' had the following error: The JsonPath argument for the "
                      "field '{}' could not be found in the input '{}'",
                      text_, argument.query->text(), scope.input.text()));
    }
    arguments.push_back(std::move(*value));
  }
  auto result = call_intrinsic(call_->name, arguments, scope.random);
  if (result) return result;
  return std::unexpected(
      fmt::format("The function '{}' had the following error: {}", text_, result.error()));
}

const Json* Query::find(const Scope& scope, Datum& keep) const {
  if (call_) return nullptr;
  auto from = root(scope);
  if (!from) return nullptr;
  keep = std::move(*from);
  return path_->find(keep.json());
}

void Query::collect_variables(std::set<std::string>& out) const {
  if (root_ == Root::kVariable) out.insert(variable_);
  if (!call_) return;
  for (const auto& argument : call_->arguments) {
    if (argument.query) argument.query->collect_variables(out);
  }
}

}  // namespace loopgate::states
