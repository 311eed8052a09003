// The functions that AWS Step Functions adds (docs.aws.amazon.com, "Transforming data with JSONata
// in Step Functions", JSONata functions provided by Step Functions).
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/json.h"
#include "codec/digest.h"
#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/json_value.h"
#include "codec/jsonata/number_text.h"

namespace loopgate::codec::jsonata {

namespace {

// AWS: "can contain up to 1000 array elements".
constexpr double kMaxStatesRange = 1000;

Value refuse(const Call& call, std::string message, const Value& value = {}) {
  return call.evaluator.fail({.code = kStatesCode, .value = value, .message = std::move(message)});
}

Value partition(const Call& call) {
  if (call[0].undefined() || call[1].undefined()) return {};
  Evaluator& evaluator = call.evaluator;
  const double size = std::floor(call[1].as_number());
  if (!(size >= 1))
    return refuse(call, "$partition: the size of a part must be at least 1", call[1]);
  const auto items = call[0].as_array().all();
  Array* const parts = evaluator.new_array();
  Array* part = nullptr;
  for (const Value& item : items) {
    if (!part || part->size >= size) {
      part = evaluator.new_array();
      parts->push(evaluator.arena(), Value::array(part));
    }
    part->push(evaluator.arena(), item);
  }
  return Value::array(parts);
}

Value range(const Call& call) {
  if (call[0].undefined() || call[1].undefined()) return {};
  Evaluator& evaluator = call.evaluator;
  const double first = call[0].as_number();
  const double last = call[1].as_number();
  const double by = call[2].is_number() ? call[2].as_number() : 1;
  if (!std::isfinite(by) || by == 0)
    return refuse(call, "$range: the increment must not be 0", call[2]);
  const double count = std::floor((last - first) / by) + 1;
  if (count > kMaxStatesRange) {
    return refuse(call, fmt::format("$range: more than {} items", kMaxStatesRange));
  }
  Array* const numbers = evaluator.new_sequence();
  for (double i = 0; i < count; ++i) {
    numbers->push(evaluator.arena(), Value::number(first + i * by));
  }
  return Value::array(numbers);
}

Value hash(const Call& call) {
  if (call[0].undefined()) return {};
  const std::string_view name = call[1].is_string() ? call[1].as_string() : "SHA-256";
  const auto digest = digest_hex(name, call.evaluator.string_of(call[0]));
  if (!digest) {
    return refuse(call,
                  fmt::format("$hash: the algorithm is MD5, SHA-1, SHA-256, SHA-384 or "
                              "SHA-512, not {}",
                              name),
                  call[1]);
  }
  return call.evaluator.text(*digest);
}

// With a seed always the same number.
Value random(const Call& call) {
  if (call[0].undefined()) return Value::number(call.evaluator.setting().random.unit());
  return Value::number(
      Random::from_seed(static_cast<std::uint64_t>(std::hash<double>{}(call[0].as_number())))
          .unit());
}

Value uuid(const Call& call) {
  return call.evaluator.text(call.evaluator.setting().random.uuid());
}

Value parse(const Call& call) {
  if (call[0].undefined()) return {};
  if (!call.evaluator.affords(call[0].as_string().size() * 8)) return {};
  if (!call.evaluator.spend(call[0].as_string().size() / 8)) return {};
  const auto json = read_ordered_json(call[0].as_string());
  if (!json) return refuse(call, "$parse: the text is no JSON: " + json.error().message, call[0]);
  return value_of(call.evaluator.arena(), *json);
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"partition", "<an:a>", 2, partition},
    {"range", "<nnn?:a>", 3, range},
    {"hash", "<s-s?:s>", 2, hash},
    {"random", "<n?:n>", 1, random},
    {"uuid", "<:s>", 0, uuid},
    {"parse", "<s-:j>", 1, parse},
});

}  // namespace

std::span<const BuiltinRow> states_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
