#include "emulators/dynamodb/expressions/value.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/dynamodb/expressions/number.h"

namespace loopgate::dynamodb {

namespace {

using Checked = std::expected<void, std::string>;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

Checked refuse(std::string_view why) {
  return std::unexpected(std::string(kInvalid) + std::string(why));
}

Checked normalize(json& number) {
  const auto parsed = Number::parse(number.get_ref<const std::string&>());
  if (!parsed) return std::unexpected(parsed.error());
  number = parsed->to_string();
  return {};
}

std::string listed(const json& set) {
  std::string out = "[";
  for (const auto& each : set) {
    if (out.size() > 1) out += ", ";
    out += each.get<std::string>();
  }
  return out + "]";
}

bool has_twice(const json& set) {
  std::set<std::string_view> seen;
  for (const auto& each : set) {
    if (!seen.insert(each.get_ref<const std::string&>()).second) return true;
  }
  return false;
}

bool has_empty(const json& set) {
  return std::ranges::any_of(
      set, [](const json& each) { return each.get_ref<const std::string&>().empty(); });
}

Checked check_set(const std::string& type, json& set) {
  if (set.empty()) {
    if (type == "BS") return refuse("Binary sets should not be empty");
    return refuse(type == "SS" ? "An string set  may not be empty"
                               : "An number set  may not be empty");
  }
  if (type == "SS" && has_empty(set)) {
    return refuse("An string set may not have a empty string as a member");
  }
  if (type == "BS" && has_empty(set)) {
    return refuse("Binary sets may not contain null or empty values");
  }
  if (type == "NS") {
    for (auto& each : set) {
      if (auto done = normalize(each); !done) return done;
    }
  }
  if (!has_twice(set)) return {};
  if (type == "NS") return std::unexpected("Input collection contains duplicates");
  return refuse("Input collection " + listed(set) +
                (type == "SS" ? " contains duplicates." : "of type BS contains duplicates."));
}

Checked check_content(const std::string& type, json& inner, std::size_t level) {
  if (type == "N") return normalize(inner);
  if (type == "SS" || type == "NS" || type == "BS") return check_set(type, inner);
  if (type == "NULL" && inner != true) {
    return refuse("Null attribute value types must have the value of true");
  }
  if (type != "L" && type != "M") return {};
  if (level > kMostLevels) {
    return std::unexpected("Nesting Levels have exceeded supported limits");
  }
  for (auto& each : inner) {
    if (auto done = check_value(each, level + 1); !done) return done;
  }
  return {};
}

}  // namespace

Checked check_value(json& value, std::size_t level) {
  if (!value.is_object() || value.empty()) {
    return std::unexpected(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  for (auto& part : value.items()) {
    if (auto done = check_content(part.key(), part.value(), level); !done) return done;
  }
  if (value.size() > 1) {
    return std::unexpected(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes");
  }
  return {};
}

Checked check_item(json& item) {
  for (auto& value : item) {
    if (auto done = check_value(value); !done) return done;
  }
  return {};
}

bool equal(const json& a, const json& b) {
  const auto& type = type_of(a);
  if (type != type_of(b)) return false;
  const auto &x = content(a), &y = content(b);
  if (type == "SS" || type == "NS" || type == "BS") {
    return x.size() == y.size() && std::ranges::all_of(x, [&](const json& each) {
             return std::ranges::find(y, each) != y.end();
           });
  }
  if (type == "L") return std::ranges::equal(x, y, equal);
  if (type != "M") return x == y;
  if (x.size() != y.size()) return false;
  for (auto i = x.begin(), j = y.begin(); i != x.end(); ++i, ++j) {
    if (i.key() != j.key() || !equal(*i, *j)) return false;
  }
  return true;
}

std::optional<std::strong_ordering> compare(const json& a, const json& b) {
  const auto& type = type_of(a);
  if (type != type_of(b)) return std::nullopt;
  const auto &x = content(a), &y = content(b);
  if (type == "S") return x.get_ref<const std::string&>() <=> y.get_ref<const std::string&>();
  if (type == "B") return bytes_of(a) <=> bytes_of(b);
  if (type != "N") return std::nullopt;
  return Number::parse(x.get_ref<const std::string&>()).value_or(Number()) <=>
         Number::parse(y.get_ref<const std::string&>()).value_or(Number());
}

std::string bytes_of(const json& blob) {
  return codec::base64_decode_text(content(blob).get_ref<const std::string&>())
      .value_or(std::string());
}

namespace {

std::size_t text_size(const json& text) {
  return text.get_ref<const std::string&>().size();
}
std::size_t number_size(const json& text) {
  return Number::parse(text.get_ref<const std::string&>()).value_or(Number()).size();
}
std::size_t blob_size(const json& text) {
  const auto& base64 = text.get_ref<const std::string&>();
  const auto padding = static_cast<std::size_t>(std::ranges::count(base64, '='));
  return base64.size() / 4 * 3 - std::min(padding, base64.size() / 4 * 3);
}

template <class Size>
std::size_t sum(const json& set, Size size) {
  std::size_t out = 0;
  for (const auto& each : set) out += size(each);
  return out;
}

}  // namespace

std::size_t value_size(const json& value) {
  const auto& type = type_of(value);
  const auto& inner = content(value);
  if (type == "S") return text_size(inner);
  if (type == "N") return number_size(inner);
  if (type == "B") return blob_size(inner);
  if (type == "SS") return sum(inner, text_size);
  if (type == "NS") return sum(inner, number_size);
  if (type == "BS") return sum(inner, blob_size);
  if (type == "L") return 3 + inner.size() + sum(inner, value_size);
  if (type == "M") return 3 + inner.size() + item_size(inner);
  return 1;  // NULL, BOOL
}

std::size_t attribute_size(std::string_view name, const json& value) {
  return name.size() + value_size(value);
}

std::size_t item_size(const json& item) {
  std::size_t out = 0;
  for (const auto& attribute : item.items()) {
    out += attribute_size(attribute.key(), attribute.value());
  }
  return out;
}

std::string shown(const json& value) {
  const auto& inner = content(value);
  return "{" + type_of(value) + ":" +
         (inner.is_string() ? inner.get<std::string>() : write_json(inner)) + "}";
}

}  // namespace loopgate::dynamodb
