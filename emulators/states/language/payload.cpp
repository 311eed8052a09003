#include "emulators/states/language/payload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"

namespace loopgate::states {

struct Payload::Compiler {
  Language language;
  const std::string& where;
  const Complain& complain;

  // `path` is that of the value in its field: "Output/a/b".
  Payload compile(const Json& json, const std::string& path) const {
    Payload out;
    if (json.is_object()) {
      Object object;
      bool constant = true;
      for (const auto& member : json.items()) {
        object.members.push_back(compile_member(member.key(), member.value(), path));
        constant = constant && object.members.back().value->is_constant() &&
                   object.members.back().name == member.key();
      }
      if (!constant) {
        out.value_ = std::move(object);
        return out;
      }
    } else if (json.is_array()) {
      List list;
      for (const auto& item : json) {
        list.items.push_back(std::make_shared<Payload>(
            compile(item, fmt::format("{}/{}", path, list.items.size()))));
      }
      if (!std::ranges::all_of(list.items, [](const auto& item) { return item->is_constant(); })) {
        out.value_ = std::move(list);
        return out;
      }
    } else if (language == Language::kJsonata && json.is_string()) {
      if (const auto text = jsonata_in(json.get_ref<const std::string&>())) {
        return compile_expression(*text, path);
      }
    }
    out.value_ = Datum(json);
    return out;
  }

  Payload compile_expression(std::string_view text, const std::string& path) const {
    Payload out;
    auto field = JsonataField::compile(text);
    if (field) {
      out.value_ = Expression{std::make_shared<const JsonataField>(std::move(*field)), path};
    } else {
      complain(where, fmt::format("The JSONata expression '{}' is not valid: {}", text,
                                  field.error().to_string()));
    }
    return out;
  }

  Member compile_member(const std::string& name, const Json& value, const std::string& path) const {
    if (language == Language::kJsonata || !name.ends_with(".$")) {
      return {name, std::make_shared<Payload>(compile(value, path + "/" + name))};
    }
    auto out = std::make_shared<Payload>();
    auto query =
        value.is_string() ? Query::compile(value.get_ref<const std::string&>()) : std::nullopt;
    if (query) {
      out->value_ = Path{std::make_shared<const Query>(std::move(*query)), name};
    } else {
      complain(where, fmt::format("The value for the field '{}' must be a valid JSONPath or a "
                                  "valid intrinsic function call",
                                  name));
    }
    return {name.substr(0, name.size() - 2), std::move(out)};
  }
};

Payload Payload::compile(const Json& json, Language language, const std::string& field,
                         const std::string& location, const Complain& complain) {
  return Compiler{language, location, complain}.compile(json, field);
}

std::expected<Datum, Misfit> Payload::evaluate(const Scope& scope) const {
  if (const auto* constant = std::get_if<Datum>(&value_)) return *constant;
  if (const auto* expression = std::get_if<Expression>(&value_)) {
    return expression->field->evaluate(scope, expression->location);
  }
  auto json = to_json(scope);
  if (!json) return std::unexpected(std::move(json.error()));
  return Datum(std::move(*json));
}

std::expected<Json, Misfit> Payload::to_json(const Scope& scope) const {
  if (const auto* constant = std::get_if<Datum>(&value_)) return constant->json();
  if (const auto* expression = std::get_if<Expression>(&value_)) {
    const auto value = expression->field->evaluate(scope, expression->location);
    if (!value) return std::unexpected(value.error());
    return value->json();
  }
  if (const auto* path = std::get_if<Path>(&value_)) {
    auto value = path->query->read(scope);
    if (value) return std::move(*value);
    if (path->query->is_function()) return std::unexpected(Misfit{.reason = value.error()});
    return std::unexpected(
        Misfit{.reason = fmt::format("The JSONPath '{}' specified for the field '{}' could not be "
                                     "found in the input '{}'",
                                     path->query->text(), path->field, scope.input.text())});
  }
  if (const auto* list = std::get_if<List>(&value_)) {
    Json out = Json::array();
    for (const auto& item : list->items) {
      auto value = item->to_json(scope);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return out;
  }
  Json out = Json::object();
  for (const auto& member : std::get<Object>(value_).members) {
    auto value = member.value->to_json(scope);
    if (!value) return value;
    out[member.name] = std::move(*value);
  }
  return out;
}

std::expected<std::vector<std::pair<std::string, Datum>>, Misfit> Payload::evaluate_members(
    const Scope& scope) const {
  std::vector<std::pair<std::string, Datum>> out;
  if (const auto* object = std::get_if<Object>(&value_)) {
    for (const auto& member : object->members) {
      auto value = member.value->evaluate(scope);
      if (!value) return std::unexpected(std::move(value.error()));
      out.emplace_back(member.name, std::move(*value));
    }
    return out;
  }
  const auto whole = evaluate(scope);
  if (!whole) return std::unexpected(whole.error());
  if (!whole->json().is_object()) return out;
  for (const auto& member : whole->json().items()) {
    out.emplace_back(member.key(), Datum(member.value()));
  }
  return out;
}

std::string_view Payload::expression_text() const {
  const auto* expression = std::get_if<Expression>(&value_);
  return expression == nullptr ? std::string_view() : expression->field->text();
}

std::string_view json_type(const Json& json) {
  if (json.is_object()) return "object";
  if (json.is_array()) return "array";
  if (json.is_string()) return "string";
  if (json.is_boolean()) return "boolean";
  return json.is_number() ? "number" : "null";
}

void Payload::collect_variables(std::set<std::string>& out) const {
  if (const auto* expression = std::get_if<Expression>(&value_)) {
    expression->field->collect_variables(out);
  } else if (const auto* path = std::get_if<Path>(&value_)) {
    path->query->collect_variables(out);
  } else if (const auto* object = std::get_if<Object>(&value_)) {
    for (const auto& member : object->members) member.value->collect_variables(out);
  } else if (const auto* list = std::get_if<List>(&value_)) {
    for (const auto& item : list->items) item->collect_variables(out);
  }
}

void Payload::collect_names(std::set<std::string>& out) const {
  if (const auto* object = std::get_if<Object>(&value_)) {
    for (const auto& member : object->members) out.insert(member.name);
  } else if (is_constant() && constant().is_object()) {
    for (const auto& member : constant().items()) out.insert(member.key());
  }
}

}  // namespace loopgate::states
