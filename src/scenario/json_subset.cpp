#include "scenario/json_subset.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace loopgate::scenario {

namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return write_json(value);
}

std::string difference_at(const json& expected, const json& got, const std::string& place);

std::string member_difference(const json& expected, const json& got, const std::string& place) {
  for (const auto& [name, value] : expected.items()) {
    const auto found = got.find(name);
    if (found == got.end()) return fmt::format("{}/{} is missing", place, name);
    if (auto text = difference_at(value, *found, place + "/" + name); !text.empty()) return text;
  }
  return {};
}

std::string difference_at(const json& expected, const json& got, const std::string& place) {
  if (expected.is_object() && got.is_object()) return member_difference(expected, got, place);
  if (expected.is_array() && got.is_array() && expected.size() == got.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      auto text = difference_at(expected[i], got[i], fmt::format("{}/{}", place, i));
      if (!text.empty()) return text;
    }
    return {};
  }
  if (expected == got) return {};
  return fmt::format("{} is {}, not {}", place.empty() ? "the document" : place, text_of(got),
                     text_of(expected));
}

}  // namespace

std::string difference(const json& expected, const json& got) {
  return difference_at(expected, got, "");
}

}  // namespace loopgate::scenario
