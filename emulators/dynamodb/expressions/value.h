// Attribute values and items. A value is what DynamoDB's JSON says it is, {"S": "text"}: items are
// kept, compared and answered in that form, so that nothing is converted on the way. Blobs are in
// base64, numbers in their normal form (number.h).
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace loopgate::dynamodb {

using nlohmann::json;

// Levels of lists and maps in an item.
inline constexpr std::size_t kMostLevels = 32;
inline constexpr std::size_t kMostItemBytes = 400 * 1024;

// "S", "N", "M", …: of a checked value.
inline const std::string& type_of(const json& value) {
  return value.begin().key();
}
inline const json& content(const json& value) {
  return *value.begin();
}
inline bool is_type(const json& value, std::string_view type) {
  return type_of(value) == type;
}

// Checks a value as it came and brings its numbers into their normal form. The error is AWS's
// sentence.
std::expected<void, std::string> check_value(json& value, std::size_t level = 1);
// The same of each attribute of an item or a key.
std::expected<void, std::string> check_item(json& item);

// Sets are equal in any order.
bool equal(const json& a, const json& b);
// Of two strings, numbers or binaries; nothing of others and of different types.
std::optional<std::strong_ordering> compare(const json& a, const json& b);
// What a binary holds.
std::string bytes_of(const json& blob);

// Bytes as AWS counts them: names in UTF-8, 3 and 1 for each element of lists and maps.
std::size_t value_size(const json& value);
std::size_t item_size(const json& item);
std::size_t attribute_size(std::string_view name, const json& value);

// "{S:text}", as AWS shows it in sentences.
std::string shown(const json& value);

}  // namespace loopgate::dynamodb
