// Functions of numbers, and of arrays of them.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/format_number.h"
#include "codec/jsonata/integer_picture.h"
#include "codec/jsonata/number_text.h"

namespace loopgate::codec::jsonata {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// -?digits[.digits][(e|E)[+-]digits]
bool is_decimal(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const auto start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > start;
  };
  if (!digits()) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

// 0x…, 0o…, 0b…; NaN when it is none.
double prefixed_number(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return NAN;
  const char kind = static_cast<char>(text[1] | 0x20);
  const int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
  double value = 0;
  for (const char c : text.substr(2)) {
    const char small = static_cast<char>(c | 0x20);
    const int digit = is_digit(c) ? c - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : 99;
    if (digit >= base) return NAN;
    value = value * base + digit;
  }
  return value;
}

Value number(const Call& call) {
  const Value value = call[0];
  if (value.undefined() || value.is_number()) return value;
  if (value.is(Kind::kBoolean)) return Value::number(value.as_boolean() ? 1 : 0);
  if (value.is_string()) {
    const auto text = value.as_string();
    const double made = is_decimal(text) ? number_from(text) : prefixed_number(text);
    if (std::isfinite(made)) return Value::number(made);
  }
  return call.evaluator.fail("D3030", value, 1);
}

// Half to even, at the decimal digits that are written: 4.515 to two places is 4.52.
double rounded(double value, double precision) {
  if (precision != 0) value = shift_decimal(value, precision);
  double result = std::floor(value);
  if (value - result >= 0.5) ++result;
  if (std::abs(result - value) == 0.5 && std::abs(std::fmod(result, 2)) == 1) --result;
  if (precision != 0) result = shift_decimal(result, -precision);
  return result == 0 ? 0 : result;
}

template <double (*function)(double)>
Value of_one(const Call& call) {
  return call[0].undefined() ? Value() : Value::number(function(call[0].as_number()));
}

Value round(const Call& call) {
  if (call[0].undefined()) return {};
  return Value::number(rounded(call[0].as_number(), call[1].is_number() ? call[1].as_number() : 0));
}

Value sqrt(const Call& call) {
  if (call[0].undefined()) return {};
  if (call[0].as_number() < 0) return call.evaluator.fail("D3060", call[0], 1);
  return Value::number(std::sqrt(call[0].as_number()));
}

Value power(const Call& call) {
  if (call[0].undefined()) return {};
  const double exponent = call[1].is_number() ? call[1].as_number() : NAN;
  const double base = call[0].as_number();
  // Unlike C, JavaScript has no number for 1 to the power of what is none.
  const bool none = std::isnan(exponent) || (std::abs(base) == 1 && std::isinf(exponent));
  const double result = none ? NAN : std::pow(base, exponent);
  if (std::isfinite(result)) return Value::number(result);
  return call.evaluator.fail({.code = "D3061", .value = call[0], .exponent = call[1], .index = 1});
}

Value random(const Call& call) {
  return Value::number(call.evaluator.setting().random.unit());
}

std::span<const Value> numbers_of(const Call& call) {
  return call[0].as_array().all();
}

double total(std::span<const Value> numbers) {
  double sum = 0;
  for (const Value& number : numbers) sum += number.as_number();
  return sum;
}

Value sum(const Call& call) {
  return call[0].undefined() ? Value() : Value::number(total(numbers_of(call)));
}

Value average(const Call& call) {
  if (call[0].undefined() || numbers_of(call).empty()) return {};
  return Value::number(total(numbers_of(call)) / static_cast<double>(numbers_of(call).size()));
}

Value extreme(const Call& call, bool greatest) {
  if (call[0].undefined() || numbers_of(call).empty()) return {};
  double found = greatest ? -HUGE_VAL : HUGE_VAL;
  for (const Value& number : numbers_of(call)) {
    const double value = number.as_number();
    if (std::isnan(value)) return number;
    found = greatest ? std::max(found, value) : std::min(found, value);
  }
  return Value::number(found);
}

Value format_base(const Call& call) {
  if (call[0].undefined()) return {};
  const double base = call[1].is_number() ? rounded(call[1].as_number(), 0) : 10;
  if (base < 2 || base > 36) return call.evaluator.fail("D3100", Value::number(base));
  const double value = rounded(call[0].as_number(), 0);
  return call.evaluator.text(number_text(value, static_cast<int>(base)));
}

Value text_or_fail(const Call& call, std::expected<std::string, Fault> text) {
  if (!text) return call.evaluator.fail(std::move(text.error()));
  return call.evaluator.text(*text);
}

Value format_number_of(const Call& call) {
  if (call[0].undefined() || !call[1].is_string()) return {};
  NumberFormat format;
  if (call[2].is_object()) {
    for (const Member& member : call[2].as_object().members()) {
      if (member.value.is_string()) format.set(member.key, member.value.as_string());
    }
  }
  return text_or_fail(call, format_number(call[0].as_number(), call[1].as_string(), format));
}

Value format_integer_of(const Call& call) {
  if (call[0].undefined() || !call[1].is_string()) return {};
  const auto picture = IntegerPicture::parse(call[1].as_string());
  if (!picture) return call.evaluator.fail(picture.error());
  return text_or_fail(call, picture->format(std::floor(call[0].as_number())));
}

Value parse_integer_of(const Call& call) {
  if (call[0].undefined() || !call[1].is_string()) return {};
  const auto picture = IntegerPicture::parse(call[1].as_string());
  if (!picture) return call.evaluator.fail(picture.error());
  const auto value = picture->parse_text(call[0].as_string());
  return value ? Value::number(*value) : call.evaluator.fail(value.error());
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"number", "<(nsb)-:n>", 1, number},
    {"abs", "<n-:n>", 1, of_one<std::fabs>},
    {"floor", "<n-:n>", 1, of_one<std::floor>},
    {"ceil", "<n-:n>", 1, of_one<std::ceil>},
    {"round", "<n-n?:n>", 2, round},
    {"sqrt", "<n-:n>", 1, sqrt},
    {"power", "<n-n:n>", 2, power},
    {"random", "<:n>", 0, random},
    {"sum", "<a<n>:n>", 1, sum},
    {"max", "<a<n>:n>", 1, [](const Call& call) { return extreme(call, true); }},
    {"min", "<a<n>:n>", 1, [](const Call& call) { return extreme(call, false); }},
    {"average", "<a<n>:n>", 1, average},
    {"formatNumber", "<n-so?:s>", 3, format_number_of},
    {"formatBase", "<n-n?:s>", 2, format_base},
    {"formatInteger", "<n-s:s>", 2, format_integer_of},
    {"parseInteger", "<s-s:n>", 2, parse_integer_of},
});

}  // namespace

double round_half_even(double value, double precision) {
  return rounded(value, precision);
}

std::span<const BuiltinRow> number_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
