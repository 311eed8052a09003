// What the functions States.* do.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "codec/base64.h"
#include "codec/digest.h"
#include "emulators/states/language/query.h"
#include "emulators/states/language/same.h"

namespace loopgate::states {

namespace {

using Arguments = std::vector<Json>;
using Outcome = std::expected<Json, std::string>;

constexpr std::size_t kMaxListItems = 1000;     // of ArrayRange
constexpr std::size_t kMaxCodedBytes = 10'000;  // of Base64Encode, Base64Decode and Hash

std::unexpected<std::string> wrong(std::string text) {
  return std::unexpected(std::move(text));
}

// Halves upward, as recorded: -1.5 is -1.
std::optional<std::int64_t> whole(const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number()) return std::nullopt;
  const double rounded = std::floor(json.get<double>() + 0.5);
  if (!(std::abs(rounded) < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(rounded);
}

const std::string* text_of(const Json& json) {
  return json.is_string() ? &json.get_ref<const std::string&>() : nullptr;
}

// As Java prints what is no string: {a=1, b=[]}.
void print(std::string& out, const Json& json) {
  if (json.is_string()) {
    out += json.get_ref<const std::string&>();
  } else if (json.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (i > 0) out += ", ";
      print(out, json[i]);
    }
    out += ']';
  } else if (json.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& member : json.items()) {
      if (!first) out += ", ";
      first = false;
      out += member.key() + "=";
      print(out, member.value());
    }
    out += '}';
  } else {
    out += write_json(json);
  }
}

Outcome format(const Arguments& given, Random&) {
  const std::string* text = text_of(given[0]);
  if (text == nullptr) return wrong("The template string must be a string");
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < text->size(); ++at) {
    const char c = (*text)[at];
    if (c == '\\' && at + 1 < text->size()) {
      out += (*text)[++at];
    } else if (c == '{' && at + 1 < text->size() && (*text)[at + 1] == '}') {
      if (next == given.size()) return wrong("The number of arguments does not match the template");
      print(out, given[next++]);
      ++at;
    } else {
      out += c;
    }
  }
  if (next != given.size()) return wrong("The number of arguments does not match the template");
  return Json(std::move(out));
}

Outcome string_to_json(const Arguments& given, Random&) {
  const std::string* text = text_of(given[0]);
  if (text == nullptr) return wrong("The argument must be a string");
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return Json();
  auto json = read_ordered_json(*text);
  if (!json) return wrong("Unable to parse the string as JSON");
  if (json->is_number_integer() && *json == 0) return Json(0);
  return std::move(*json);
}

Outcome json_to_string(const Arguments& given, Random&) {
  return Json(write_json(given[0]));
}

Outcome array(const Arguments& given, Random&) {
  Json out = Json::array();
  for (const auto& each : given) out.push_back(each);
  return out;
}

Outcome array_partition(const Arguments& given, Random&) {
  const auto size = whole(given[1]);
  if (!given[0].is_array() || !size || *size < 1) {
    return wrong("The arguments must be an array and a positive integer");
  }
  Json out = Json::array();
  for (const auto& item : given[0]) {
    if (out.empty() || static_cast<std::int64_t>(out.back().size()) >= *size) {
      out.push_back(Json::array());
    }
    out.back().push_back(item);
  }
  return out;
}

Outcome array_contains(const Arguments& given, Random&) {
  if (!given[0].is_array()) return wrong("The first argument must be an array");
  return Json(
      std::ranges::any_of(given[0], [&](const Json& item) { return same(item, given[1]); }));
}

Outcome array_range(const Arguments& given, Random&) {
  const auto first = whole(given[0]), last = whole(given[1]), by = whole(given[2]);
  if (!first || !last || !by) return wrong("The arguments must be integers");
  if (*by == 0) return wrong("The increment must not be zero");
  const double count = std::floor((static_cast<double>(*last) - static_cast<double>(*first)) /
                                  static_cast<double>(*by));
  if (count >= static_cast<double>(kMaxListItems)) {
    return wrong("The array must not have more than 1000 items");
  }
  Json out = Json::array();
  for (std::int64_t i = 0; static_cast<double>(i) <= count; ++i) out.push_back(*first + i * *by);
  return out;
}

Outcome array_get_item(const Arguments& given, Random&) {
  const auto index = whole(given[1]);
  if (!given[0].is_array() || !index) return wrong("The arguments must be an array and an integer");
  if (*index < 0 || *index >= static_cast<std::int64_t>(given[0].size())) {
    return wrong("The index is out of the bounds of the array");
  }
  return given[0][static_cast<std::size_t>(*index)];
}

Outcome array_length(const Arguments& given, Random&) {
  if (!given[0].is_array()) return wrong("The argument must be an array");
  return Json(given[0].size());
}

Outcome array_unique(const Arguments& given, Random&) {
  if (!given[0].is_array()) return wrong("The argument must be an array");
  Json out = Json::array();
  for (const auto& item : given[0]) {
    const auto is_item = [&](const Json& other) { return same(item, other); };
    if (std::ranges::none_of(out, is_item)) out.push_back(item);
  }
  return out;
}

