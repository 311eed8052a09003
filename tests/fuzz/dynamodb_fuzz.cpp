// The first line says what kind of expression the second is; the others are names, values and an
// item as JSON. Whatever is taken can be evaluated.
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json.h"
#include "emulators/dynamodb/expressions/condition.h"
#include "emulators/dynamodb/expressions/number.h"
#include "emulators/dynamodb/expressions/projection.h"
#include "emulators/dynamodb/expressions/update.h"

namespace {

using namespace loopgate;
using namespace loopgate::dynamodb;

std::array<std::string_view, 5> lines(std::string_view input) {
  std::array<std::string_view, 5> out;
  for (auto& line : out) {
    const auto end = input.find('\n');
    line = input.substr(0, end);
    input = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  }
  return out;
}

// What the protocol lets through: each type with what its shape has.
bool is_shaped(const json& value) {
  if (!value.is_object()) return false;
  for (const auto& part : value.items()) {
    const auto& type = part.key();
    const auto& inner = part.value();
    const auto all = [&](auto fits) { return std::ranges::all_of(inner, fits); };
    const auto is_text = [](const json& each) { return each.is_string(); };
    if (type == "S" || type == "N" || type == "B") {
      if (!inner.is_string()) return false;
    } else if (type == "SS" || type == "NS" || type == "BS") {
      if (!inner.is_array() || !all(is_text)) return false;
    } else if (type == "L") {
      if (!inner.is_array() || !all(is_shaped)) return false;
    } else if (type == "M") {
      if (!inner.is_object() || !all(is_shaped)) return false;
    } else if ((type != "NULL" && type != "BOOL") || !inner.is_boolean()) {
      return false;
    }
  }
  return true;
}

json attributes(std::string_view text) {
  auto out = read_json(text).value_or(json::object());
  if (!out.is_object() || !std::ranges::all_of(out, is_shaped)) return json::object();
  return out;
}

json names_of(std::string_view text) {
  auto out = read_json(text).value_or(json::object());
  const auto is_text = [](const json& each) { return each.is_string(); };
  if (!out.is_object() || !std::ranges::all_of(out, is_text)) return json::object();
  return out;
}

void evaluate(std::string_view kind, std::string_view text, Placeholders& placeholders,
              const json& item) {
  if (kind.starts_with("u")) {
    const auto update = parse_update(text, placeholders);
    json changed = item;
    if (update && apply(*update, changed)) (void)item_size(changed);
  } else if (kind.starts_with("p")) {
    const auto paths = parse_projection(text, placeholders);
    if (paths) (void)project(item, *paths);
  } else if (kind.starts_with("k")) {
    (void)parse_key_condition(text, placeholders);
  } else {
    const auto condition = parse_condition(text, placeholders);
    if (condition) (void)matches(*condition, &item);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [kind, text, names_text, values_text, item_text] =
      lines({reinterpret_cast<const char*>(data), size});
  if (kind.starts_with("n")) {
    if (const auto number = Number::parse(text)) (void)number->plus(*number);
    return 0;
  }
  const json names = names_of(names_text);
  json values = attributes(values_text);
  json item = attributes(item_text);
  const bool given = !names.empty() || !values.empty();
  if (!check_item(item)) item = json::object();
  if (given &&
      !Placeholders::check(names.empty() ? nullptr : &names, values.empty() ? nullptr : &values)) {
    return 0;
  }
  Placeholders placeholders{.names = &names, .values = &values};
  evaluate(kind, text, placeholders, item);
  return 0;
}
