#include "codec/jsonata/json_value.h"

#include <cmath>
#include <cstdint>

#include "codec/jsonata/limits.h"
#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"
#include "codec/text.h"

namespace loopgate::codec::jsonata {

namespace {

std::string_view text_of(Arena& arena, const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return arena.copy(is_valid_utf8(bytes) ? text : utf8_from_bytes(bytes));
}

// What is nested too deeply to be given back is not taken either.
template <class Json>
Value convert(Arena& arena, const Json& json, int depth) {
  if (depth > kMaxValueDepth) return Value::null();
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::boolean(json.template get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return Value::number(json.template get<double>());
    case Json::value_t::string:
      return Value::string(text_of(arena, json.template get_ref<const std::string&>()));
    case Json::value_t::array: {
      Array* const array = arena.make<Array>();
      if (!json.empty()) array->grow(arena, json.size());
      for (const Json& item : json) array->push(arena, convert(arena, item, depth + 1));
      return Value::array(array);
    }
    case Json::value_t::object: {
      Object* const object = arena.make<Object>();
      for (auto member = json.begin(); member != json.end(); ++member) {
        object->set(arena, text_of(arena, member.key()), convert(arena, *member, depth + 1));
      }
      object->members();
      return Value::object(object);
    }
    default:
      return Value::null();
  }
}

nlohmann::ordered_json number_json(double number) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (!std::isfinite(number)) return nullptr;
  if (is_integer(number) && std::abs(number) <= kExact) return static_cast<std::int64_t>(number);
  return number;
}

nlohmann::ordered_json to_json(const Value& value, int depth) {
  if (depth > kMaxValueDepth) return nullptr;
  switch (value.kind()) {
    case Kind::kBoolean:
      return value.as_boolean();
    case Kind::kNumber:
      return number_json(value.as_number());
    case Kind::kString: {
      const auto text = value.as_string();
      const auto bytes = std::as_bytes(std::span(text));
      return is_valid_utf8(bytes) ? std::string(text) : to_utf8(text);
    }
    case Kind::kArray: {
      auto json = nlohmann::ordered_json::array();
      for (const Value& item : value.as_array().all()) json.push_back(to_json(item, depth + 1));
      return json;
    }
    case Kind::kObject: {
      auto json = nlohmann::ordered_json::object();
      auto& members = json.get_ref<nlohmann::ordered_json::object_t&>();
      for (const Member& member : value.as_object().members()) {
        if (member.value.undefined()) continue;
        // Names are different already; looking each up would take the square of their number.
        members.Container::emplace_back(to_utf8(member.key), to_json(member.value, depth + 1));
      }
      return json;
    }
    case Kind::kFunction:
      if (depth > 0) return "";
      return nullptr;
    default:
      return nullptr;
  }
}

}  // namespace

Value value_of(Arena& arena, const nlohmann::ordered_json& json) {
  return convert(arena, json, 0);
}

Value value_of(Arena& arena, const nlohmann::json& json) {
  return convert(arena, json, 0);
}

nlohmann::ordered_json json_of(const Value& value) {
  return to_json(value, 0);
}

}  // namespace loopgate::codec::jsonata