Outcome base64_encode(const Arguments& given, Random&) {
  const std::string* text = text_of(given[0]);
  if (text == nullptr) return wrong("The argument must be a string");
  if (text->size() > kMaxCodedBytes) return wrong("The string has more than 10000 characters");
  return Json(codec::base64_encode(as_bytes(*text)));
}

Outcome base64_decode(const Arguments& given, Random&) {
  const std::string* text = text_of(given[0]);
  if (text == nullptr) return wrong("The argument must be a string");
  if (text->size() > kMaxCodedBytes) return wrong("The string has more than 10000 characters");
  auto decoded = codec::base64_decode_text(*text);
  if (!decoded) return wrong("The string is not in base64");
  return Json(std::move(*decoded));
}

Outcome hash(const Arguments& given, Random&) {
  const std::string* algorithm = text_of(given[1]);
  if (algorithm == nullptr) return wrong("The algorithm must be a string");
  std::string text;
  print(text, given[0]);
  if (text.size() > kMaxCodedBytes) return wrong("The data has more than 10000 characters");
  auto digest = codec::digest_hex(*algorithm, text);
  if (!digest) return wrong("The algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512");
  return Json(std::move(*digest));
}

Outcome json_merge(const Arguments& given, Random&) {
  if (!given[0].is_object() || !given[1].is_object()) {
    return wrong("The first two arguments must be objects");
  }
  if (!given[2].is_boolean() || given[2].get<bool>()) {
    return wrong("Deep merging is not supported: the third argument must be false");
  }
  Json out = given[0];
  for (const auto& member : given[1].items()) out[member.key()] = member.value();
  return out;
}

Outcome math_add(const Arguments& given, Random&) {
  const auto a = whole(given[0]), b = whole(given[1]);
  if (!a || !b) return wrong("The arguments must be numbers");
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*a, *b, &sum)) return wrong("The sum is too large");
  return Json(sum);
}

// From the first number, below the second.
Outcome math_random(const Arguments& given, Random& random) {
  const auto from = whole(given[0]), to = whole(given[1]);
  const auto seed = given.size() > 2 ? whole(given[2]) : 0;
  std::int64_t width = 0;
  if (!from || !to || !seed || __builtin_sub_overflow(*to, *from, &width) || width <= 0) {
    return wrong("The arguments must be a range of integers, and an integer as seed");
  }
  const auto bound = static_cast<std::uint64_t>(width);
  if (given.size() < 3) return Json(*from + static_cast<std::int64_t>(random.below(bound)));
  auto seeded = Random::from_seed(static_cast<std::uint64_t>(*seed));
  return Json(*from + static_cast<std::int64_t>(seeded.below(bound)));
}

// At each character of the second argument; empty parts are dropped.
Outcome string_split(const Arguments& given, Random&) {
  const std::string* text = text_of(given[0]);
  const std::string* at = text_of(given[1]);
  if (text == nullptr || at == nullptr) return wrong("The arguments must be strings");
  Json out = Json::array();
  std::string part;
  for (const char c : *text + (at->empty() ? "" : at->substr(0, 1))) {
    if (at->find(c) == std::string::npos) {
      part += c;
    } else if (!part.empty()) {
      out.push_back(std::exchange(part, {}));
    }
  }
  if (!part.empty()) out.push_back(std::move(part));
  return out;
}

Outcome uuid(const Arguments&, Random& random) {
  return Json(random.uuid());
}

struct Function {
  std::string_view name;
  Arity arity;
  Outcome (*call)(const Arguments&, Random&);
};
constexpr auto kFunctions = std::to_array<Function>({
    {"States.Format", {1, 10'000}, format},
    {"States.StringToJson", {1, 1}, string_to_json},
    {"States.JsonToString", {1, 1}, json_to_string},
    {"States.Array", {0, 10'000}, array},
    {"States.ArrayPartition", {2, 2}, array_partition},
    {"States.ArrayContains", {2, 2}, array_contains},
    {"States.ArrayRange", {3, 3}, array_range},
    {"States.ArrayGetItem", {2, 2}, array_get_item},
    {"States.ArrayLength", {1, 1}, array_length},
    {"States.ArrayUnique", {1, 1}, array_unique},
    {"States.Base64Encode", {1, 1}, base64_encode},
    {"States.Base64Decode", {1, 1}, base64_decode},
    {"States.Hash", {2, 2}, hash},
    {"States.JsonMerge", {3, 3}, json_merge},
    {"States.MathRandom", {2, 3}, math_random},
    {"States.MathAdd", {2, 2}, math_add},
    {"States.StringSplit", {2, 2}, string_split},
    {"States.UUID", {0, 0}, uuid},
});

const Function* find(std::string_view name) {
  const auto found = std::ranges::find(kFunctions, name, &Function::name);
  return found == kFunctions.end() ? nullptr : found;
}

}  // namespace

std::optional<Arity> intrinsic_arity(std::string_view name) {
  const Function* function = find(name);
  if (function == nullptr) return std::nullopt;
  return function->arity;
}

std::expected<Json, std::string> call_intrinsic(std::string_view name,
                                                const std::vector<Json>& arguments,
                                                Random& random) {
  return find(name)->call(arguments, random);
}

}  // namespace loopgate::states
